"""What went through the drawers: one row an entry, drops to the safe included."""

from typing import Any

from sqlmodel import col

from boxoffice.exports.definition import Definition, moment, money, word, words
from boxoffice.orders.models import Order
from boxoffice.till.models import Shift, TillEntry


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(TillEntry)
        .join(Shift, col(Shift.id) == TillEntry.shift_id)
        .outerjoin(Order, col(Order.id) == TillEntry.order_id)
    )


TILL = Definition(
    name="till",
    version=1,
    about="one row an entry of a till; with --event, those of its orders alone",
    columns=(
        word("shift", Shift.code),
        words("clerk", Shift.clerk),
        word("kind", TillEntry.kind),
        word("method", TillEntry.method),
        money("amount", TillEntry.amount_minor),
        word("currency", Shift.currency),
        word("order", Order.code),
        words("note", TillEntry.note),
        moment("at", TillEntry.at),
        moment("opened_at", Shift.opened_at),
        moment("closed_at", Shift.closed_at),
        money("counted", Shift.counted_minor),
        money("expected", Shift.expected_minor),
    ),
    rows=_rows,
    order=(col(TillEntry.at), col(TillEntry.id)),
    event_id=col(Order.event_id),
    moment="at",
)
