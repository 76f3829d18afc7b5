"""Money asked for and taken: one row a payment."""

from typing import Any

from sqlmodel import col

from boxoffice.events.models import Event
from boxoffice.exports.definition import Definition, moment, money, row_id, wild, word
from boxoffice.orders.models import Order
from boxoffice.payments.models import Payment


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(Payment)
        .join(Order, col(Order.id) == Payment.order_id)
        .join(Event, col(Event.id) == Order.event_id)
    )


PAYMENTS = Definition(
    name="payments",
    version=1,
    about="one row a payment, taken or asked for",
    columns=(
        row_id("payment", Payment.id),
        word("order", Order.code),
        word("event", Event.slug),
        word("method", Payment.method),
        word("state", Payment.state),
        word("provider", Payment.provider),
        wild("provider_id", Payment.provider_id),
        money("amount", Payment.amount_minor),
        money("paid", Payment.paid_minor),
        money("refunded", Payment.refunded_minor),
        word("currency", Payment.currency),
        wild("refusal", Payment.refusal),
        moment("created_at", Payment.created_at),
        moment("paid_at", Payment.paid_at),
    ),
    rows=_rows,
    order=(col(Payment.created_at), col(Payment.id)),
    event_id=col(Order.event_id),
    moment="created_at",
)
