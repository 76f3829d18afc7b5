"""Half-price tickets (*meia-entrada*), one by one, for whoever has to show them."""

from typing import Any

from sqlalchemy import String, cast
from sqlmodel import col

from boxoffice.events.models import Category, Event, Tier
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
from boxoffice.tickets.models import Ticket

_NAME = col(Order.code).concat("-").concat(cast(col(Ticket.number), String))


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(Ticket)
        .join(Order, col(Order.id) == Ticket.order_id)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(Event, col(Event.id) == Ticket.event_id)
        .where(col(Tier.category) == Category.HALF)
    )


HALF_PRICE = Definition(
    name="half-price",
    version=1,
    about="one row a half-price ticket, whatever became of it",
    columns=(
        word("ticket", _NAME),
        word("event", Event.slug),
        words("tier", Tier.name),
        money("price", Ticket.price_minor),
        word("currency", Order.currency),
        word("state", Ticket.state),
        person("holder_name", Ticket.holder_name),
        document("holder_document", Ticket.holder_document),
        moment("placed_at", Order.placed_at),
        moment("paid_at", Order.paid_at),
    ),
    rows=_rows,
    order=(col(Order.placed_at), col(Order.id), col(Ticket.number)),
    event_id=col(Ticket.event_id),
    moment="placed_at",
)
