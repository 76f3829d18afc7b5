"""`boxoffice order import`: bring in orders that were sold elsewhere, from a spreadsheet."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.bulk import mapped, progress_of, raw_of, show_problems
from boxoffice.cli.options import AsJson, EventSlug, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.bulk.plan import ImportPlan

app = noun("Bring in orders that were sold elsewhere: plan, look, apply.")

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
    wanted = mapped(headings or [])
    raw = raw_of(file)
    with office_of(ctx) as office:
        now = office.now()
        with office.reading() as session:
            plan = plan_import(session, office.actor, raw, event, headings=wanted, now=now)
        told = told_of(plan)
        if not as_json:
            show_problems(plan.problems)
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
        with progress_of("bringing in") as progress:
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
