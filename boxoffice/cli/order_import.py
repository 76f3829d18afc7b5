"""`boxoffice order import`: bring in orders that were sold elsewhere, from a spreadsheet."""

import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, EventSlug, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.bulk.apply import Progress
    from boxoffice.bulk.plan import ImportPlan

app = noun("Bring in orders that were sold elsewhere: plan, look, apply.")

_PROBLEMS_SHOWN = 20
_PARTIAL, _REFUSED = 6, 5


@app.command(
    "plan", epilog=example("boxoffice order import plan convidados.csv -e noite --map tier=Setor")
)
def plan_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON Lines; - is stdin.")],
    event: EventSlug,
    headings: Annotated[
        list[str] | None,
        typer.Option("--map", help="Where a column is, as key=Heading.", metavar="KEY=HEADING"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The plan; FILE.plan.json by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check every row, and write what would be brought in. No order is made."""
    from boxoffice.bulk.plan import plan_import
    from boxoffice.bulk.plan_file import told_of, write_plan
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue, Refused

    is_stdin = str(file) == "-"
    if str(out) == "-" or (is_stdin and out is None):
        raise BadValue("--out", "must name a file: a plan is two files.", hint="--out plan.json")
    target = out or file.with_name(file.name + ".plan.json")
    if not is_stdin and target.resolve() == file.resolve():
        raise BadValue("--out", "is the file itself; it would be lost.", hint="name another file")
    mapped = _mapped(headings or [])
    raw = _raw(file)
    with office_of(ctx) as office:
        now = office.now()
        with office.reading() as session:
            plan = plan_import(session, office.actor, raw, event, headings=mapped, now=now)
        told = told_of(plan)
        if not as_json:
            _show_problems(plan)
        if not plan.orders and not plan.already:
            raise Refused(
                f"no row of {file.name} can be brought in; no plan was written.",
                hint="mend the rows, and plan again",
                code="plan.empty",
                problems=told["problems"],
            )
        write_plan(plan, target, source=file.name, by=office.actor.name, now=now)
    if as_json:
        show.as_json_line({"plan": str(target)} | told)
    else:
        _show_plan(plan, target)
    if plan.problems:
        raise typer.Exit(_PARTIAL)


@app.command("apply", epilog=example("boxoffice order import apply convidados.csv.plan.json --yes"))
def apply_command(
    ctx: typer.Context,
    plan: Annotated[Path, typer.Argument(help="The plan that `order import plan` wrote.")],
    mail: Annotated[bool, typer.Option("--mail", help="Send the tickets to the buyers.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Bring in the orders of a plan. Stopped half way, it goes on where it was."""
    from boxoffice.bulk.apply import Importer, apply_import
    from boxoffice.bulk.plan_file import read_plan
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of

    with office_of(ctx) as office:
        count = len(read_plan(plan).orders)
        if not show.confirmed(f"Bring in {count} orders, paid elsewhere?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(_REFUSED)
        with _progress() as progress:
            importer = Importer(
                database=office.database,
                actor=office.actor,
                key=office.ticket_key,
                clock=office.now,
                mails=mail,
                progress=progress,
            )
            done = apply_import(importer, plan)
        told = {
            "event": done.event, "orders": done.orders, "made": done.made,
            "already": done.already, "refused": done.refused, "tickets": done.tickets,
            "result": str(done.result),
        }  # fmt: skip
        if as_json:
            show.as_json_line(told)
        else:
            show.pairs([(name, str(value)) for name, value in told.items()])
        if done.made and mail:
            afterwards(office)
            show.talk("hint: boxoffice job run sends the mails that are still promised")
    if done.refused:
        raise typer.Exit(_PARTIAL)


def _mapped(texts: list[str]) -> dict[str, str]:
    from boxoffice.errors import BadValue

    mapped: dict[str, str] = {}
    for text in texts:
        key, equals, heading = text.partition("=")
        if not equals or not key.strip() or not heading.strip():
            raise BadValue("--map", f"{text[:60]!r} is not KEY=HEADING.", hint="--map tier=Setor")
        if key.strip() in mapped:
            raise BadValue("--map", f"names {key.strip()[:40]!r} twice.")
        mapped[key.strip()] = heading.strip()
    return mapped


def _raw(file: Path) -> bytes:
    from boxoffice.errors import BadFile, NotFound
    from boxoffice.sheets import SIZE_MAX
    from boxoffice.text import shown

    if str(file) == "-":
        return sys.stdin.buffer.read(SIZE_MAX + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(SIZE_MAX + 1)  # one more than is read: the reader then says so
    except FileNotFoundError:
        hint = "check the name and the folder"
        raise NotFound("file", shown(str(file)), hint=hint) from None
    except OSError as error:
        raise BadFile(f"{shown(str(file))} cannot be read: {error.strerror}.") from error


def _show_problems(plan: "ImportPlan") -> None:
    from boxoffice.cli import show

    for problem in plan.problems[:_PROBLEMS_SHOWN]:
        show.talk(str(problem))
        if problem.hint:
            show.talk(f"  hint: {problem.hint}")
    if len(plan.problems) > _PROBLEMS_SHOWN:
        show.talk(f"and {len(plan.problems) - _PROBLEMS_SHOWN} problems more: --json tells them")


def _show_plan(plan: "ImportPlan", target: Path) -> None:
    from boxoffice.cli import show
    from boxoffice.money import Money

    total = Money(plan.total_minor, plan.event.currency)
    show.pairs(
        [
            ("event", plan.event.slug),
            ("orders", f"{len(plan.orders)} to bring in, {plan.already} in already"),
            ("places", ", ".join(f"{count} {tier}" for tier, count in plan.places.items())),
            ("money", f"{total}, paid elsewhere"),
            ("bad rows", str(plan.bad_rows)),
            ("columns", ", ".join(f"{h} = {key}" for key, h in plan.sheet.columns.items())),
            ("ignored", ", ".join(plan.sheet.ignored)),
            ("plan", str(target)),
        ]
    )
    show.talk(f"hint: boxoffice order import apply {shlex.quote(str(target))} --yes")


@contextmanager
def _progress() -> "Iterator[Progress]":
    """Yield what shows a bar on stderr: on a terminal, and only when it takes over a second."""
    if not sys.stderr.isatty():
        yield lambda _count, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    started = time.monotonic()
    bars = Bars(console=Console(file=sys.stderr), transient=True)
    shown: list[Any] = []

    def progress(count: int, total: int) -> None:
        if not shown and time.monotonic() - started > 1:
            bars.start()
            shown.append(bars.add_task("bringing in", total=total))
        if shown:
            bars.update(shown[0], completed=count)

    try:
        yield progress
    finally:
        bars.stop()
