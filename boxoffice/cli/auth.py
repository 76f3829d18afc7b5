"""`boxoffice auth`: log in and out; who is logged in."""

from typing import Annotated

import typer

from boxoffice.cli.asking import FromFile, FromStdin
from boxoffice.cli.options import AsJson, Fields, Limit, example, noun

app = noun("Log in and out; who is logged in.")

WithCode = Annotated[
    bool, typer.Option("--with-code", help="The code has come: it is asked for, and used.")
]


@app.command("login", epilog=example("boxoffice auth login rita"))
def login_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Your name here.")],
    password_stdin: FromStdin = False,
    password_file: FromFile = None,
    as_json: AsJson = False,
) -> None:
    """Log in on this machine, for a week since you last did something, a month at most."""
    from boxoffice.cli import show
    from boxoffice.cli.asking import secret
    from boxoffice.cli.login import Login, login_path, write_login
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Refused
    from boxoffice.staff.log_in import log_in
    from boxoffice.staff.queries import has_staff
    from boxoffice.staff.rules import SYSTEM

    with office_of(ctx, actor=SYSTEM) as office:
        with office.reading() as session:
            if not has_staff(session):
                raise Refused(
                    "nobody was added yet, and no login is needed.",
                    hint="boxoffice staff add NAME --role admin",
                    code="staff.none",
                )
        password = secret("the password", stdin=password_stdin, file=password_file)
        done = log_in(office.database, office.staff_keys, name, password, now=office.now())
        path = login_path(office.settings)
        write_login(path, Login(done.actor.name, done.access_token, done.refresh_token))
    told = {"name": done.actor.name, "role": done.actor.role, "session": str(done.session_id)}
    if as_json:
        show.as_json_line(told)
    else:
        show.line(f"logged in as {done.actor.name} ({done.actor.role}).")


@app.command("logout", epilog=example("boxoffice auth logout"))
def logout_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """End the login on this machine. It is over everywhere, copies of it too."""
    from boxoffice.cli import show
    from boxoffice.cli.login import forget_login, login_path, read_login
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import NotLoggedIn
    from boxoffice.staff.rules import SYSTEM
    from boxoffice.staff.sessions import log_out

    with office_of(ctx, actor=SYSTEM) as office:
        path = login_path(office.settings)
        try:
            token = read_login(path).refresh_token
        except NotLoggedIn:
            token = ""
        ended = log_out(office.database, token, now=office.now())
        forget_login(path)
    if as_json:
        show.as_json_line({"ended": ended})
    else:
        show.line("logged out." if ended else "nobody was logged in here.")


@app.command("whoami", epilog=example("boxoffice auth whoami --json"))
def whoami_command(ctx: typer.Context, as_json: AsJson = False, fields: Fields = None) -> None:
    """Show who acts on this machine, and what they may do."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.rules import Permission

    with office_of(ctx) as office:
        actor = office.actor
    may = [each for each in Permission if actor.may(each)]
    if as_json:
        names = [each.name.lower() for each in may]
        show.as_json_line({"name": actor.name, "role": actor.role, "permissions": names}, fields)
        return
    show.pairs([("name", actor.name), ("role", actor.role), ("may", ", ".join(may))])


@app.command("sessions", epilog=example("boxoffice auth sessions --all"))
def sessions_command(
    ctx: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's.")] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List the logins that stand: yours, or everybody's."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.queries import list_sessions
    from boxoffice.staff.rules import Permission
    from boxoffice.times import iso

    with office_of(ctx) as office, office.reading() as session:
        if everybody:
            office.actor.must(Permission.STAFF)
        whose = None if everybody else office.actor.name
        found = list_sessions(session, now=office.now(), limit=limit, name=whose)
    rows = [
        {
            "id": str(each.id),
            "name": each.name,
            "kind": each.kind,
            "created_at": iso(each.created_at),
            "used_at": iso(each.used_at),
            "ends_at": iso(each.ends_at),
        }
        for each in found
    ]
    if as_json:
        for row in rows:
            show.as_json_line(row, fields)
        return
    show.table(list(rows[0]) if rows else [], [[str(x) for x in row.values()] for row in rows])


@app.command("revoke", epilog=example("boxoffice auth revoke 019ab0c4-…"))
def revoke_command(
    ctx: typer.Context,
    session_id: Annotated[
        str, typer.Argument(metavar="SESSION", help="The login, by its id in auth sessions.")
    ],
    as_json: AsJson = False,
) -> None:
    """End one login, wherever it is used. Anybody's needs an admin."""
    from uuid import UUID

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.staff.sessions import revoke

    try:
        wanted = UUID(session_id)
    except ValueError as error:
        raise BadValue("the login", f"{session_id[:40]!r} is not an id.") from error
    with office_of(ctx) as office, office.writing() as session:
        revoke(session, office.actor, wanted, now=office.now())
    if as_json:
        show.as_json_line({"revoked": str(wanted)})
    else:
        show.line("that login is over.")


@app.command("verify", epilog=example("boxoffice auth verify --with-code"))
def verify_command(
    ctx: typer.Context,
    with_code: WithCode = False,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Prove that your address is yours: a code is mailed, and given back with --with-code."""
    from boxoffice.cli import show
    from boxoffice.cli.asking import secret
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.errors import Refused
    from boxoffice.staff.codes import ask_code, verify_email
    from boxoffice.staff.models import CodePurpose

    with office_of(ctx) as office:
        who, now = office.actor.name, office.now()
        if with_code:
            code = secret("the code", stdin=password_stdin)
            verify_email(office.database, office.staff_keys, who, code, now=now)
            said = "your address is proved."
        else:
            job = ask_code(office.database, who, CodePurpose.VERIFY_EMAIL, now=now)
            if job is None:
                raise Refused(
                    "there is no address of yours.",
                    hint=f"boxoffice staff email {who} ADDRESS",
                    code="staff.no_email",
                )
            afterwards(office, job)
            said = "a code is on its way. then: boxoffice auth verify --with-code"
    if as_json:
        show.as_json_line({"name": who, "verified": with_code})
    else:
        show.line(said)


@app.command("reset", epilog=example("boxoffice auth reset rita"))
def reset_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Your name here.")],
    with_code: WithCode = False,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Set a forgotten password anew: a code is mailed, and given back with --with-code."""
    from boxoffice.cli import show
    from boxoffice.cli.asking import new_secret, secret
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.staff.codes import ask_code, reset_password
    from boxoffice.staff.hashing import checked_password, hashed
    from boxoffice.staff.models import CodePurpose
    from boxoffice.staff.rules import SYSTEM

    plain = name.strip().lower()
    with office_of(ctx, actor=SYSTEM) as office:
        if with_code:
            code = secret("the code", stdin=password_stdin)
            password = new_secret("the new password", stdin=password_stdin)
            kept = hashed(checked_password(password, name=plain))
            now = office.now()
            reset_password(office.database, office.staff_keys, plain, code, kept, now=now)
            said = "the password is set, and all logins are ended. now: boxoffice auth login"
        else:
            job = ask_code(office.database, plain, CodePurpose.RESET_PASSWORD, now=office.now())
            if job is not None:
                afterwards(office, job)
            # The same for a name that nobody has.
            said = "if that is somebody with a proved address, a code is on its way there."
    if as_json:
        show.as_json_line({"name": plain, "reset": with_code})
    else:
        show.line(said)
