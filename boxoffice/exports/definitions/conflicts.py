"""What desks and the server disagree on: one row a conflict, open or closed."""

from typing import Any

from sqlalchemy import String, cast
from sqlmodel import col

from boxoffice.door.models import Conflict, DoorList, Scan
from boxoffice.events.models import Event
from boxoffice.exports.definition import Definition, moment, word, words
from boxoffice.orders.models import Order
from boxoffice.tickets.models import Ticket

_TICKET = col(Order.code).concat("-").concat(cast(col(Ticket.number), String))


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(Conflict)
        .join(Scan, col(Scan.id) == Conflict.scan_id)
        .join(DoorList, col(DoorList.id) == Conflict.list_id)
        .join(Event, col(Event.id) == DoorList.event_id)
        .outerjoin(Ticket, col(Ticket.id) == Conflict.ticket_id)
        .outerjoin(Order, col(Order.id) == Ticket.order_id)
    )


CONFLICTS = Definition(
    name="conflicts",
    version=1,
    about="one row a conflict between desks, open or closed",
    columns=(
        word("conflict", Conflict.code),
        word("event", Event.slug),
        words("list", DoorList.name),
        word("kind", Conflict.kind),
        word("ticket", _TICKET),
        words("gate", Scan.gate),
        word("verdict", Scan.verdict),
        words("operator", Scan.operator),
        words("detail", Conflict.detail),
        moment("scanned_at", Scan.scanned_at),
        moment("resolved_at", Conflict.resolved_at),
        words("resolved_by", Conflict.resolved_by),
        words("note", Conflict.note),
    ),
    rows=_rows,
    order=(col(Scan.scanned_at), col(Conflict.code)),
    event_id=col(DoorList.event_id),
    moment="scanned_at",
)
