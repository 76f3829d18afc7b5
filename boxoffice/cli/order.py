"""`boxoffice order`: sell, place, find, show and cancel orders."""

from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, Key, Limit, Quiet, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.office import BoxOffice
    from boxoffice.orders.models import Channel
    from boxoffice.orders.place import Request
    from boxoffice.orders.queries import OrderView
    from boxoffice.payments.provider import Method
    from boxoffice.payments.queries import PaymentView

app = noun("Sell, place, find, show and cancel orders.")

TierName = Annotated[str, typer.Option("--tier", "-t", help="The tier, by its name.")]
Quantity = Annotated[int, typer.Option("--quantity", help="How many places.")]
BuyerName = Annotated[str, typer.Option("--buyer-name", help="Who buys.")]
BuyerEmail = Annotated[str, typer.Option("--buyer-email", help="Where the tickets are sent.")]
BuyerDocument = Annotated[str, typer.Option("--buyer-document", help="CPF or CNPJ.")]
Code = Annotated[str, typer.Argument(help="The order, by its code.")]


@app.command(
    "sell",
    epilog=example(
        "boxoffice order sell -e noite -t 'Lote 1' --quantity 2 --buyer-name 'Ana Lima'"
    ),
)
def sell_command(
    ctx: typer.Context,
    event: EventSlug,
    tier: TierName,
    quantity: Quantity = 1,
    method: Annotated[
        str, typer.Option(help="cash, external (paid elsewhere) or courtesy.")
    ] = "cash",
    buyer_name: BuyerName = "",
    buyer_email: BuyerEmail = "",
    buyer_document: BuyerDocument = "",
    key: Key = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Sell at the counter: paid now, tickets now."""
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.order_answer import check_fields, read, show_order
    from boxoffice.orders.models import Channel
    from boxoffice.orders.place import place
    from boxoffice.payments.start import take

    paid_by = _method(method, "cash", "external", "courtesy")
    channel = Channel.COURTESY if paid_by == "courtesy" else Channel.COUNTER
    request = _request(
        event,
        tier,
        quantity,
        channel,
        paid_by,
        name=buyer_name,
        email=buyer_email,
        document=buyer_document,
    )
    with office_of(ctx) as office:
        with office.writing() as session:
            now = office.now()
            placed = place(session, office.actor, request, now=now, holds=False, key=_key(key))
            take(session, office.actor, placed.id, paid_by, office.ticket_key, now=now)
            check_fields(session, office, placed.code, fields if as_json else None)
        order, payment = read(office, placed.code)
        show_order(order, payment, as_json=as_json, fields=fields, quiet=quiet)
        if buyer_email:
            afterwards(office)


@app.command(
    "place",
    epilog=example(
        "boxoffice order place -e noite -t 'Lote 1' --method pix --buyer-name 'Ana Lima' "
        "--buyer-email ana@exemplo.com.br --buyer-document 390.533.447-05"
    ),
)
def place_command(
    ctx: typer.Context,
    event: EventSlug,
    tier: TierName,
    buyer_name: BuyerName,
    buyer_email: BuyerEmail,
    buyer_document: BuyerDocument,
    method: Annotated[str, typer.Option(help="pix, boleto or card.")] = "pix",
    quantity: Quantity = 1,
    key: Key = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Reserve places and charge the buyer through the gateway."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import check_fields, show_order
    from boxoffice.orders.models import Channel
    from boxoffice.orders.place import place
    from boxoffice.payments.start import check_buyer, start

    paid_by = _method(method, "pix", "boleto", "card")
    request = _request(
        event,
        tier,
        quantity,
        Channel.ONLINE,
        paid_by,
        name=buyer_name,
        email=buyer_email,
        document=buyer_document,
    )
    check_buyer(request.buyer, paid_by)
    with office_of(ctx) as office:
        provider = office.provider.name
        with office.writing() as session:
            now = office.now()
            placed = place(session, office.actor, request, now=now, holds=True, key=_key(key))
            if placed.is_new:
                start(session, office.actor, placed.id, paid_by, provider, now=now)
            check_fields(session, office, placed.code, fields if as_json else None)
        order, payment = _charged(office, placed.code)
        show_order(order, payment, as_json=as_json, fields=fields, quiet=quiet)


@app.command("show", epilog=example("boxoffice order show K7QX2M --json"))
def show_command(
    ctx: typer.Context, code: Code, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Show one order with its tickets and its payment."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import read, show_order

    with office_of(ctx) as office:
        order, payment = read(office, code)
    show_order(order, payment, as_json=as_json, fields=fields)


@app.command("find", epilog=example("boxoffice order find 'joao sil'"))
def find_command(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="Part of a name, an address, a document or a code.")],
    limit: Limit = 20,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Find orders by what somebody remembers. Accents and case do not matter."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import show_lines
    from boxoffice.orders.queries import find_orders

    with office_of(ctx) as office, office.reading() as session:
        found = find_orders(session, text, limit=limit)
    show_lines(found, as_json=as_json, fields=fields)


@app.command("list", epilog=example("boxoffice order list -e noite --limit 10"))
def list_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Option("--event", "-e", help="Of this event only.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List orders, the newest first."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import show_lines
    from boxoffice.events.queries import event_by_slug
    from boxoffice.orders.queries import list_orders

    with office_of(ctx) as office, office.reading() as session:
        if event is not None:
            event_by_slug(session, event)
        found = list_orders(session, event, limit=limit)
    show_lines(found, as_json=as_json, fields=fields)


@app.command(
    "cancel", epilog=example("boxoffice order cancel K7QX2M --reason 'bought twice' --yes")
)
def cancel_command(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help="Why; the audit keeps it.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel an order: its tickets die, its places go back. No money moves."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.order_answer import read, show_order
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.call_off import call_off
    from boxoffice.text import clean_in

    why = clean_in(reason, name="--reason", empty=True)
    with office_of(ctx) as office:
        with office.reading() as session:
            order_id = order_by_code(session, code).id
        if not show.confirmed(f"Cancel order {code}? Its tickets die.", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        with office.writing() as session:
            ended = call_off(session, office.actor, order_id, reason=why, now=office.now())
        order, payment = read(office, code)
        if as_json:
            show_order(order, payment, as_json=True, fields=None)
        else:
            show.line(
                f"{order.code} is cancelled." if ended else f"{order.code} was cancelled before."
            )
        afterwards(office)


def _method(text: str, *allowed: str) -> "Method":
    from boxoffice.errors import BadValue
    from boxoffice.payments.provider import Method

    if text not in allowed:
        raise BadValue("--method", f"{text[:40]!r} is not one of: {', '.join(allowed)}.")
    return Method(text)


def _key(text: str | None) -> str | None:
    from boxoffice.errors import BadValue

    if text is not None and not (1 <= len(text) <= 200 and text.isprintable()):  # noqa: PLR2004
        raise BadValue("--idempotency-key", "must be 1 to 200 printable characters.")
    return text


def _request(
    event: str,
    tier: str,
    quantity: int,
    channel: "Channel",
    method: "Method",
    *,
    name: str,
    email: str,
    document: str,
) -> "Request":
    """Read what the flags say of the buyer, and make the request of it."""
    from boxoffice.orders.place import Request, Wanted
    from boxoffice.people import Person, parse_document, parse_email, parse_name

    buyer = Person(
        name=parse_name(name, name="--buyer-name") if name else "",
        email=parse_email(email, name="--buyer-email") if email else "",
        document=parse_document(document, name="--buyer-document") if document else "",
    )
    return Request(event, (Wanted(tier, quantity),), channel, method, buyer)


def _charged(office: "BoxOffice", code: str) -> "tuple[OrderView, PaymentView | None]":
    """Have the charge opened now, and return the order with what the buyer needs to pay it.

    Raises:
        ChargeRefused: the gateway gave a definite no; the order is cancelled again.
    """
    from boxoffice.cli import show
    from boxoffice.cli.order_answer import read
    from boxoffice.errors import ChargeRefused
    from boxoffice.outbox.jobs import OpenCharge
    from boxoffice.outbox.queries import last_error_of
    from boxoffice.payments.call_off import call_off
    from boxoffice.payments.models import PaymentState
    from tasks.relay import run_promised

    order, payment = read(office, code)
    if payment is not None and payment.state is PaymentState.OPENING:
        run_promised(office, OpenCharge(payment.id))
        order, payment = read(office, code)
    if payment is not None and payment.state is PaymentState.FAILED:
        with office.writing() as session:
            call_off(session, office.actor, order.id, reason="charge refused", now=office.now())
        raise ChargeRefused(
            f"the gateway refused the charge: {payment.refusal}",
            hint=f"order {order.code} is cancelled and its places are free; place it again",
            order=order.code,
        )
    if payment is not None and payment.state is PaymentState.OPENING:
        with office.reading() as session:
            why = last_error_of(session, OpenCharge(payment.id))
        show.talk(f"the charge of {order.code} is not open yet, its places are held: {why}")
        show.talk(f"hint: boxoffice job run, then boxoffice payment show {order.code}")
    return order, payment
