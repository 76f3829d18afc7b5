"""Every order with its buyer and its money, whatever became of it."""

from typing import Any

from sqlmodel import col, func, select

from boxoffice.events.models import Event
from boxoffice.exports.definition import (
    Definition,
    document,
    moment,
    money,
    number,
    person,
    word,
    words,
)
from boxoffice.orders.models import Order
from boxoffice.payments.models import Payment
from boxoffice.tickets.models import Ticket


def _of_payments(column: Any) -> Any:
    total = select(func.coalesce(func.sum(column), 0)).where(Payment.order_id == Order.id)
    return total.correlate(Order).scalar_subquery()


_TICKETS = (
    select(func.count())
    .select_from(Ticket)
    .where(Ticket.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
)


def _rows(selected: Any) -> Any:
    return selected.select_from(Order).join(Event, col(Event.id) == Order.event_id)


ORDERS = Definition(
    name="orders",
    version=1,
    about="one row an order, with its buyer and its money, whatever became of it",
    columns=(
        word("order", Order.code),
        word("event", Event.slug),
        word("channel", Order.channel),
        word("state", Order.state),
        number("tickets", _TICKETS),
        money("subtotal", Order.subtotal_minor),
        money("discount", Order.discount_minor),
        money("fee", Order.fee_minor),
        money("total", Order.total_minor),
        money("paid", _of_payments(Payment.paid_minor)),
        money("refunded", _of_payments(Payment.refunded_minor)),
        word("currency", Order.currency),
        person("buyer_name", Order.buyer_name),
        person("buyer_email", Order.buyer_email),
        document("buyer_document", Order.buyer_document),
        person("buyer_phone", Order.buyer_phone),
        words("buyer_company", Order.buyer_company),
        words("external_id", Order.external_id),
        moment("placed_at", Order.placed_at),
        moment("expires_at", Order.expires_at),
        moment("paid_at", Order.paid_at),
    ),
    rows=_rows,
    order=(col(Order.placed_at), col(Order.id)),
    event_id=col(Order.event_id),
    moment="placed_at",
)
