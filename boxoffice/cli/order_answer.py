"""What the commands on orders answer with."""

from uuid import UUID

from boxoffice.cli import show
from boxoffice.cli.shapes import order_json, order_line_json
from boxoffice.db import ReadSession
from boxoffice.office import BoxOffice
from boxoffice.orders.queries import OrderLineView, OrderView, order_view
from boxoffice.payments.models import PaymentState
from boxoffice.payments.queries import PaymentView, payment_of_order
from boxoffice.people import masked_document


def read(office: BoxOffice, code: str) -> tuple[OrderView, PaymentView | None]:
    """Read an order and its latest payment."""
    with office.reading() as session:
        return read_in(session, office, code)


def read_in(
    session: ReadSession, office: BoxOffice, code: str
) -> tuple[OrderView, PaymentView | None]:
    """Read them in a transaction that is open."""
    order = order_view(session, code, office.ticket_key)
    return order, payment_of_order(session, order.id)


def shows_whole(office: BoxOffice, noun: str, subject_id: UUID) -> None:
    """Leave it in the audit that a whole document is shown, before it is.

    Raises:
        Forbidden: the actor may not see whole documents.
    """
    from boxoffice.privacy.unmask import unmask

    with office.writing() as session:
        unmask(session, office.actor, noun, {subject_id: 1}, now=office.now())


def check_fields(session: ReadSession, office: BoxOffice, code: str, fields: str | None) -> None:
    """Refuse a wrong field while the order is not kept yet."""
    if fields is not None:
        show.picked(order_json(*read_in(session, office, code)), fields)


def show_order(
    order: OrderView,
    payment: PaymentView | None,
    *,
    as_json: bool,
    fields: str | None,
    quiet: bool = False,
    whole: bool = False,
) -> None:
    """Show one order: as JSON, as its code alone, or for people. `whole` hides no document."""
    if quiet:
        show.line(order.code)
        return
    if as_json:
        show.as_json_line(order_json(order, payment, whole=whole), fields)
        return
    document = order.buyer.document if whole else masked_document(order.buyer.document)
    fee = f" (fee {order.fee})" if order.fee.minor else ""
    show.pairs(
        [
            (order.code, f"{order.state}  {order.total}{fee}"),
            ("event", order.event_title),
            ("buyer", order.buyer.name),
            ("e-mail", order.buyer.email),
            ("phone", order.buyer.phone),
            ("document", document),
            ("mail", "" if order.mail is None else f"{order.mail.template} {order.mail.state}"),
            ("payment", "" if payment is None else f"{payment.method} {payment.state}"),
            ("due", str(payment.balance) if payment is not None and payment.balance.minor else ""),
        ]
    )
    for ticket in order.tickets:
        show.line(
            f"  {ticket.short_code}  {ticket.tier}  {ticket.state}  {ticket.holder_name}".rstrip()
        )
    if order.mail is not None and order.mail.is_trouble:
        said = f": {order.mail.reason}" if order.mail.reason else ""
        show.talk(f"its mail did not arrive ({order.mail.state}){said}")
        show.talk(f"hint: boxoffice order resend {order.code} --to ADDRESS")
    if payment is not None and payment.pix_payload and payment.state is PaymentState.WAITING:
        show.line(f"pix  {payment.pix_payload}")
        show.talk(f"QR code: boxoffice payment show {order.code}")


def show_lines(found: list[OrderLineView], *, as_json: bool, fields: str | None) -> None:
    """Show orders, a line each."""
    if as_json:
        for order in found:
            show.as_json_line(order_line_json(order), fields)
        return
    show.table(
        ["order", "state", "buyer", "event", "tickets", "total"],
        [
            [o.code, o.state, o.buyer_name, o.event_slug, str(o.quantity), str(o.total)]
            for o in found
        ],
    )
    if not found:
        show.talk("nothing found.")
