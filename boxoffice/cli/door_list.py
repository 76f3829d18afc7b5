"""`boxoffice door list`: the doors of an event, one by one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, Limit, example, noun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from boxoffice.door.edit import ListView

app = noun("Doors of an event: whom each admits, when, and how often.")

Name = Annotated[str, typer.Argument(help="The door list, by its name.")]
Tiers = Annotated[
    list[str] | None, typer.Option("--tier", help="A tier it admits; none: every tier.")
]
Policy = Annotated[
    str | None, typer.Option("--policy", help="once, daily, after_exit or unlimited.")
]
OpensAt = Annotated[str | None, typer.Option("--opens-at", help="Nobody comes in before.")]
ClosesAt = Annotated[str | None, typer.Option("--closes-at", help="Nor from then on.")]
Room = Annotated[int | None, typer.Option("--room", help="How many may be inside at once.")]
TakesPayment = Annotated[
    bool | None,
    typer.Option("--takes-payment/--takes-no-payment", help="Who has not paid may pay there."),
]


@app.command("add", epilog=example("boxoffice door list add vip -e noite --tier VIP --room 80"))
def add_command(
    ctx: typer.Context,
    name: Name,
    event: EventSlug,
    tiers: Tiers = None,
    policy: Policy = None,
    opens_at: OpensAt = None,
    closes_at: ClosesAt = None,
    room: Room = None,
    takes_payment: TakesPayment = None,
    as_json: AsJson = False,
) -> None:
    """Add a door to an event."""
    from boxoffice.cli.opening import office_of
    from boxoffice.door.edit import add_list

    given = _given(tiers, policy, opens_at, closes_at, room, takes_payment)
    with office_of(ctx) as office, office.writing() as session:
        added = add_list(session, office.actor, event, {"name": name} | given, now=office.now())
    _show([added], as_json=as_json, fields=None)


@app.command("edit", epilog=example("boxoffice door list edit main -e noite --policy daily"))
def edit_command(
    ctx: typer.Context,
    name: Name,
    event: EventSlug,
    tiers: Tiers = None,
    every_tier: Annotated[bool, typer.Option("--every-tier", help="Admit every tier.")] = False,
    policy: Policy = None,
    opens_at: OpensAt = None,
    closes_at: ClosesAt = None,
    always_open: Annotated[bool, typer.Option("--always-open", help="Drop its hours.")] = False,
    room: Room = None,
    no_limit: Annotated[bool, typer.Option("--no-room-limit", help="Drop the limit.")] = False,
    takes_payment: TakesPayment = None,
    as_json: AsJson = False,
) -> None:
    """Change a door: what is named is changed, and the rest is left."""
    from boxoffice.cli.opening import office_of
    from boxoffice.door.edit import edit_list

    given = _given(tiers, policy, opens_at, closes_at, room, takes_payment)
    if every_tier:
        given["tiers"] = []
    if always_open:
        given |= {"opens_at": None, "closes_at": None}
    if no_limit:
        given["room"] = None
    with office_of(ctx) as office, office.writing() as session:
        view = edit_list(session, office.actor, event, name, given, now=office.now())
    _show([view], as_json=as_json, fields=None)


@app.command("show", epilog=example("boxoffice door list show main -e noite --json"))
def show_command(
    ctx: typer.Context, name: Name, event: EventSlug, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Show one door."""
    from boxoffice.cli.opening import office_of
    from boxoffice.door.edit import list_views

    with office_of(ctx) as office, office.reading() as session:
        views = list_views(session, event, name)
    _show(views, as_json=as_json, fields=fields)


@app.command("list", epilog=example("boxoffice door list list -e noite"))
def list_command(
    ctx: typer.Context,
    event: EventSlug,
    limit: Limit = 50,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List the doors of an event, the first one first."""
    from boxoffice.cli.opening import office_of
    from boxoffice.door.edit import list_views

    with office_of(ctx) as office, office.reading() as session:
        views = list_views(session, event)
    _show(views[:limit], as_json=as_json, fields=fields)


def _given(
    tiers: list[str] | None,
    policy: str | None,
    opens_at: str | None,
    closes_at: str | None,
    room: int | None,
    takes_payment: bool | None,
) -> dict[str, Any]:
    found = {
        "tiers": tiers or None, "policy": policy, "opens_at": opens_at, "closes_at": closes_at,
        "room": room, "takes_payment": takes_payment,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _show(views: "Sequence[ListView]", *, as_json: bool, fields: str | None) -> None:
    from boxoffice.cli import show
    from boxoffice.times import iso

    if as_json:
        for view in views:
            told = {
                "event": view.event, "name": view.name, "policy": view.policy,
                "tiers": list(view.tiers), "opens_at": iso(view.opens_at),
                "closes_at": iso(view.closes_at), "room": view.room,
                "takes_payment": view.takes_payment,
            }  # fmt: skip
            show.as_json_line(told, fields)
        return
    show.table(
        ["list", "policy", "admits", "opens", "closes", "room", "takes payment"],
        [
            [
                view.name,
                view.policy,
                ", ".join(view.tiers) or "every tier",
                iso(view.opens_at) or "",
                iso(view.closes_at) or "",
                str(view.room or ""),
                "yes" if view.takes_payment else "",
            ]
            for view in views
        ],
    )
