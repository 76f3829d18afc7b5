"""Questions about one ticket of an order, by whatever name or code somebody has of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.events.models import Event, Tier
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderState
from boxoffice.people import Person
from boxoffice.tickets.code import TicketKey, TicketName, read_code
from boxoffice.tickets.issue import code_of
from boxoffice.tickets.models import RevokedCode, Ticket, TicketState


@dataclass(frozen=True, slots=True)
class TicketDetails:
    """One ticket with all that a clerk may ask about it."""

    id: UUID
    short_code: str
    code: str | None  # `None` until it is issued, and after it ended
    order_code: str
    order_state: OrderState
    event_slug: str
    tier: str
    holder: Person
    seat: str
    attention: str
    state: TicketState
    generation: int
    price: Money
    discount: Money
    fee: Money


def ticket_named(session: ReadSession, text: str) -> tuple[Order, Ticket]:
    """Return the rows of a ticket and its order by its name (`K7QX2M-1`) or by its code.

    A revoked code names its ticket too: whoever asks holds the old paper.

    Raises:
        NotFound: there is no such ticket.
    """
    code = read_code(text)
    match code:
        case None:
            found = None
        case TicketName(order_code, number):
            found = _found(session, Order.code == order_code, Ticket.number == number)
        case _:
            revoked = session.get(RevokedCode, code.digest)
            is_it = (
                Ticket.code_digest == code.digest
                if revoked is None
                else Ticket.id == revoked.ticket_id
            )
            found = _found(session, is_it)
    if found is None:
        # What was typed may be a code that opens the door: it is not repeated.
        name = text.strip()[:20] if isinstance(code, TicketName) else "of this name or code"
        raise NotFound("ticket", name, hint="name it by its order and number, such as K7QX2M-1")
    return found


def standing(session: ReadSession, order_id: UUID) -> int:
    """Count the tickets of an order that hold their place."""
    return session.exec(
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.order_id == order_id, col(Ticket.holds_place).is_(True))
    ).one()


def ticket_details(session: ReadSession, text: str, key: TicketKey) -> TicketDetails:
    """Return one ticket with all that a clerk may ask about it.

    Raises:
        NotFound: there is no such ticket.
        Misconfigured: this machine's key is not the one its code was made with.
    """
    return _details(session, *ticket_named(session, text), key)


def details_of(session: ReadSession, ticket_id: UUID, key: TicketKey) -> TicketDetails:
    """Return the same of a ticket whose id is known."""
    ticket = session.get_one(Ticket, ticket_id)
    return _details(session, session.get_one(Order, ticket.order_id), ticket, key)


def _details(session: ReadSession, order: Order, ticket: Ticket, key: TicketKey) -> TicketDetails:
    event = session.get_one(Event, order.event_id)
    return TicketDetails(
        id=ticket.id,
        short_code=f"{order.code}-{ticket.number}",
        code=code_of(ticket, event.code_scheme, key),
        order_code=order.code,
        order_state=order.state,
        event_slug=event.slug,
        tier=session.get_one(Tier, ticket.tier_id).name,
        holder=holder_of(ticket),
        seat=ticket.seat,
        attention=ticket.attention,
        state=ticket.state,
        generation=ticket.generation,
        price=Money(ticket.price_minor, order.currency),
        discount=Money(ticket.discount_minor, order.currency),
        fee=Money(ticket.fee_minor, order.currency),
    )


def holder_of(ticket: Ticket) -> Person:
    """Return whom a ticket lets in."""
    return Person(
        name=ticket.holder_name,
        email=ticket.holder_email,
        document=ticket.holder_document,
        company=ticket.holder_company,
        title=ticket.holder_title,
    )


def _found(session: ReadSession, *where: Any) -> tuple[Order, Ticket] | None:
    row = session.exec(
        select(Order, Ticket).join(Ticket, col(Ticket.order_id) == Order.id).where(*where)
    ).first()
    return None if row is None else (row[0], row[1])
