"""`boxoffice event`: set events up, publish them, look at them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.event_apply import apply_plan
from boxoffice.cli.event_cancel import app as cancel_app
from boxoffice.cli.event_create import app as create_app
from boxoffice.cli.options import AsJson, DryRun, Fields, Limit, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.events.models import EventState
    from boxoffice.office import BoxOffice

app = noun("Nights out: set them up, publish, look, cancel.")
app.add_typer(create_app)  # its verbs, and the next one's, are verbs of `event`
app.add_typer(cancel_app)

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
        apply_plan(office, plan, yes=yes, dry_run=dry_run, as_json=as_json)


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
