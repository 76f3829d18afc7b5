"""`boxoffice event cancel`: end a whole event, planned first, then applied order by order."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.bulk import progress_of
from boxoffice.cli.options import AsJson, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.bulk.cancel_apply import Cancelled
    from boxoffice.bulk.cancel_plan import CancelPlan

app = noun("End a whole event: plan, look, apply.")

_PARTIAL, _REFUSED = 6, 5
_FIRST = 5


@app.command(
    "cancel",
    epilog=example(
        "boxoffice event cancel noite, then: boxoffice event cancel --apply noite.cancel.json --yes"
    ),
)
def cancel_command(
    ctx: typer.Context,
    slug: Annotated[str | None, typer.Argument(help="The event to plan the end of.")] = None,
    plan_out: Annotated[
        Path | None, typer.Option("--plan-out", help="The plan; SLUG.cancel.json by default.")
    ] = None,
    apply: Annotated[
        Path | None, typer.Option("--apply", help="Do what this plan says.", metavar="PLAN")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel an event: first a plan of every order and its money, then --apply PLAN does it.

    Orders that wait are called off, paid ones refunded, tickets die, buyers are told. Cash goes
    back by hand: payment owed lists it. Codes of campaigns are revoked, and their guests told.
    Stopped half way, --apply goes on where it was.
    """
    from boxoffice.errors import BadValue

    if (slug is None) is (apply is None):
        hint = "boxoffice event cancel SLUG, and then: boxoffice event cancel --apply PLAN --yes"
        raise BadValue("the command", "takes an event to plan, or --apply a plan.", hint=hint)
    if apply is not None:
        if plan_out is not None:
            raise BadValue("--plan-out", "goes with an event, not with --apply.")
        _apply(ctx, apply, yes=yes, as_json=as_json)
    elif slug is not None:
        _plan(ctx, slug, plan_out, as_json=as_json)


def _plan(ctx: typer.Context, slug: str, out: Path | None, *, as_json: bool) -> None:
    from boxoffice.bulk.cancel_file import write_cancel
    from boxoffice.bulk.cancel_plan import plan_cancel, told_of
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue

    if str(out) == "-":
        raise BadValue("--plan-out", "must name a file: a plan is two files.")
    with office_of(ctx) as office:
        with office.reading() as session:
            plan = plan_cancel(session, office.actor, slug)
        target = out or Path(f"{plan.slug}.cancel.json")
        write_cancel(plan, target, by=office.actor.name, now=office.now())
    if as_json:
        show.as_json_line({"plan": str(target)} | told_of(plan))
    else:
        _show_plan(plan, target)


def _apply(ctx: typer.Context, path: Path, *, yes: bool, as_json: bool) -> None:
    from boxoffice.bulk.cancel_apply import Canceller, apply_cancel
    from boxoffice.bulk.cancel_file import read_cancel
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of

    with office_of(ctx) as office:
        plan = read_cancel(path)
        asked = f"Cancel {plan.event} for ever, with {len(plan.orders)} orders?"
        if not show.confirmed(asked, yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(_REFUSED)
        with progress_of("cancelling") as progress:
            canceller = Canceller(office.database, office.actor, office.now, progress)
            done = apply_cancel(canceller, path)
    told = {
        "event": done.event, "state": "cancelled", "orders": done.orders, "ended": done.ended,
        "already": done.already, "refused": done.refused, "by_hand": done.by_hand,
        "bank": done.bank, "asked_minor": done.asked_minor, "by_hand_minor": done.by_hand_minor,
        "codes": done.codes, "places": done.places, "currency": done.currency,
        "result": str(done.result),
    }  # fmt: skip
    if as_json:
        show.as_json_line(told)
    else:
        _show_done(done)
    _tell_what_waits(done)
    if done.needs_a_hand:
        raise typer.Exit(_PARTIAL)


def _show_plan(plan: "CancelPlan", target: Path) -> None:
    from boxoffice.bulk.cancel_plan import told_of
    from boxoffice.cli import show
    from boxoffice.money import Money

    told = told_of(plan)
    counts, money = told["counts"], told["money"]

    def amount(minor: int) -> str:
        return str(Money(minor, plan.currency))

    show.pairs(
        [
            ("event", f"{plan.slug}, {plan.state}"),
            ("orders", str(counts["orders"])),
            *((f"  {ending}", str(count)) for ending, count in counts["endings"].items() if count),
            ("tickets", f"{counts['tickets']} die"),
            (
                "codes",
                f"{counts['codes']} revoked, {counts['code_places']} places"
                if counts["codes"]
                else "",
            ),
            ("mails", str(counts["mails"])),
            ("charges", f"{counts['charges']} to close"),
            ("gateway", f"{amount(money['asked_minor'])} asked back"),
            ("by hand", f"{amount(money['by_hand_minor'])}, each with a proof"),
            ("of it", ", ".join(f"{amount(m)} {name}" for name, m in money["methods"].items())),
            ("fee", "goes back too" if plan.fee_refundable else "is kept"),
            ("plan", str(target)),
        ]
    )
    show.line()
    show.table(
        ["order", "buyer", "state", "tickets", "ending", "gateway", "by hand"],
        [
            [o.order, o.buyer_name, o.state, str(o.tickets), o.ending, amount(o.asked_minor),
             amount(o.by_hand_minor)]
            for o in plan.orders[:_FIRST]
        ],
    )  # fmt: skip
    if len(plan.orders) > _FIRST:
        show.talk(f"and {len(plan.orders) - _FIRST} orders more: {target}.orders.jsonl has all.")
    show.talk(f"hint: boxoffice event cancel --apply {shlex.quote(str(target))} --yes")


def _show_done(done: "Cancelled") -> None:
    from boxoffice.cli import show
    from boxoffice.money import Money

    show.pairs(
        [
            ("event", f"{done.event}, cancelled"),
            ("orders", f"{done.orders}: {done.ended} ended now, {done.already} before"),
            ("refused", str(done.refused or "")),
            ("codes", f"{done.codes} revoked, {done.places} places" if done.codes else ""),
            ("gateway", f"{Money(done.asked_minor, done.currency)} asked back now"),
            ("by hand", f"{Money(done.by_hand_minor, done.currency)} still to give back"),
            ("result", str(done.result)),
        ]
    )


def _tell_what_waits(done: "Cancelled") -> None:
    from boxoffice.cli import show

    if done.by_hand:
        show.talk(f"{done.by_hand} orders have money that goes back by hand.")
        show.talk(f"hint: boxoffice payment owed -e {done.event}")
    if done.bank:
        show.talk(f"{done.bank} orders are with a bank, and were left as they are.")
    if done.ended or done.codes:
        show.talk("hint: boxoffice job run --until-empty sends the mails and closes the charges")
