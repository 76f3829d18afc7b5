"""`boxoffice order`: sell, place, find, show and cancel orders."""

from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import (
    AsJson,
    EventSlug,
    Fields,
    Key,
    Limit,
    Quiet,
    Whole,
    Yes,
    example,
    noun,
)
from boxoffice.cli.order_change import app as change_app
from boxoffice.cli.order_import import app as import_app
from boxoffice.cli.order_money import app as money_app

if TYPE_CHECKING:
    from boxoffice.db import WriteSession
    from boxoffice.money import Money
    from boxoffice.orders.place import Placed

app = noun("Sell, place, find, show, change and cancel orders.")
app.add_typer(change_app)  # its verbs are verbs of `order`
app.add_typer(money_app)  # the same
app.add_typer(import_app, name="import")

Tiers = Annotated[
    list[str], typer.Option("--tier", "-t", help="A tier, by its name; again for another.")
]
Quantities = Annotated[
    list[int] | None,
    typer.Option("--quantity", help="How many places of it, 1 by default; one a tier."),
]
BuyerName = Annotated[str, typer.Option("--buyer-name", help="Who buys.")]
BuyerEmail = Annotated[str, typer.Option("--buyer-email", help="Where the tickets are sent.")]
BuyerDocument = Annotated[str, typer.Option("--buyer-document", help="CPF or CNPJ.")]
PromoCode = Annotated[str, typer.Option("--promo", help="A promo code.")]
Code = Annotated[str, typer.Argument(help="The order, by its code.")]


@app.command(
    "sell",
    epilog=example("boxoffice order sell -e noite -t 'Lote 1' --quantity 2 --given 250"),
)
def sell_command(
    ctx: typer.Context,
    event: EventSlug,
    tier: Tiers,
    quantity: Quantities = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            help="cash (the default), external (paid elsewhere) or courtesy. In parts: "
            "--method cash=50 --method pix; one may be pix, boleto or card."
        ),
    ] = None,
    given: Annotated[
        str | None, typer.Option(help="The cash that was given for its part; the change is told.")
    ] = None,
    buyer_name: BuyerName = "",
    buyer_email: BuyerEmail = "",
    buyer_document: BuyerDocument = "",
    promo: PromoCode = "",
    key: Key = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Sell at the counter: paid now, tickets now; in parts, once all of them are in."""
    from boxoffice.cli.opening import afterwards, kept, office_of
    from boxoffice.cli.order_charge import charged
    from boxoffice.cli.order_request import (
        given_of,
        key_of,
        lines_of,
        parts_of,
        request_of,
        spelt,
    )
    from boxoffice.cli.sale_answer import check_sale, show_sale
    from boxoffice.orders.models import Channel
    from boxoffice.orders.place import place
    from boxoffice.outbox.jobs import DeliverTickets
    from boxoffice.payments.collect import Till, is_at_gateway
    from boxoffice.payments.parts import cash_of, pay_in_parts
    from boxoffice.payments.provider import Method
    from boxoffice.payments.start import check_buyer, take
    from boxoffice.till.rules import change_due

    parts = parts_of(method or ["cash"])
    paid_by = next((part.method for part in parts if is_at_gateway(part.method)), parts[0].method)
    is_whole = len(parts) == 1 and parts[0].amount is None
    has_cash = any(part.method == "cash" for part in parts)
    cash = given_of(given, Method.CASH if has_cash else paid_by if is_whole else None)
    request = request_of(
        event,
        lines_of(tier, quantity),
        Channel.COURTESY if paid_by == "courtesy" else Channel.COUNTER,
        paid_by,
        name=buyer_name,
        email=buyer_email,
        document=buyer_document,
        promo=promo,
        parts=() if is_whole else spelt(parts),
    )
    holds = is_at_gateway(paid_by)
    if holds:
        check_buyer(request.buyer, paid_by)
    own_key = key_of(key)
    with office_of(ctx) as office:
        how = Till(office.ticket_key, provider=office.provider.name if holds else "")

        def sell(session: "WriteSession") -> "tuple[Placed, Money | None]":
            now = office.now()
            placed = place(session, office.actor, request, now=now, holds=holds, key=own_key)
            change = None if cash is None else change_due(cash_of(placed.total, parts), cash)
            if is_whole:
                take(session, office.actor, placed.id, paid_by, office.ticket_key, now=now)
            elif placed.is_new:
                pay_in_parts(session, office.actor, placed.id, parts, how, now=now)
            check_sale(session, office, placed.code, change, fields if as_json else None)
            return placed, change

        placed, change = kept(office, sell)
        order, payment = charged(office, placed.code, is_part=True)
        show_sale(order, payment, change, as_json=as_json, fields=fields, quiet=quiet)
        afterwards(office, DeliverTickets(placed.id))


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
    tier: Tiers,
    buyer_name: BuyerName,
    buyer_email: BuyerEmail,
    buyer_document: BuyerDocument,
    method: Annotated[str, typer.Option(help="pix, boleto or card.")] = "pix",
    instalments: Annotated[
        int, typer.Option(help="In how many parts a card may pay it, 21 at most.")
    ] = 1,
    quantity: Quantities = None,
    promo: PromoCode = "",
    key: Key = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Reserve places and charge the buyer through the gateway."""
    from boxoffice.cli.opening import kept, office_of
    from boxoffice.cli.order_answer import check_fields, show_order
    from boxoffice.cli.order_charge import charged
    from boxoffice.cli.order_request import key_of, lines_of, method_of, request_of
    from boxoffice.orders.models import Channel
    from boxoffice.orders.place import place
    from boxoffice.payments.start import check_buyer, start

    paid_by = method_of(method, "pix", "boleto", "card")
    request = request_of(
        event,
        lines_of(tier, quantity),
        Channel.ONLINE,
        paid_by,
        name=buyer_name,
        email=buyer_email,
        document=buyer_document,
        promo=promo,
        parts=() if instalments == 1 else (f"{instalments} instalments",),
    )
    check_buyer(request.buyer, paid_by)
    own_key = key_of(key)
    with office_of(ctx) as office:
        provider = office.provider.name

        def reserve(session: "WriteSession") -> "Placed":
            now = office.now()
            placed = place(session, office.actor, request, now=now, holds=True, key=own_key)
            if placed.is_new:
                start(
                    session, office.actor, placed.id, paid_by, provider,
                    now=now, instalments=instalments,
                )  # fmt: skip
            check_fields(session, office, placed.code, fields if as_json else None)
            return placed

        placed = kept(office, reserve)
        order, payment = charged(office, placed.code)
        show_order(order, payment, as_json=as_json, fields=fields, quiet=quiet)


