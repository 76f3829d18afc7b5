"""Every code that was shown at a door, whatever the answer."""

from typing import Any

from sqlalchemy import String, cast
from sqlmodel import col

from boxoffice.door.models import DoorList, Scan
from boxoffice.events.models import Event
from boxoffice.exports.definition import Definition, moment, row_id, word, words
from boxoffice.orders.models import Order
from boxoffice.tickets.models import Ticket

_TICKET = col(Order.code).concat("-").concat(cast(col(Ticket.number), String))


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(Scan)
        .join(DoorList, col(DoorList.id) == Scan.list_id)
        .join(Event, col(Event.id) == DoorList.event_id)
        .outerjoin(Ticket, col(Ticket.id) == Scan.ticket_id)
        .outerjoin(Order, col(Order.id) == Ticket.order_id)
    )


SCANS = Definition(
    name="scans",
    version=1,
    about="one row a scan, refused and annulled ones included",
    columns=(
        row_id("scan", Scan.id),
        word("event", Event.slug),
        words("list", DoorList.name),
        words("gate", Scan.gate),
        word("direction", Scan.direction),
        word("verdict", Scan.verdict),
        word("ticket", _TICKET),
        word("mode", Scan.mode),
        word("source", Scan.source),
        words("operator", Scan.operator),
        row_id("annuls", Scan.annuls_id),
        moment("scanned_at", Scan.scanned_at),
    ),
    rows=_rows,
    order=(col(Scan.scanned_at), col(Scan.id)),
    event_id=col(DoorList.event_id),
    moment="scanned_at",
)
