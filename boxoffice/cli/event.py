"""`boxoffice event`: set events up, publish them, look at them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, DryRun, Fields, Limit, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.events.apply import Change
    from boxoffice.events.file import EventPlan
    from boxoffice.events.models import EventState
    from boxoffice.office import BoxOffice

app = noun("Nights out: set them up, publish them, look at them.")

Slug = Annotated[str, typer.Argument(help="The event, by its slug.")]


@app.command("apply", epilog=example("boxoffice event apply event.toml --yes"))
def apply_command(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="The event as TOML: docs/contract.md has all of it.")
    ],
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make an event what its file says, and show the difference. Safe to repeat."""
    from boxoffice.cli.opening import office_of
    from boxoffice.events.file import read_event_file

    with office_of(ctx) as office:
        plan = read_event_file(file, now=office.now())
        _apply(office, plan, yes=yes, dry_run=dry_run, as_json=as_json)


@app.command(
    "create",
    epilog=example(
        "boxoffice event create noite --title 'Noite' --starts-at 2026-12-01T19:00 "
        "--tier 'Lote 1:100:200'"
    ),
)
def create_command(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="A short name of a-z, 0-9 and -, for ever.")],
    title: Annotated[str, typer.Option(help="What is on the poster.")],
    starts_at: Annotated[str, typer.Option(help="When: 2026-12-01T19:00 or 01/12/2026 19:00.")],
    venue: Annotated[str, typer.Option(help="Where.")] = "",
    address: Annotated[str, typer.Option(help="How to get there.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA zone.")] = "America/Sao_Paulo",
    doors_at: Annotated[str | None, typer.Option(help="When the doors open.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="When it is over.")] = None,
    capacity: Annotated[int | None, typer.Option(help="Places over all tiers.")] = None,
    fee_fixed: Annotated[str, typer.Option(help="Fee added per ticket: 2,50.")] = "0",
    fee_percent: Annotated[str, typer.Option(help="Fee added, in percent: 10.")] = "0",
    tier: Annotated[
        list[str] | None,
        typer.Option(help="A lote as NAME:PRICE:QUOTA; each opens after the one before."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make a draft from flags. `event apply` does the same from a file."""
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Refused
    from boxoffice.events.file import event_plan
    from boxoffice.events.queries import event_views

    given = {
        "slug": slug, "title": title, "starts_at": starts_at, "venue": venue, "address": address,
        "timezone": timezone, "doors_at": doors_at, "ends_at": ends_at, "capacity": capacity,
        "fee_fixed": fee_fixed, "fee_percent": fee_percent,
    }  # fmt: skip
    found = {
        "event": {name: value for name, value in given.items() if value is not None},
        "tier": _chained(tier or []),
    }
    with office_of(ctx) as office:
        plan = event_plan(found, now=office.now())
        with office.reading() as session:
            known = event_views(session, now=office.now(), limit=10_000)
        if any(event.slug == slug for event in known):
            raise Refused(
                f"there is an event {slug} already.",
                hint="choose another slug, or change it: boxoffice event apply FILE",
                code="event.exists",
            )
        _apply(office, plan, yes=True, dry_run=dry_run, as_json=as_json)


@app.command("show", epilog=example("boxoffice event show noite --json"))
def show_command(
    ctx: typer.Context, slug: Slug, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Show an event, its tiers and what can be bought now."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import event_json
    from boxoffice.events.queries import event_view
    from boxoffice.times import local_text

    with office_of(ctx) as office, office.reading() as session:
        event = event_view(session, slug, now=office.now())
    if as_json:
        show.as_json_line(event_json(event), fields)
        return
    capacity = "" if event.capacity is None else f" of {event.capacity}"
    show.pairs(
        [
            (event.slug, event.title),
            ("state", event.state),
            ("starts", local_text(event.starts_at, event.zone)),
            ("venue", event.venue),
            ("places", f"{event.places_left} left{capacity}"),
        ]
    )
    show.line()
    show.table(
        ["tier", "price", "left", "of", "on sale"],
        [
            [t.name, str(t.price), str(t.places_left), str(t.quota), t.closed or "yes"]
            for t in event.tiers
        ],
    )


@app.command("list", epilog=example("boxoffice event list --json"))
def list_command(
    ctx: typer.Context, limit: Limit = 100, as_json: AsJson = False, fields: Fields = None
) -> None:
    """List events, the soonest first."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import event_json
    from boxoffice.events.queries import event_views
    from boxoffice.times import local_text

    with office_of(ctx) as office, office.reading() as session:
        events = event_views(session, now=office.now(), limit=limit)
    if as_json:
        for event in events:
            show.as_json_line(event_json(event), fields)
        return
    show.table(
        ["slug", "title", "starts", "state", "left"],
        [
            [e.slug, e.title, local_text(e.starts_at, e.zone), e.state, str(e.places_left)]
            for e in events
        ],
    )


@app.command("publish", epilog=example("boxoffice event publish noite"))
def publish_command(ctx: typer.Context, slug: Slug, as_json: AsJson = False) -> None:
    """Put an event on sale."""
    from boxoffice.cli.opening import office_of
    from boxoffice.events.publish import publish

    with office_of(ctx) as office:
        with office.writing() as session:
            publish(session, office.actor, slug, now=office.now())
        _told(office, slug, "is on sale.", as_json=as_json)


@app.command("pause", epilog=example("boxoffice event pause noite"))
def pause_command(ctx: typer.Context, slug: Slug, as_json: AsJson = False) -> None:
    """Stop selling, for a while. `publish` goes on."""
    from boxoffice.events.models import EventState

    _move(ctx, slug, EventState.PAUSED, "is paused.", as_json=as_json)


@app.command("close", epilog=example("boxoffice event close noite --yes"))
def close_command(
    ctx: typer.Context, slug: Slug, yes: Yes = False, as_json: AsJson = False
) -> None:
    """End the sale for good. The doors stay open."""
    from boxoffice.cli import show
    from boxoffice.events.models import EventState

    if show.confirmed(f"End the sale of {slug} for good?", yes=yes):
        _move(ctx, slug, EventState.ENDED, "has ended its sale.", as_json=as_json)


def _move(ctx: typer.Context, slug: str, to: "EventState", told: str, *, as_json: bool) -> None:
    from boxoffice.cli.opening import office_of
    from boxoffice.events.publish import move

    with office_of(ctx) as office:
        with office.writing() as session:
            move(session, office.actor, slug, to, now=office.now())
        _told(office, slug, told, as_json=as_json)


def _told(office: "BoxOffice", slug: str, told: str, *, as_json: bool) -> None:
    from boxoffice.cli import show
    from boxoffice.cli.shapes import event_json
    from boxoffice.events.queries import event_view

    with office.reading() as session:
        event = event_view(session, slug, now=office.now())
    if as_json:
        show.as_json_line(event_json(event))
    else:
        show.line(f"{slug} {told}")


def _apply(
    office: "BoxOffice", plan: "EventPlan", *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Find the changes in a transaction that is dropped, ask, and make them in one that is kept."""
    from boxoffice.cli import show
    from boxoffice.cli.shapes import change_json, event_json
    from boxoffice.events.queries import event_view

    found = _changes(office, plan, keep=False)
    if not as_json:
        _show_changes(plan.slug, found)
    for name in _left_alone(office, plan):
        show.talk(f"tier {name} is not in the file: it stays as it is.")
    if found and not dry_run:
        if not show.confirmed(f"Make {len(found)} changes to {plan.slug}?", yes=yes):
            show.talk("nothing written.")
            raise typer.Exit(5)
        found = _changes(office, plan, keep=True)
        show.talk(f"{plan.slug}: {len(found)} changes made.")
    if dry_run:
        show.talk("nothing written.")
    if as_json:
        told: dict[str, Any] = {"slug": plan.slug}
        if not dry_run:
            with office.reading() as session:
                told = event_json(event_view(session, plan.slug, now=office.now()))
        show.as_json_line({"event": told, "changes": [change_json(change) for change in found]})


def _changes(office: "BoxOffice", plan: "EventPlan", *, keep: bool) -> "list[Change]":
    from boxoffice.door.lists import apply_lists
    from boxoffice.events.apply import apply_event

    with office.writing() as session:
        event, found = apply_event(session, office.actor, plan, now=office.now())
        found += apply_lists(session, office.actor, event, plan, now=office.now())
        if not keep:
            session.rollback()
    return found


def _left_alone(office: "BoxOffice", plan: "EventPlan") -> list[str]:
    """Return the tiers of the event that its file does not name."""
    from boxoffice.events.queries import event_views

    with office.reading() as session:
        known = event_views(session, now=office.now(), limit=10_000)
    named = {tier.name for tier in plan.tiers}
    return [
        tier.name
        for event in known
        if event.slug == plan.slug
        for tier in event.tiers
        if tier.name not in named
    ]


def _show_changes(slug: str, found: "list[Change]") -> None:
    from boxoffice.cli import show

    for change in found:
        what = f"{change.noun} {change.name}"
        if change.act == "add":
            show.line(f"+ {what}")
        else:
            show.line(f"~ {what}  {change.field}: {change.before} -> {change.after}")
    if not found:
        show.line(f"{slug} is what the file says already.")


def _chained(tiers: list[str]) -> list[dict[str, Any]]:
    """Read `NAME:PRICE:QUOTA` flags; each tier opens after the one before it."""
    from boxoffice.errors import BadValue

    tables: list[dict[str, Any]] = []
    for text in tiers:
        name, colon, rest = text.partition(":")
        price, _, quota = rest.partition(":")
        if not colon or not quota.isascii() or not quota.isdigit():
            raise BadValue(
                "--tier", f"{text[:60]!r} is not NAME:PRICE:QUOTA.", hint="'Lote 1:100:200'"
            )
        table: dict[str, Any] = {"name": name, "price": price, "quota": int(quota[:9])}
        if tables:
            table["after"] = tables[-1]["name"]
        tables.append(table)
    return tables
