"""What a door may touch of an order: the tickets of its own event that it lets in."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.orders.models import Order
from boxoffice.tickets.code import TicketName, read_code
from boxoffice.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Reach:
    """One event, and the tiers that a door of it lets in."""

    event_id: UUID
    tier_ids: frozenset[UUID]  # none: every tier


def ticket_within(session: ReadSession, reach: Reach, name: str) -> tuple[Order, Ticket]:
    """Return a ticket by its name, `K7QX2M-1`, and its order.

    Raises:
        NotFound: there is none, or it is beyond this door: which of them is not said.
    """
    read = read_code(name)
    if isinstance(read, TicketName):
        found = session.exec(
            select(Order, Ticket)
            .join(Ticket, col(Ticket.order_id) == Order.id)
            .where(
                Order.code == read.order_code,
                Ticket.number == read.number,
                Ticket.event_id == reach.event_id,
            )
        ).first()
        if found is not None and (not reach.tier_ids or found[1].tier_id in reach.tier_ids):
            order, ticket = found
            return order, ticket
    raise NotFound("ticket", name[:20], hint="send the guest to the counter")
