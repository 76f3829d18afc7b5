"""Questions about orders: answered as plain values, never as rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.events.models import Event, Tier
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderLine, OrderState
from boxoffice.orders.search import matching_orders
from boxoffice.outbox.mail_queries import MailView, in_mail_trouble, newest_mail
from boxoffice.people import Person
from boxoffice.tickets.code import TicketKey, TicketName, read_code
from boxoffice.tickets.issue import code_of
from boxoffice.tickets.models import Ticket, TicketState

_LINES = (  # columns, not rows: somebody types, and waits for them
    columns(
        col(Order.id), col(Order.code), col(Order.state), col(Order.buyer_name), col(Event.slug),
        col(Order.total_minor), col(Order.currency), col(Order.placed_at),
    )
    .join(Event, col(Event.id) == Order.event_id)
    .where(col(Order.id).in_(bindparam("wanted", expanding=True)))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as people and programs see it. `code` is `None` until it is issued."""

    id: UUID
    short_code: str
    code: str | None
    holder_name: str
    holder_company: str
    tier: str
    price: Money
    state: TicketState
    attention: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its tickets."""

    id: UUID
    code: str
    state: OrderState
    event_slug: str
    event_title: str
    buyer: Person
    channel: str
    subtotal: Money
    discount: Money
    fee: Money
    total: Money
    placed_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    tickets: tuple[TicketView, ...]
    mail: MailView | None  # the newest one; none was sent yet


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """An order as one line of a list."""

    code: str
    state: OrderState
    buyer_name: str
    event_slug: str
    quantity: int
    total: Money
    placed_at: datetime


def order_by_code(session: ReadSession, code: str) -> Order:
    """Return the row of an order. Case does not matter.

    Raises:
        NotFound: there is no such order.
    """
    tidy = code.strip().upper()
    # PostgreSQL refuses to look for what holds a NUL, and neither database takes half a character.
    is_code = tidy.isalnum()
    order = session.exec(select(Order).where(Order.code == tidy)).first() if is_code else None
    if order is None:
        raise NotFound("order", tidy[:20], hint="look for it: boxoffice order find NAME")
    return order


def order_view(session: ReadSession, code: str, key: TicketKey | None) -> OrderView:
    """Return one order with its tickets and, with a `key`, their codes.

    Raises:
        NotFound: there is no such order.
        Misconfigured: this machine's key is not the one its codes were made with.
    """
    return _view(session, order_by_code(session, code), key)


def tickets_named(
    session: ReadSession, name: str, key: TicketKey
) -> tuple[OrderView, list[TicketView]]:
    """Return the order, and the tickets meant by an order's or a ticket's name.

    Raises:
        NotFound: there is no such order or ticket.
    """
    read = read_code(name)
    if not isinstance(read, TicketName):
        order = order_view(session, name, key)
        return order, list(order.tickets)
    order = order_view(session, read.order_code, key)
    wanted = [
        ticket for ticket in order.tickets if ticket.short_code == f"{order.code}-{read.number}"
    ]
    if not wanted:
        raise NotFound("ticket", name[:20], hint=f"see them: boxoffice order show {order.code}")
    return order, wanted


def find_orders(session: ReadSession, text: str, *, limit: int) -> list[OrderLineView]:
    """Return the orders that `text` may mean, the newest first. Accents and case do not matter."""
    return _lines(session, matching_orders(session, text, limit=limit))


def list_orders(
    session: ReadSession, event: str | None, *, limit: int, is_mail_trouble: bool = False
) -> list[OrderLineView]:
    """Return orders, the newest first; of one event when it is named.

    With `is_mail_trouble`, those alone whose newest mail did not arrive.
    """
    statement = select(Order.id).order_by(col(Order.placed_at).desc(), col(Order.id).desc())
    if event is not None:
        statement = statement.join(Event, col(Event.id) == Order.event_id).where(
            Event.slug == event
        )
    if is_mail_trouble:
        statement = statement.where(in_mail_trouble(col(Order.id)))
    return _lines(session, session.exec(statement.limit(limit)).all())


def _lines(session: ReadSession, ids: Iterable[UUID]) -> list[OrderLineView]:
    wanted = list(ids)
    quantities: dict[UUID, int] = {}
    for order_id in session.exec(select(Ticket.order_id).where(col(Ticket.order_id).in_(wanted))):
        quantities[order_id] = quantities.get(order_id, 0) + 1
    rows = session.connection().execute(_LINES, {"wanted": wanted})
    lines = {
        one.id: OrderLineView(
            code=one.code,
            state=one.state,
            buyer_name=one.buyer_name,
            event_slug=one.slug,
            quantity=quantities.get(one.id, 0),
            total=Money(one.total_minor, one.currency),
            placed_at=one.placed_at,
        )
        for one in rows
    }
    return [lines[order_id] for order_id in wanted]


def _view(session: ReadSession, order: Order, key: TicketKey | None) -> OrderView:
    event = session.get_one(Event, order.event_id)
    rows = session.exec(
        select(Ticket, Tier, OrderLine)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(OrderLine, col(OrderLine.id) == Ticket.line_id)
        .where(Ticket.order_id == order.id)
        .order_by(col(Ticket.number))
    ).all()
    return OrderView(
        id=order.id,
        code=order.code,
        state=order.state,
        event_slug=event.slug,
        event_title=event.title,
        buyer=Person(
            name=order.buyer_name,
            email=order.buyer_email,
            document=order.buyer_document,
            phone=order.buyer_phone,
            company=order.buyer_company,
        ),
        channel=order.channel,
        subtotal=Money(order.subtotal_minor, order.currency),
        discount=Money(order.discount_minor, order.currency),
        fee=Money(order.fee_minor, order.currency),
        total=order.total,
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        tickets=tuple(
            _ticket(
                ticket,
                tier,
                line,
                order,
                code=None if key is None else code_of(ticket, event.code_scheme, key),
            )
            for ticket, tier, line in rows
        ),
        mail=newest_mail(session, order.id),
    )


def _ticket(
    ticket: Ticket, tier: Tier, line: OrderLine, order: Order, *, code: str | None
) -> TicketView:
    return TicketView(
        id=ticket.id,
        short_code=f"{order.code}-{ticket.number}",
        code=code,
        holder_name=ticket.holder_name,
        holder_company=ticket.holder_company,
        tier=tier.name,
        price=Money(line.price_minor, order.currency),  # the tier's may have changed since
        state=ticket.state,
        attention=ticket.attention,
    )
