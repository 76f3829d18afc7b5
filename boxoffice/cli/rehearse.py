"""`boxoffice rehearse`: a fire drill on an organizer's own event, in a scratch database."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from boxoffice.cli import show
from boxoffice.cli.exits import UNHEALTHY
from boxoffice.cli.opening import office_of, settings_of
from boxoffice.errors import BadValue, Misconfigured
from boxoffice.files import publish
from boxoffice.office import BoxOffice, opened

if TYPE_CHECKING:
    from boxoffice.rehearsal.drill import Drill
    from boxoffice.rehearsal.play import Tell
    from boxoffice.rehearsal.report import Report, Timing
    from boxoffice.rehearsal.setup import Setup

Tables = list[tuple[str, list[list[str]]]]


def rehearse_event(
    ctx: typer.Context,
    event: str | None,
    file: Path | None,
    drill: "Drill",
    paper: Path | None,
    *,
    as_json: bool,
) -> None:
    """Rehearse, show what was found out, and exit 8 when a check is wrong.

    Raises:
        BadValue: neither event nor file is named, or both; a fault is unknown.
        NotFound: there is no such event.
        Refused: the event sells nothing, or the scratch database cannot be made.
    """
    from boxoffice.rehearsal.play import faults_of, rehearse

    if (event is None) == (file is None):
        raise BadValue("--event", "or --file is needed, one of them.")
    faults_of(drill.faults)
    if paper is not None and not paper.absolute().parent.is_dir():
        raise BadValue("--pdf", f"names no folder that is there: {paper.absolute().parent}.")
    with _office(ctx, is_live=file is None) as office:
        setup = _setup(office, event, file)
        with _aside(office) as folder, _progress(drill) as tell:
            report = rehearse(office.database, folder, setup, drill, tell=tell)
        if paper is not None:
            _print(report, paper, office)
    if as_json:
        show.as_json_line(report.as_json())
    else:
        _show(report)
    if not report.is_right:
        raise typer.Exit(UNHEALTHY)


@contextmanager
def _office(ctx: typer.Context, *, is_live: bool) -> Iterator[BoxOffice]:
    """Open the office: a file is rehearsed even where no database is made yet."""
    with office_of(ctx) if is_live else opened(settings_of(ctx)) as office:
        yield office


@contextmanager
def _aside(office: BoxOffice) -> Iterator[Path]:
    """Make a folder beside the data: a rehearsal's disk must be as slow as the one that counts.

    Raises:
        Misconfigured: none can be made.
    """
    from boxoffice.rehearsal.leftovers import folder_in

    home = office.settings.home
    with ExitStack() as made:
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = made.enter_context(folder_in(home))
        except OSError as error:
            raise Misconfigured(
                f"no folder can be made in {home}: {error.strerror}.",
                hint="set BOXOFFICE_HOME to a folder that you may write to",
            ) from error
        yield folder


def _setup(office: BoxOffice, event: str | None, file: Path | None) -> "Setup":
    from boxoffice.rehearsal.setup import setup_of, setup_of_file

    if file is not None:
        return setup_of_file(file, now=office.now())
    assert event is not None, "one of them is named"
    with office.reading() as session:
        return setup_of(session, office.actor, event, now=office.now())


@contextmanager
def _progress(drill: "Drill") -> "Iterator[Tell]":
    """Show how far it has come, to who waits at a terminal."""
    if not sys.stderr.isatty():
        yield lambda _act, _count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    words = TextColumn("{task.description} {task.completed:,.0f}")
    columns = (words, BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {"sale": bars.add_task("sale: buyers", total=drill.buyers)}
        last = time.monotonic()

        def tell(act: str, count: int) -> None:
            nonlocal last
            if act not in tasks:
                tasks[act] = bars.add_task(act, total=None)
            if time.monotonic() - last > 0.1:  # noqa: PLR2004  (ten times a second is enough)
                last = time.monotonic()
                bars.update(tasks[act], completed=count)

        yield tell


def _show(report: "Report") -> None:
    show.line(f"{report.title} ({report.event}), rehearsed on {report.database}")
    for head, rows in tables_of(report):
        show.line()
        show.line(head)
        show.table([""] * len(rows[0]), rows)
    show.line()
    for line in report.advice:
        show.line(f"– {line}")


def tables_of(report: "Report") -> Tables:
    """Return the tables of a report, each under its head."""
    decided = report.decided
    made = [
        ["seed", str(report.drill.seed), f"the plan {decided['digest']} is the same with it"],
        ["buyers", str(decided["buyers"]), f"{report.drill.rate:g} a second"],
        ["places asked", str(decided["places_asked"]), f"{decided['paying']} buyers mean to pay"],
        ["desks", str(report.drill.desks), f"{report.drill.offline} of them without a line"],
        ["faults", ", ".join(report.drill.faults) or "none", "of the gateway"],
    ]
    times = [["", "done", "/s", "p50 ms", "p95 ms", "p99 ms"]]
    times += [_time_row(timing) for timing in report.timings]
    busy = [["", "processors", "row locks", "disk", "in line to write", "database"]]
    busy += [
        [act, *(_percent(getattr(one, name)) for name in one.__slots__)]
        for act, one in report.busy.items()
    ]
    slow = [["", "times", "ms each", "of all"]]
    slow += [
        [one.statement, f"{one.count:,}", f"{one.millis_each:.2f}", f"{one.percent} %"]
        for one in report.slow
    ]
    checks = [
        [check.what, "✔" if check.is_right else "✖ WRONG", str(check.found),
         f"≤ {check.expected}" if check.at_most else str(check.expected)]
        for check in report.checks
    ]  # fmt: skip
    return [
        ("decided beforehand", made),
        ("what the buyers heard", [[said, str(n)] for said, n in sorted(report.outcomes.items())]),
        ("places sold", [[tier, str(count)] for tier, count in report.sold.items()]),
        ("what the door said", [[v, str(n)] for v, n in sorted(report.verdicts.items())]),
        ("measured: it is another number each time", times),
        ("measured: how busy it was", busy),
        ("measured: the slowest statements", slow),
        ("checks", checks),
    ]


def _time_row(timing: "Timing") -> list[str]:
    waits = [timing.wait(percent) for percent in (50, 95, 99)]
    return [
        timing.name,
        f"{len(timing.waits):,}",
        f"{timing.rate:,.1f}",
        *("–" if wait is None else f"{1e3 * wait:,.0f}" for wait in waits),
    ]


def _percent(value: int | None) -> str:
    return "–" if value is None else f"{value} %"


def _print(report: "Report", paper: Path, office: BoxOffice) -> None:
    from boxoffice.rehearsal.paper import report_pdf

    publish(paper, [report_pdf(report, tables_of(report), now=office.now())])
