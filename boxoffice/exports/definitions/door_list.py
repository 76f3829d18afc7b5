"""The guests by name, for a door without a line: people print it, and tick who comes."""

from typing import Any

from sqlalchemy import String, case, cast
from sqlmodel import col

from boxoffice.events.models import Event, Tier
from boxoffice.exports.definition import Definition, document, moment, person, word, words
from boxoffice.orders.models import Order
from boxoffice.tickets.models import Ticket, TicketState

_NAME = col(Order.code).concat("-").concat(cast(col(Ticket.number), String))
_GUEST = case((col(Ticket.holder_name) == "", col(Order.buyer_name)), else_=col(Ticket.holder_name))


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(Ticket)
        .join(Order, col(Order.id) == Ticket.order_id)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(Event, col(Event.id) == Ticket.event_id)
        .where(col(Ticket.state).in_([TicketState.VALID, TicketState.BLOCKED]))
    )


DOOR_LIST = Definition(
    name="door-list",
    version=1,
    about="one row a valid ticket by its guest's name, or else the buyer's; PDF to print",
    columns=(
        person("guest", _GUEST),
        words("company", Ticket.holder_company),
        words("tier", Tier.name),
        word("category", Tier.category),
        word("ticket", _NAME),
        document("document", Ticket.holder_document),
        words("seat", Ticket.seat),
        words("attention", Ticket.attention),
        word("state", Ticket.state),
        moment("paid_at", Order.paid_at),
        word("event", Event.slug),
    ),
    rows=_rows,
    order=(col(Order.placed_at), col(Order.id), col(Ticket.number)),
    event_id=col(Ticket.event_id),
    moment="paid_at",
    sorted_by="guest",
)
