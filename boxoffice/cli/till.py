"""`boxoffice till`: a clerk's drawer, from the float to the count."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from boxoffice.cli.options import AsJson, Fields, example, noun

if TYPE_CHECKING:
    from boxoffice.till.queries import ShiftView

app = noun("A clerk's drawer: open it, count it, close it.")

Note = Annotated[str, typer.Option(help="A word about it, kept with it.")]

# A till belongs to no event, and so to none's zone: people read its times at the counter.
_ZONE = ZoneInfo("America/Sao_Paulo")


@app.command("open", epilog=example("boxoffice till open --float 200"))
def open_command(
    ctx: typer.Context,
    start: Annotated[str, typer.Option("--float", help="The change it begins with: 200.")] = "0",
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Open your till: what you sell for cash from now on is expected in its drawer."""
    from boxoffice.cli.opening import office_of
    from boxoffice.money import parse_money
    from boxoffice.till.open_shift import open_shift

    money = parse_money(start, name="--float")
    with office_of(ctx) as office, office.writing() as session:
        shift = open_shift(session, office.actor, start=money, now=office.now())
        _check(shift, fields if as_json else None)
    _show(shift, as_json=as_json, fields=fields)


@app.command("status", epilog=example("boxoffice till status --json"))
def status_command(ctx: typer.Context, as_json: AsJson = False, fields: Fields = None) -> None:
    """Show your open till: what passed it, and the cash that must be in the drawer."""
    from boxoffice.cli.opening import office_of
    from boxoffice.till.queries import open_shift_view

    with office_of(ctx) as office, office.reading() as session:
        shift = open_shift_view(session, office.actor.name)
    _show(shift, as_json=as_json, fields=fields)


@app.command("drop", epilog=example("boxoffice till drop 500 --note 'to the safe'"))
def drop_command(
    ctx: typer.Context,
    amount: Annotated[str, typer.Argument(help="The cash that was taken out.")],
    note: Note = "",
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Record cash taken from your drawer to the safe."""
    from boxoffice.cli.opening import office_of
    from boxoffice.money import parse_money
    from boxoffice.text import clean_in
    from boxoffice.till.record import drop

    money = parse_money(amount, name="the drop")
    why = clean_in(note, name="--note", empty=True)
    with office_of(ctx) as office, office.writing() as session:
        shift = drop(session, office.actor, amount=money, note=why, now=office.now())
        _check(shift, fields if as_json else None)
    _show(shift, as_json=as_json, fields=fields)


@app.command("close", epilog=example("boxoffice till close --counted 835"))
def close_command(
    ctx: typer.Context,
    counted: Annotated[str, typer.Option(help="The cash that is in the drawer, float included.")],
    note: Note = "",
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Close your till, for good, and show what was counted beside what was expected."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.money import parse_money
    from boxoffice.text import clean_in
    from boxoffice.till.close_shift import close_shift

    money = parse_money(counted, name="--counted")
    why = clean_in(note, name="--note", empty=True)
    with office_of(ctx) as office, office.writing() as session:
        shift = close_shift(session, office.actor, counted=money, note=why, now=office.now())
        _check(shift, fields if as_json else None)
    _show(shift, as_json=as_json, fields=fields)
    if not as_json:
        show.talk(f"print it: boxoffice till report {shift.code} --pdf till.pdf")


@app.command("report", epilog=example("boxoffice till report --pdf till.pdf"))
def report_command(
    ctx: typer.Context,
    code: Annotated[
        str | None,
        typer.Argument(metavar="[SHIFT]", help="A shift, by its code; your last by default."),
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="Print it for an 80 mm roll to this file, or - for stdout.")
    ] = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show or print one shift: what passed the till, counted beside expected."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.files import publish
    from boxoffice.till.queries import last_shift_view, shift_view

    is_stdout = pdf is not None and str(pdf) == "-"
    if is_stdout and as_json:
        raise BadValue("--pdf", "- and --json cannot both have stdout.", hint="name a file")
    with office_of(ctx) as office, office.reading() as session:
        if code is None:
            shift = last_shift_view(session, office.actor.name)
        else:
            shift = shift_view(session, code)
        now = office.now()
    _check(shift, fields if as_json else None)
    if pdf is not None:
        from boxoffice.till.paper import shift_pdf  # reportlab, only to print

        publish(pdf, [shift_pdf(shift, zone=_ZONE, now=now)])
        if not (is_stdout or as_json):
            show.talk(f"{pdf}: the report of shift {shift.code}.")
    if not is_stdout:
        _show(shift, as_json=as_json, fields=fields)


def _check(shift: "ShiftView", fields: str | None) -> None:
    """Refuse a wrong field while nothing is kept yet."""
    from boxoffice.cli import show

    show.picked(_shift_json(shift), fields)


def _show(shift: "ShiftView", *, as_json: bool, fields: str | None) -> None:
    from boxoffice.cli import show
    from boxoffice.times import local_text

    if as_json:
        show.as_json_line(_shift_json(shift), fields)
        return
    closed_at = shift.closed_at
    show.pairs(
        [
            (shift.code, f"{shift.clerk}  {'open' if closed_at is None else 'closed'}"),
            ("opened", local_text(shift.opened_at, _ZONE)),
            ("closed", "" if closed_at is None else local_text(closed_at, _ZONE)),
            ("float", str(shift.drawer.start)),
            *(
                (f"{passed.kind} {passed.method}", f"{passed.amount} ({passed.count})")
                for passed in shift.passed
            ),
            ("expected", str(shift.expected)),
            ("counted", "" if shift.counted is None else str(shift.counted)),
            ("difference", "" if shift.difference is None else str(shift.difference)),
            ("note", shift.note),
        ]
    )


def _shift_json(shift: "ShiftView") -> dict[str, Any]:
    """A shift with what passed its till. The cash is `expected_minor`."""
    from boxoffice.times import iso

    drawer = shift.drawer
    return {
        "code": shift.code,
        "clerk": shift.clerk,
        "state": "open" if shift.closed_at is None else "closed",
        "opened_at": iso(shift.opened_at),
        "closed_at": iso(shift.closed_at),
        "currency": drawer.start.currency,
        "float_minor": drawer.start.minor,
        "cash_sales_minor": drawer.sales.minor,
        "cash_refunds_minor": drawer.refunds.minor,
        "drops_minor": drawer.drops.minor,
        "expected_minor": shift.expected.minor,
        "counted_minor": None if shift.counted is None else shift.counted.minor,
        "difference_minor": None if shift.difference is None else shift.difference.minor,
        "note": shift.note,
        "passed": [
            {
                "kind": passed.kind,
                "method": passed.method,
                "count": passed.count,
                "amount_minor": passed.amount.minor,
            }
            for passed in shift.passed
        ],
        "drops": [
            {"at": iso(drop.at), "amount_minor": drop.amount.minor, "note": drop.note}
            for drop in shift.drops
        ],
    }
