"""Who comes: one row a valid ticket, in the order their orders were placed."""

from typing import Any

from sqlalchemy import String, cast
from sqlmodel import col, func, select

from boxoffice.door.models import Entry
from boxoffice.events.models import Event, Tier
from boxoffice.exports.definition import (
    Definition,
    document,
    moment,
    money,
    person,
    word,
    words,
)
from boxoffice.orders.models import Order
from boxoffice.tickets.models import Ticket, TicketState

TICKET = col(Order.code).concat("-").concat(cast(col(Ticket.number), String))
_ENTERED_AT = (
    select(func.min(col(Entry.entered_at)))
    .where(Entry.ticket_id == Ticket.id)
    .correlate(Ticket)
    .scalar_subquery()
)


def valid_tickets(selected: Any) -> Any:
    """Add the tables of tickets that are good, or would be but for a block."""
    return (
        selected.select_from(Ticket)
        .join(Order, col(Order.id) == Ticket.order_id)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(Event, col(Event.id) == Ticket.event_id)
        .where(col(Ticket.state).in_([TicketState.VALID, TicketState.BLOCKED]))
    )


ATTENDEES = Definition(
    name="attendees",
    version=2,
    about="one row a valid ticket, with who holds it and when they came in",
    columns=(
        word("ticket", TICKET),
        word("order", Order.code),
        words("tier", Tier.name),
        word("category", Tier.category),
        money("price", Ticket.price_minor),
        word("currency", Order.currency),
        word("state", Ticket.state),
        person("holder_name", Ticket.holder_name),
        person("holder_email", Ticket.holder_email),
        document("holder_document", Ticket.holder_document),
        words("holder_company", Ticket.holder_company),
        words("holder_title", Ticket.holder_title),
        person("buyer_name", Order.buyer_name),
        moment("paid_at", Order.paid_at),
        moment("entered_at", _ENTERED_AT),
        word("event", Event.slug),
    ),
    rows=valid_tickets,
    order=(col(Order.placed_at), col(Order.id), col(Ticket.number)),
    event_id=col(Ticket.event_id),
    moment="paid_at",
)
