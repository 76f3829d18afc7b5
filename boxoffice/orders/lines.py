"""The rows of an order, its lines and its tickets, as plain columns: every sale writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from boxoffice.db import WriteSession
from boxoffice.events.models import Event
from boxoffice.events.queries import EventForSale
from boxoffice.ids import new_code, new_id
from boxoffice.inserts import insert_rows
from boxoffice.orders.models import OrderLine
from boxoffice.orders.pricing import Priced, PricedLine
from boxoffice.people import Person
from boxoffice.tickets.models import Ticket, TicketState


def order_row(
    event: Event | EventForSale, buyer: Person, cost: Priced, *, now: datetime, **more: Any
) -> dict[str, Any]:
    """Return every column of a new order of `buyer`; `more` are those that differ from none.

    A row object costs as much as three statements.
    """
    return {
        "id": new_id(),
        "code": new_code(),
        "event_id": event.id,
        "buyer_name": buyer.name,
        "buyer_email": buyer.email,
        "buyer_document": buyer.document,
        "buyer_phone": buyer.phone,
        "buyer_company": buyer.company,
        "currency": event.currency,
        "subtotal_minor": cost.subtotal.minor,
        "discount_minor": cost.discount.minor,
        "fee_minor": cost.fee.minor,
        "total_minor": cost.total.minor,
        "expires_at": None,
        "placed_at": now,
        "paid_at": None,
        "idempotency_key": None,
        "request_digest": "",
        "external_id": None,
        "note": "",
        **more,
    }


def write_lines(
    session: WriteSession,
    event_id: UUID,
    order_id: UUID,
    lines: Sequence[PricedLine],
    holders: Sequence[Person],
    *,
    after: int = 0,
    is_due: bool = False,
) -> list[UUID]:
    """Write an order's lines and held tickets, numbered from `after` + 1, one for each holder.

    With `is_due` the order is paid, and these tickets wait for money of their own. Return the
    tickets' ids, in the order of the lines.
    """
    rows, tickets = rows_of(event_id, order_id, lines, holders, after=after, is_due=is_due)
    insert_rows(session, OrderLine, rows)
    insert_rows(session, Ticket, tickets)
    return [ticket["id"] for ticket in tickets]


def rows_of(
    event_id: UUID,
    order_id: UUID,
    lines: Sequence[PricedLine],
    holders: Sequence[Person],
    *,
    after: int = 0,
    is_due: bool = False,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what `write_lines` writes: the rows of an order's lines, and those of its tickets."""
    line_rows: list[dict[str, Any]] = []
    tickets: list[dict[str, Any]] = []
    for line in lines:
        line_id = new_id()
        line_rows.append(
            {
                "id": line_id,
                "order_id": order_id,
                "tier_id": line.tier_id,
                "quantity": line.quantity,
                "price_minor": line.price.minor,
            }
        )
        for _ in range(line.quantity):
            mine: dict[str, Any] = {"event_id": event_id, "order_id": order_id, "line_id": line_id}
            mine["due_minor"] = line.cost.minor if is_due else 0
            holder = holders[len(tickets)]
            tickets.append(mine | _ticket(line, after + len(tickets) + 1, holder))
    return line_rows, tickets


def _ticket(line: PricedLine, number: int, holder: Person) -> dict[str, Any]:
    """Return every column of a held ticket: a model in between would cost as much as the INSERT."""
    return {
        "id": new_id(),
        "tier_id": line.tier_id,
        "number": number,
        "price_minor": line.price.minor,
        "discount_minor": line.discount.minor,
        "fee_minor": line.fee.minor,
        "holder_name": holder.name,
        "holder_email": holder.email,
        "holder_document": holder.document,
        "holder_company": holder.company,
        "holder_title": holder.title,
        "seat": "",
        "attention": "",
        "state": TicketState.HELD,
        "holds_place": True,
        "ended_alone": False,
        "generation": 0,
        "key_id": None,
        "code_digest": None,
    }
