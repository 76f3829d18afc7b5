"""`boxoffice desk`: who is a desk. Invited at the box office, enrolled on the machine, revoked."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, ListName, example, noun

if TYPE_CHECKING:
    from boxoffice.door.desks import DeskView
    from boxoffice.door.folder import DeskFolder
    from boxoffice.office import BoxOffice

app = noun("Enrol desks, list them, revoke them.")

MaybeEvent = Annotated[str | None, typer.Option("--event", "-e", help="The event, by its slug.")]


@app.command("enrol", epilog=example("boxoffice desk enrol -e noite --list main --name 'Gate A'"))
def enrol_command(
    ctx: typer.Context,
    code: Annotated[str | None, typer.Argument(help="On the desk: the code it was given.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="On the desk: the listener.")] = None,
    event: MaybeEvent = None,
    list_name: ListName = None,
    name: Annotated[str, typer.Option("--name", help="What the desk is called.")] = "desk",
    role: Annotated[str, typer.Option("--role", help="door or door_lead.")] = "door",
    until: Annotated[str, typer.Option("--until", help="When the desk expires.")] = "+3d",
    as_json: AsJson = False,
) -> None:
    """Without a code: make one for a desk of an event. With CODE and --url: become that desk."""
    from boxoffice.errors import BadValue

    if (code is None) == (event is None) or (code is None) != (url is None):
        raise BadValue(
            "desk enrol",
            "takes --event at the box office, or CODE with --url on the desk.",
            hint="boxoffice desk enrol -e SLUG, then boxoffice desk enrol CODE --url URL",
        )
    if code is not None and url is not None:
        _become(ctx, code, url, as_json=as_json)
    elif event is not None:
        _invite(ctx, event, list_name, name, role, until, as_json=as_json)


@app.command("list", epilog=example("boxoffice desk list -e noite"))
def list_command(
    ctx: typer.Context,
    event: MaybeEvent = None,
    limit: Limit = 200,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List the desks: which are waiting, enrolled, expired or revoked."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.desks import list_desks

    with office_of(ctx) as office, office.reading() as session:
        told = [_desk_json(office, desk) for desk in list_desks(session, event)[:limit]]
    if as_json:
        for desk in told:
            show.as_json_line(desk, fields)
        return
    heads = ["name", "event", "list", "role", "state", "expires_at", "id"]
    show.table(heads, [[desk[head] or "" for head in heads] for desk in told])


@app.command("revoke", epilog=example("boxoffice desk revoke 'Gate A' --yes"))
def revoke_command(
    ctx: typer.Context,
    desk: Annotated[str, typer.Argument(help="The desk, by its name or id.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a desk: its token opens nothing any more. What it has not sent stays on it."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.desks import revoke_desk

    if not show.confirmed(f"End the desk {desk}?", yes=yes):
        return
    with office_of(ctx) as office:
        with office.writing() as session:
            view = revoke_desk(session, office.actor, desk, now=office.now())
        told = _desk_json(office, view)
    if as_json:
        show.as_json_line(told)
    else:
        show.line(f"revoked: {view.name}")


def _invite(
    ctx: typer.Context,
    event: str,
    list_name: str | None,
    name: str,
    role: str,
    until: str,
    *,
    as_json: bool,
) -> None:
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.desks import CODE_MINUTES, invite
    from boxoffice.door.queries import gate_at
    from boxoffice.errors import BadValue
    from boxoffice.staff.rules import Role
    from boxoffice.times import iso, parse_moment

    if role not in list(Role):
        raise BadValue("--role", "must be door or door_lead.")
    with office_of(ctx) as office, office.writing() as session:
        gate, now = gate_at(session, event, list_name), office.now()
        expires_at = parse_moment(until, name="--until", zone=gate.zone, now=now)
        code = invite(
            session, office.actor, gate, name, role=Role(role), expires_at=expires_at, now=now
        )
    if as_json:
        show.as_json_line(
            {
                "code": code, "desk": name, "event": event, "list": gate.list_name,
                "minutes": CODE_MINUTES, "expires_at": iso(expires_at),
            }
        )  # fmt: skip
        return
    show.line(code)
    show.talk(f"good once, for {CODE_MINUTES} minutes; on the desk:")
    show.talk(f"  boxoffice desk enrol {code} --url http://THIS-MACHINE:8787")


def _become(ctx: typer.Context, code: str, url: str, *, as_json: bool) -> None:
    from boxoffice.adapters.desk_line import DeskLine
    from boxoffice.cli import show

    folder, line = folder_of(ctx), DeskLine(url)
    try:
        papers = line.enrol(code)
    finally:
        line.close()
    folder.enrol(papers)
    if as_json:
        show.as_json_line(
            {
                "desk": papers.desk, "event": papers.event, "list": papers.list,
                "role": papers.role, "expires_at": papers.expires_at,
            }
        )  # fmt: skip
        return
    show.line(f"this is {papers.desk}, at {papers.list} of {papers.event}")
    show.talk("next: boxoffice desk pull")


def folder_of(ctx: typer.Context) -> "DeskFolder":
    """Return the folder in which this machine is a desk."""
    from boxoffice.cli.opening import settings_of
    from boxoffice.door.folder import DeskFolder

    return DeskFolder(settings_of(ctx).home / "desk")


def _desk_json(office: "BoxOffice", desk: "DeskView") -> dict[str, Any]:
    from boxoffice.times import iso

    return {
        "id": str(desk.id),
        "name": desk.name,
        "event": desk.event,
        "list": desk.list,
        "role": desk.role,
        "state": desk.state(office.now()),
        "created_at": iso(desk.created_at),
        "enrolled_at": iso(desk.enrolled_at),
        "expires_at": iso(desk.expires_at),
        "revoked_at": iso(desk.revoked_at),
    }
