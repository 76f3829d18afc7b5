"""The guests by name, for a door without a line: people print it, and tick who comes."""

from sqlalchemy import case
from sqlmodel import col

from boxoffice.events.models import Event, Tier
from boxoffice.exports.definition import Definition, document, moment, person, word, words
from boxoffice.exports.definitions.attendees import TICKET, valid_tickets
from boxoffice.orders.models import Order
from boxoffice.tickets.models import Ticket

_GUEST = case((col(Ticket.holder_name) == "", col(Order.buyer_name)), else_=col(Ticket.holder_name))


DOOR_LIST = Definition(
    name="door-list",
    version=1,
    about="one row a valid ticket by its guest's name, or else the buyer's; PDF to print",
    columns=(
        person("guest", _GUEST),
        words("company", Ticket.holder_company),
        words("tier", Tier.name),
        word("category", Tier.category),
        word("ticket", TICKET),
        document("document", Ticket.holder_document),
        words("seat", Ticket.seat),
        words("attention", Ticket.attention),
        word("state", Ticket.state),
        moment("paid_at", Order.paid_at),
        word("event", Event.slug),
    ),
    rows=valid_tickets,
    order=(col(Order.placed_at), col(Order.id), col(Ticket.number)),
    event_id=col(Ticket.event_id),
    moment="paid_at",
    sorted_by="guest",
)
