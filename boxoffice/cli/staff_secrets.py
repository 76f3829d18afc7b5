"""`boxoffice staff`, on secrets: passwords, PINs and the tokens of programs."""

from pathlib import Path
from typing import Annotated

import typer

from boxoffice.cli.asking import FromFile, FromStdin
from boxoffice.cli.member import show_member
from boxoffice.cli.options import AsJson, Fields, example, noun

app = noun("Passwords, PINs and tokens.")

_DAYS_MAX = 366


@app.command("passwd", epilog=example("boxoffice staff passwd rita"))
def passwd_command(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Somebody else; yourself by default.")] = None,
    password_stdin: FromStdin = False,
    password_file: FromFile = None,
    as_json: AsJson = False,
) -> None:
    """Change a password, and end all logins. Your own needs the old one first."""
    from boxoffice.cli import show
    from boxoffice.cli.asking import new_secret, secret
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.change import change_password
    from boxoffice.staff.hashing import checked_password, hashed
    from boxoffice.staff.log_in import check_password
    from boxoffice.staff.rules import Permission

    with office_of(ctx) as office:
        whose = (name or office.actor.name).strip().lower()
        if whose == office.actor.name:
            old = secret("your old password", stdin=password_stdin)
            check_password(office.database, whose, old, now=office.now())
        else:
            office.actor.must(Permission.STAFF)
        password = new_secret("the new password", stdin=password_stdin, file=password_file)
        kept = hashed(checked_password(password, name=whose))
        with office.writing() as session:
            ended = change_password(session, office.actor, whose, kept, now=office.now())
    if as_json:
        show.as_json_line({"name": whose, "ended_sessions": ended})
    else:
        show.line(f"the password of {whose} is changed, and {ended} logins are ended.")


@app.command("pin", epilog=example("boxoffice staff pin"))
def pin_command(
    ctx: typer.Context,
    remove: Annotated[bool, typer.Option("--remove", help="Have none any more.")] = False,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Set your PIN: with it you approve at somebody else's desk what they may not do alone."""
    from boxoffice.cli.asking import new_secret
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.change import change_pin
    from boxoffice.staff.hashing import checked_pin, hashed

    with office_of(ctx) as office:
        pin = "" if remove else checked_pin(new_secret("your new PIN", stdin=password_stdin))
        kept = "" if remove else hashed(pin)
        with office.writing() as session:
            member = change_pin(session, office.actor, kept, now=office.now())
    show_member(member, as_json=as_json, fields=fields)


@app.command("token", epilog=example("boxoffice staff token nightly --out nightly.token --days 90"))
def token_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The program's name here.")],
    out: Annotated[Path, typer.Option(help="A new file, for its owner's eyes alone.")],
    days: Annotated[int, typer.Option(min=1, max=_DAYS_MAX, help="How long it is good.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Make a token for a program: BOXOFFICE_TOKEN_FILE names the file, in a crontab for one."""
    import os

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.staff.queries import member_named
    from boxoffice.staff.sessions import give_token

    with office_of(ctx) as office, office.writing() as session:
        member = member_named(session, name)
        token = give_token(session, office.actor, member, days=days, now=office.now())
        try:
            handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as error:
            raise BadValue("--out", f"cannot be made: {error.strerror}.") from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token + "\n")
    if as_json:
        show.as_json_line({"name": member.name, "file": str(out), "days": days})
    else:
        show.line(f"{out}: good for {days} days as {member.name}; it is not shown again.")
