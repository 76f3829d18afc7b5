"""Find people at the door by what they remember, whatever the accents."""

from dataclasses import dataclass

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.door.gate import Gate
from boxoffice.door.models import Entry
from boxoffice.events.models import Tier
from boxoffice.orders.models import Order
from boxoffice.orders.search import matching_orders
from boxoffice.people import masked_document
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import folded
from boxoffice.tickets.models import Ticket, TicketState

LETTERS_MIN = 3  # fewer match half the list
_ORDERS_MAX = 500  # of all events, of which those of this one are shown


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket of this event that a search has found."""

    short_code: str
    holder_name: str
    holder_company: str
    tier: str
    state: TicketState
    is_in: bool
    document: str  # masked
    buyer_name: str


def search(
    session: ReadSession, actor: Actor, gate: Gate, text: str, *, limit: int = 20
) -> list[Hit]:
    """Return the tickets whose order or holder matches `text`, holders first.

    Under three letters nothing is asked and nothing is found.

    Raises:
        Forbidden: the actor may not see people.
    """
    actor.must(Permission.SEE_PEOPLE)
    words = folded(text).split()
    if sum(len(word) for word in words) < LETTERS_MIN:
        return []
    order_ids = matching_orders(session, text, limit=_ORDERS_MAX)
    inside = (
        select(Entry.ticket_id)
        .where(Entry.list_id == gate.list_id, col(Entry.left_at).is_(None))
        .correlate(None)
    )
    rows = session.exec(
        select(Ticket, Tier.name, Order, col(Ticket.id).in_(inside))
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(Order, col(Order.id) == Ticket.order_id)
        .where(Ticket.event_id == gate.event_id, col(Order.id).in_(order_ids))
        .order_by(col(Order.placed_at).desc(), col(Order.code), col(Ticket.number))
    ).all()

    def is_other(row: tuple[Ticket, str, Order, bool]) -> bool:
        known = folded(f"{row[0].holder_name} {row[0].holder_email} {row[2].code}").split()
        return not all(any(term.startswith(word) for term in known) for word in words)

    return [
        Hit(
            short_code=f"{order.code}-{ticket.number}",
            holder_name=ticket.holder_name or order.buyer_name,
            holder_company=ticket.holder_company,
            tier=tier,
            state=ticket.state,
            is_in=bool(is_in),
            document=masked_document(ticket.holder_document or order.buyer_document),
            buyer_name=order.buyer_name,
        )
        for ticket, tier, order, is_in in sorted(rows, key=is_other)[:limit]
    ]
