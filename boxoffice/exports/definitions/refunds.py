"""Money that went back, or is to go: one row a refund."""

from typing import Any

from sqlmodel import col

from boxoffice.events.models import Event
from boxoffice.exports.definition import Definition, moment, money, row_id, word, words
from boxoffice.orders.models import Order
from boxoffice.payments.models import Payment, Refund


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(Refund)
        .join(Payment, col(Payment.id) == Refund.payment_id)
        .join(Order, col(Order.id) == Refund.order_id)
        .join(Event, col(Event.id) == Order.event_id)
    )


REFUNDS = Definition(
    name="refunds",
    version=1,
    about="one row a refund, done or still to be done",
    columns=(
        row_id("refund", Refund.id),
        row_id("payment", Refund.payment_id),
        word("order", Order.code),
        word("event", Event.slug),
        word("method", Payment.method),
        word("state", Refund.state),
        money("amount", Refund.amount_minor),
        word("currency", Refund.currency),
        words("reason", Refund.reason),
        words("proof", Refund.proof),
        moment("created_at", Refund.created_at),
        moment("done_at", Refund.done_at),
    ),
    rows=_rows,
    order=(col(Refund.created_at), col(Refund.id)),
    event_id=col(Order.event_id),
    moment="created_at",
)
