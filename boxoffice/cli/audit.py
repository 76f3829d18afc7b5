"""`boxoffice audit`: who did what, when, and whether anybody touched it since."""

from pathlib import Path
from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, example, noun

app = noun("Who did what and when: read it, explain it, verify it.")


@app.command("log", epilog=example("boxoffice audit log --actor lia --since -2h"))
def log_command(
    ctx: typer.Context,
    actor: Annotated[str | None, typer.Option(help="Only what this one did.")] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only of this: an order's code, or noun:ID.")
    ] = None,
    verb: Annotated[
        str | None, typer.Option(help="Only this act (order.place), or a noun's (order).")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only from then on: a time, or -2h.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List entries, the newest first."""
    from zoneinfo import ZoneInfo

    from boxoffice.audit.queries import log_of
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.exports.request import HOUSE_ZONE
    from boxoffice.reports.story import subjects_of
    from boxoffice.times import iso, local_text, parse_moment

    zone = ZoneInfo(HOUSE_ZONE)
    with office_of(ctx) as office, office.reading() as session:
        moment = parse_moment(since, name="--since", zone=zone, now=office.now()) if since else None
        subjects = subjects_of(session, subject) if subject else ()
        entries = log_of(
            session,
            office.actor,
            by=actor,
            subjects=subjects,
            verb=verb,
            since=moment,
            limit=limit,
        )
    if as_json:
        for entry in entries:
            told = {"id": str(entry.id), "at": iso(entry.at), "actor": entry.actor}
            told |= {"verb": entry.verb, "subject": entry.subject}
            show.as_json_line(told | {"facts": entry.facts}, fields)
        return
    show.table(
        ["at", "by", "what", "subject", "entry"],
        [[local_text(e.at, zone), e.actor, e.verb, e.subject, str(e.id)] for e in entries],
    )


@app.command("show", epilog=example("boxoffice audit show 0190a0b0-c0d0-7000-8000-000000000001"))
def show_command(
    ctx: typer.Context,
    entry: Annotated[str, typer.Argument(help="The entry, by its id.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show one entry, and the seal it is under."""
    from boxoffice.audit.queries import entry_view
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.times import iso

    with office_of(ctx) as office, office.reading() as session:
        found = entry_view(session, office.actor, entry)
    row = found.entry
    if as_json:
        told: dict[str, object] = {"id": str(row.id), "at": iso(row.at), "actor": row.actor}
        told |= {"verb": row.verb, "subject": row.subject}
        told |= {"turn": found.turn, "seal": found.seal, "facts": row.facts}
        show.as_json_line(told, fields)
        return
    seal = f"{found.seal}, as number {found.turn}" if found.turn else "none yet"
    show.pairs(
        [
            ("entry", str(row.id)),
            ("at", iso(row.at) or ""),
            ("by", row.actor),
            ("what", row.verb),
            ("subject", row.subject),
            *((f"  {name}", str(value)) for name, value in row.facts.items()),
            ("seal", seal),
        ]
    )


@app.command("explain", epilog=example("boxoffice audit explain K7QX2M-1"))
def explain_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="An order's code, or a ticket's name.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Tell the story of an order or a ticket in sentences, the oldest first."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.reports.story import explain
    from boxoffice.times import iso, local_text

    with office_of(ctx) as office, office.reading() as session:
        story = explain(session, office.actor, name)
    if as_json:
        told = [{"at": iso(part.at), "says": part.says} for part in story.sentences]
        head = {"name": story.name, "event": story.event, "now": story.now}
        show.as_json_line(head | {"story": told}, fields)
        return
    show.line(f"{story.name}, {story.event}: {story.now}")
    for part in story.sentences:
        show.line(f"{local_text(part.at, story.zone)}  {part.says}")


@app.command("seal", epilog=example("boxoffice audit seal"))
def seal_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Chain what is not chained yet. Workers do it each minute; cron may, where there are none."""
    from boxoffice.audit.seal import seal_all
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of

    with office_of(ctx) as office:
        count = seal_all(office.writing, office.actor, now=office.now())
    if as_json:
        show.as_json_line({"sealed": count})
    else:
        show.line(f"{count} entries sealed.")


@app.command("verify", epilog=example("boxoffice audit verify --anchor /mnt/other/audit.anchor"))
def verify_command(
    ctx: typer.Context,
    anchor: Annotated[
        Path | None,
        typer.Option(help="Compare with the heads in this file, then add the newest to it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the chain; name the first entry that does not fit, and exit 8."""
    from boxoffice.audit.anchor import keep_anchor, read_anchors
    from boxoffice.audit.verify import verify
    from boxoffice.cli import show
    from boxoffice.cli.exits import UNHEALTHY
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.progress import counting

    anchors = read_anchors(anchor) if anchor else {}
    with (
        office_of(ctx) as office,
        counting("entries") as progress,
        office.database.reading(is_long=True) as session,
    ):
        found = verify(session, office.actor, anchors=anchors, progress=progress)
        now = office.now()
    if anchor and not found.problem:
        keep_anchor(anchor, found, now=now)
    if as_json:
        told: dict[str, object] = {
            "whole": not found.problem,
            "entries": found.count,
            "waiting": found.waiting,
        }
        told |= {"seals": found.seals, "head": found.head}
        told |= {"problem": found.problem, "entry": found.entry}
        show.as_json_line(told)
    elif found.problem:
        show.line(f"✖ {found.problem}; the {found.count} before it fit.")
    else:
        show.line(f"✔ {found.count} entries, the chain is whole; {found.waiting} wait for a seal.")
        show.line(f"head  {found.head}")
    if found.problem:
        raise typer.Exit(UNHEALTHY)
