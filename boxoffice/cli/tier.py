"""`boxoffice tier`: lotes of an event."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, DryRun, Fields, Limit, example, noun

app = noun("Lotes: places of an event at a price.")

Slug = Annotated[str, typer.Argument(help="The event, by its slug.")]


@app.command(
    "add",
    epilog=example("boxoffice tier add noite 'Lote 2' --price 120 --quota 100 --after 'Lote 1'"),
)
def add_command(
    ctx: typer.Context,
    event: Slug,
    name: Annotated[str, typer.Argument(help="What is sold: 'Lote 2'.")],
    price: Annotated[str, typer.Option(help="Price of a place: 120 or 120,00.")],
    quota: Annotated[int, typer.Option(help="How many places.")],
    category: Annotated[str, typer.Option(help="full, half, courtesy or staff.")] = "full",
    opens_at: Annotated[str | None, typer.Option(help="Not sold before.")] = None,
    closes_at: Annotated[str | None, typer.Option(help="Not sold from then on.")] = None,
    after: Annotated[str | None, typer.Option(help="The tier it follows.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add a tier to an event."""
    from dataclasses import replace

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import tier_json
    from boxoffice.errors import Refused
    from boxoffice.events.apply import apply_event, locked_event
    from boxoffice.events.current import plan_of
    from boxoffice.events.file import checked, tier_plan
    from boxoffice.events.queries import event_by_slug, event_view

    given = {
        "name": name, "price": price, "quota": quota, "category": category,
        "opens_at": opens_at, "closes_at": closes_at, "after": after,
    }  # fmt: skip
    table = {key: value for key, value in given.items() if value is not None}
    with office_of(ctx) as office, office.writing() as session:
        locked_event(session, event)
        plan = plan_of(session, event_by_slug(session, event))
        tier = tier_plan(table, plan.timezone, now=office.now())
        if any(known.name == tier.name for known in plan.tiers):
            raise Refused(
                f"{event} has a tier {name} already.",
                hint="change it in its file: boxoffice event apply FILE",
                code="tier.exists",
            )
        wanted = checked(replace(plan, tiers=(*plan.tiers, tier)))
        apply_event(session, office.actor, wanted, now=office.now())
        session.flush()
        view = event_view(session, event, now=office.now())
        if dry_run:
            session.rollback()
    added = next(known for known in view.tiers if known.name == tier.name)
    if as_json:
        show.as_json_line(tier_json(added))
    else:
        show.line(f"+ tier {added.name}: {added.quota} places at {added.price}")
    if dry_run:
        show.talk("nothing written.")


@app.command("list", epilog=example("boxoffice tier list noite"))
def list_command(
    ctx: typer.Context,
    event: Slug,
    limit: Limit = 200,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List the tiers of an event as they stand now."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import tier_json
    from boxoffice.events.queries import event_view

    with office_of(ctx) as office, office.reading() as session:
        view = event_view(session, event, now=office.now())
    if as_json:
        for tier in view.tiers[:limit]:
            show.as_json_line(tier_json(tier), fields)
        return
    show.table(
        ["tier", "category", "price", "left", "of", "on sale"],
        [
            [t.name, t.category, str(t.price), str(t.places_left), str(t.quota), t.closed or "yes"]
            for t in view.tiers[:limit]
        ],
    )


@app.command(
    "preview",
    epilog=example("boxoffice tier preview noite --at '01/12/2026 09:00' --sold 'Lote 1=200'"),
)
def preview_command(
    ctx: typer.Context,
    event: Slug,
    at: Annotated[str, typer.Option("--at", help="When: 2026-12-01T09:00, 01/12/2026 09:00, +2d.")],
    sold: Annotated[
        list[str] | None,
        typer.Option("--sold", help="Places gone by then, as TIER=COUNT; else as many as now."),
    ] = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show what would be on sale at some moment. Nothing is changed."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import tier_json
    from boxoffice.events.preview import preview, read_sold
    from boxoffice.events.queries import event_by_slug
    from boxoffice.times import local_text, parse_moment, parse_zone

    gone = read_sold(sold or [])
    with office_of(ctx) as office, office.reading() as session:
        now, zone = office.now(), parse_zone(event_by_slug(session, event).timezone)
        moment = parse_moment(at, name="--at", zone=zone, now=now)
        view = preview(session, event, at=moment, sold=gone, now=now)
    if as_json:
        for tier in view.tiers:
            show.as_json_line(tier_json(tier), fields)
        return
    show.table(
        ["tier", "price", "left", "of", "on sale"],
        [
            [t.name, str(t.price), str(t.places_left), str(t.quota), t.closed or "yes"]
            for t in view.tiers
        ],
    )
    show.talk(f"{view.slug} at {local_text(moment, zone)}: {view.places_left} places left.")
