"""`boxoffice staff`: people and programs, and what they may do."""

from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.asking import FromFile, FromStdin
from boxoffice.cli.member import member_json, show_member
from boxoffice.cli.options import AsJson, Fields, Limit, example, noun
from boxoffice.cli.staff_secrets import app as secrets_app

if TYPE_CHECKING:
    from boxoffice.staff.rules import Role

app = noun("People and programs, and what they may do.")
app.add_typer(secrets_app)

Name = Annotated[str, typer.Argument(help="Their name here: a-z 0-9 . _ -")]


@app.command("roles", epilog=example("boxoffice staff roles"))
def roles_command(as_json: AsJson = False, fields: Fields = None) -> None:
    """Show who may do what: a line a permission, a column a role."""
    from boxoffice.cli import show
    from boxoffice.staff.rules import HUMAN_ROLES, PERMISSIONS, Permission

    if as_json:
        for role in HUMAN_ROLES:
            may = [each.name.lower() for each in Permission if each in PERMISSIONS[role]]
            show.as_json_line({"role": role, "permissions": may}, fields)
        return
    show.table(
        ["may", *HUMAN_ROLES],
        [
            [each, *("✔" if each in PERMISSIONS[role] else "·" for role in HUMAN_ROLES)]
            for each in Permission
            if each in PERMISSIONS[HUMAN_ROLES[0]]
        ],
    )


@app.command(
    "add", epilog=example("boxoffice staff add rita --role admin --email rita@example.com")
)
def add_command(
    ctx: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="What they may do: see staff roles.")],
    email: Annotated[str, typer.Option(help="Where codes are mailed to.")] = "",
    machine: Annotated[
        bool, typer.Option("--machine", help="A program: no password; see staff token.")
    ] = False,
    password_stdin: FromStdin = False,
    password_file: FromFile = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Add somebody. The first must be an admin; from then on every command needs a login."""
    from boxoffice.cli import show
    from boxoffice.cli.asking import new_secret
    from boxoffice.cli.opening import office_of
    from boxoffice.people import parse_email
    from boxoffice.staff.add import add_member
    from boxoffice.staff.hashing import checked_password, hashed
    from boxoffice.staff.queries import checked_name, has_staff
    from boxoffice.staff.rules import Permission

    plain, wanted = checked_name(name), _role(role)
    address = parse_email(email) if email else ""
    with office_of(ctx) as office:
        office.actor.must(Permission.STAFF)  # before anybody types a password
        kept = ""
        if not machine:
            password = new_secret("the password", stdin=password_stdin, file=password_file)
            kept = hashed(checked_password(password, name=plain))
        with office.writing() as session:
            is_first = not has_staff(session)
            member = add_member(
                session,
                office.actor,
                name=plain,
                role=wanted,
                password_hash=kept,
                email=address,
                now=office.now(),
            )
            show.picked(member_json(member), fields)
    show_member(member, as_json=as_json, fields=fields)
    if is_first:
        show.talk(f"from now on every command needs a login: boxoffice auth login {plain}")


@app.command("list", epilog=example("boxoffice staff list --json"))
def list_command(
    ctx: typer.Context, limit: Limit = 200, as_json: AsJson = False, fields: Fields = None
) -> None:
    """List the staff by name."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.queries import list_staff
    from boxoffice.staff.rules import Permission

    with office_of(ctx) as office, office.reading() as session:
        if not office.actor.may(Permission.AUDIT):
            office.actor.must(Permission.STAFF)
        staff = list_staff(session, limit=limit)
    if as_json:
        for member in staff:
            show.as_json_line(member_json(member), fields)
        return
    show.table(
        ["name", "role", "state", "e-mail"],
        [
            [
                member.name,
                member.role,
                "disabled" if member.disabled_at else "active",
                f"{member.email}{' (proved)' if member.is_verified else ''}",
            ]
            for member in staff
        ],
    )


@app.command("role", epilog=example("boxoffice staff role rita finance"))
def role_command(
    ctx: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(help="The new role: see staff roles.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Give a member another role, from their next command on."""
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.change import change_role

    wanted = _role(role)
    with office_of(ctx) as office, office.writing() as session:
        member = change_role(session, office.actor, name, wanted, now=office.now())
    show_member(member, as_json=as_json, fields=fields)


@app.command("disable", epilog=example("boxoffice staff disable rita"))
def disable_command(
    ctx: typer.Context, name: Name, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Let a member in no more, and end their logins. What they did stays under their name."""
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.change import disable

    with office_of(ctx) as office, office.writing() as session:
        member = disable(session, office.actor, name, now=office.now())
    show_member(member, as_json=as_json, fields=fields)


@app.command("enable", epilog=example("boxoffice staff enable rita"))
def enable_command(
    ctx: typer.Context, name: Name, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Let a member in again, who then logs in anew."""
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.change import enable

    with office_of(ctx) as office, office.writing() as session:
        member = enable(session, office.actor, name, now=office.now())
    show_member(member, as_json=as_json, fields=fields)


@app.command("email", epilog=example("boxoffice staff email rita rita@example.com"))
def email_command(
    ctx: typer.Context,
    name: Name,
    email: Annotated[str, typer.Argument(help="The address, or '' for none.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Change where a member's codes go; the address is proved with: boxoffice auth verify."""
    from boxoffice.cli.opening import office_of
    from boxoffice.people import parse_email
    from boxoffice.staff.change import change_email

    address = parse_email(email) if email else ""
    with office_of(ctx) as office, office.writing() as session:
        member = change_email(session, office.actor, name, address, now=office.now())
    show_member(member, as_json=as_json, fields=fields)


@app.command("refund-limit", epilog=example("boxoffice staff refund-limit rita 200,00"))
def refund_limit_command(
    ctx: typer.Context,
    name: Name,
    limit: Annotated[str, typer.Argument(help="So much of one order: 200,00; or role.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Say what they give back alone, of one order. Above it a second person approves."""
    from boxoffice.cli.opening import office_of
    from boxoffice.money import parse_money
    from boxoffice.staff.change import change_refund_limit

    minor = None if limit == "role" else parse_money(limit, name="LIMIT").minor
    with office_of(ctx) as office, office.writing() as session:
        member = change_refund_limit(session, office.actor, name, minor, now=office.now())
    show_member(member, as_json=as_json, fields=fields)


def _role(text: str) -> "Role":
    from boxoffice.errors import BadValue
    from boxoffice.staff.rules import HUMAN_ROLES, Role

    if text not in HUMAN_ROLES:
        raise BadValue("the role", f"{text[:20]!r} is not one of: {', '.join(HUMAN_ROLES)}.")
    return Role(text)
