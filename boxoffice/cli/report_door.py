"""`boxoffice report door`: the night of a door, in numbers and on paper."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, example, noun

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from boxoffice.reports.door import DoorReport

app = noun("The night of a door.")


@app.command("door", epilog=example("boxoffice report door -e noite --pdf porta.pdf"))
def door_command(
    ctx: typer.Context,
    event: EventSlug,
    list_name: Annotated[
        str | None, typer.Option("--list", help="The door list; else the event's first.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Print it to this file, or - for stdout.")
    ] = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Count who came in, in every ten minutes, and what the door told the others."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.report_shapes import door_report_json
    from boxoffice.events.queries import event_view
    from boxoffice.files import publish
    from boxoffice.reports.door import door_report

    with office_of(ctx) as office, office.reading() as session:
        now = office.now()
        report = door_report(session, event, list_name)
        view = event_view(session, event, now=now)
    if pdf is not None:
        from boxoffice.reports.door_paper import door_pdf

        publish(pdf, [door_pdf(view.title, report, zone=view.zone, now=now)])
    elif as_json:
        show.as_json_line(door_report_json(report), fields)
    else:
        _show(report, view.zone)


def _show(report: "DoorReport", zone: "ZoneInfo") -> None:
    """Show a row for each ten minutes; people are told the sums beside it."""
    from boxoffice.cli import show
    from boxoffice.reports.door import span_text

    stats, is_read = report.stats, sys.stdout.isatty()
    show.table(
        [f"{stats.event} · {stats.list}", "entries"],
        [
            [
                f"{span.begins_at.astimezone(zone):%d/%m/%Y %H:%M}"
                if is_read
                else span.begins_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                str(span.entries),
            ]
            for span in report.spans
        ],
    )
    told = ", ".join(f"{count} {verdict}" for verdict, count in stats.verdicts.items())
    show.talk(f"in: {stats.admitted} of {stats.expected}; {stats.scans} scans: {told or 'none'}")
    if report.peak is not None:
        show.talk(f"peak {span_text(report.peak, zone)}")
