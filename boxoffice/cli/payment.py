"""`boxoffice payment`: show payments and their PIX codes, decide on late money."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.payments.late import LateMoney

app = noun("Show payments and their PIX codes, wait for them.")

_LOOK_SECONDS = 0.5


@app.command("show", epilog=example("boxoffice payment show K7QX2M"))
def show_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show the latest payment of an order; a PIX to be paid as QR code and as text to copy."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import payment_json
    from boxoffice.errors import NotFound
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.models import PaymentState
    from boxoffice.payments.queries import payment_of_order

    with office_of(ctx) as office, office.reading() as session:
        row = order_by_code(session, order)
        found = payment_of_order(session, row.id)
    if found is None:
        raise NotFound("payment", f"of order {row.code}")
    if as_json:
        show.as_json_line(payment_json(found), fields)
        return
    show.pairs(
        [
            (row.code, f"{found.method} {found.state}  {found.amount}"),
            ("gateway", found.provider_id or ""),
            ("refused", found.refusal or ""),
            ("boleto", found.boleto_line or ""),
            ("invoice", found.invoice_url or ""),
        ]
    )
    if found.pix_payload and found.state is PaymentState.WAITING:
        _show_pix(found.pix_payload)


@app.command("watch", epilog=example("boxoffice payment watch K7QX2M --timeout 300"))
def watch_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    timeout: Annotated[int, typer.Option(min=1, max=86_400, help="Seconds to wait.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Wait until an order is paid. Exit code 5 when it ends unpaid, 75 when time is up."""
    import time

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Unavailable, WrongState
    from boxoffice.orders.models import OrderState
    from boxoffice.orders.queries import order_by_code

    until = time.monotonic() + timeout
    with office_of(ctx) as office:
        while True:
            with office.reading() as session:
                row = order_by_code(session, order)
            if row.state is OrderState.PAID:
                break
            if row.state not in {OrderState.PLACED, OrderState.EXPIRING}:
                raise WrongState(f"order {row.code} is {row.state}.")
            if time.monotonic() >= until:
                raise Unavailable(f"order {row.code} is not paid yet.", code="payment.waiting")
            time.sleep(_LOOK_SECONDS)
    if as_json:
        show.as_json_line({"code": row.code, "state": row.state})
    else:
        show.line(f"{row.code} is paid.")


@app.command("late", epilog=example("boxoffice payment late --json"))
def late_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Option("--event", "-e", help="Of this event alone.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List orders whose money came late or short, the oldest first: somebody has to decide."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.events.queries import event_by_slug
    from boxoffice.payments.late import list_late

    with office_of(ctx) as office, office.reading() as session:
        if event is not None:
            event_by_slug(session, event)
        found = list_late(session, limit=limit, event=event)
    if as_json:
        for late in found:
            show.as_json_line(_late_json(late), fields)
        return
    show.table(
        ["order", "event", "buyer", "paid", "of", "why", "places"],
        [
            [x.code, x.event_slug, x.buyer_name, str(x.paid), str(x.total), x.why, x.room]
            for x in found
        ],
    )
    if found:
        show.talk("decide: boxoffice payment resolve ORDER --accept|--dismiss --note TEXT")
    else:
        show.talk("nothing waits for a decision.")


@app.command(
    "resolve",
    epilog=example("boxoffice payment resolve K7QX2M --accept --note 'agreed by phone' --yes"),
)
def resolve_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    note: Annotated[str, typer.Option("--note", help="Why, naming nobody; the audit keeps it.")],
    accept: Annotated[
        bool, typer.Option("--accept", help="Take its places again and send its tickets.")
    ] = False,
    dismiss: Annotated[
        bool, typer.Option("--dismiss", help="Cancel it; its money is owed to the buyer.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Decide on an order whose money came late or short. No money moves."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.order_answer import check_fields, read
    from boxoffice.cli.shapes import order_json
    from boxoffice.errors import BadValue
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments import late
    from boxoffice.text import clean_in

    if accept is dismiss:
        raise BadValue("the decision", "is one of the two.", hint="say --accept or --dismiss")
    why = clean_in(note, name="--note")
    with office_of(ctx) as office:
        with office.reading() as session:
            row = order_by_code(session, order)
            check_fields(session, office, row.code, fields if as_json else None)
        asked = f"Accept the money of {row.code}?" if accept else f"Cancel {row.code}?"
        if not show.confirmed(asked, yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        told, mail = f"{row.code} is paid; its tickets are valid.", None
        with office.writing() as session:
            now, who = office.now(), office.actor
            if accept:
                mail = late.accept(session, who, row.id, office.ticket_key, note=why, now=now)
            else:
                owed = late.dismiss(session, who, row.id, note=why, now=now)
                told = f"{row.code} is cancelled; {owed} is owed to its buyer."
        if as_json:
            show.as_json_line(order_json(*read(office, row.code)), fields)
        else:
            show.line(told)
        if mail is not None:
            afterwards(office, mail)


@app.command("owed", epilog=example("boxoffice payment owed -e noite"))
def owed_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Option("--event", "-e", help="Of this event alone.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List money of cancelled events that goes back by hand: cash, and what others took."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.events.queries import event_by_slug
    from boxoffice.payments.owed import list_owed

    with office_of(ctx) as office, office.reading() as session:
        if event is not None:
            event_by_slug(session, event)
        found = list_owed(session, limit=limit, event=event)
    if as_json:
        for owed in found:
            line: dict[str, Any] = {
                "code": owed.code,
                "event": owed.event_slug,
                "buyer_name": owed.buyer_name,
                "methods": list(owed.methods),
                "owed_minor": owed.amount.minor,
                "currency": owed.amount.currency,
            }
            show.as_json_line(line, fields)
        return
    show.table(
        ["order", "event", "buyer", "paid by", "owed"],
        [[x.code, x.event_slug, x.buyer_name, ", ".join(x.methods), str(x.amount)] for x in found],
    )
    if found:
        show.talk("give it back: boxoffice order refund ORDER --proof 'cash, receipt 17'")
    else:
        show.talk("nothing is owed.")


def _late_json(late: "LateMoney") -> dict[str, Any]:
    """Show an order under review as one line of a list."""
    from boxoffice.times import iso

    return {
        "code": late.code,
        "event": late.event_slug,
        "buyer_name": late.buyer_name,
        "total_minor": late.total.minor,
        "discount_minor": late.discount.minor,
        "paid_minor": late.paid.minor,
        "currency": late.total.currency,
        "why": late.why,
        "since": iso(late.since),
        "places": late.room,
        "wanted": dict(late.wanted),
    }


def _show_pix(payload: str) -> None:
    """Draw the QR code where it fits on a terminal; the text to copy always follows."""
    import shutil

    from boxoffice.cli import show

    if show.is_coloured() and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.text import Text

        from boxoffice.tickets.half_blocks import QR_STYLE, terminal_qr

        size = shutil.get_terminal_size()
        lines = terminal_qr(payload, columns=size.columns, rows=size.lines - 2)
        if lines is None:
            show.talk("the QR code needs a larger terminal; copy the text instead.")
        else:
            console = Console(highlight=False)
            for drawn in lines:
                console.print(Text(drawn, style=QR_STYLE))
    show.line(payload)