@app.command("show", epilog=example("boxoffice order show K7QX2M --json"))
def show_command(
    ctx: typer.Context,
    code: Code,
    with_documents: Whole = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show one order with its tickets and its payment."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import read, show_order, shows_whole

    with office_of(ctx) as office:
        order, payment = read(office, code)
        if with_documents:
            shows_whole(office, "order", order.id)
    show_order(order, payment, as_json=as_json, fields=fields, whole=with_documents)


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
    mail_trouble: Annotated[
        bool, typer.Option("--mail-trouble", help="Those alone whose last mail did not arrive.")
    ] = False,
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
        found = list_orders(session, event, limit=limit, is_mail_trouble=mail_trouble)
    show_lines(found, as_json=as_json, fields=fields)


@app.command(
    "cancel", epilog=example("boxoffice order cancel K7QX2M --reason 'bought twice' --yes")
)
def cancel_command(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help="Why. It is kept until its people are erased.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel an order: its tickets die, its places go back. No money moves."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.order_answer import read, show_order
    from boxoffice.errors import WrongState
    from boxoffice.orders.models import OrderState
    from boxoffice.orders.queries import order_by_code
    from boxoffice.outbox.jobs import CloseCharge
    from boxoffice.payments.call_off import call_off
    from boxoffice.payments.covered import kept_of
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
        if order.state is not OrderState.CANCELLED:
            raise WrongState(
                f"order {order.code} became {order.state} at this moment.",
                hint=f"see it: boxoffice order show {order.code}",
            )
        if as_json:
            show_order(order, payment, as_json=True, fields=None)
        else:
            show.line(
                f"{order.code} is cancelled." if ended else f"{order.code} was cancelled before."
            )
        with office.reading() as session:
            kept = kept_of(session, order_by_code(session, code))
        if kept.minor:
            show.talk(f"{kept} were paid for it, and stay here: no money has moved.")
        if payment is not None:
            afterwards(office, CloseCharge(payment.id))
