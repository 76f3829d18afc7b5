"""What can be exported: each definition names its columns, and where their values come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.models import Entry
from boxoffice.events.queries import tiers_of
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderLine
from boxoffice.people import masked_document
from boxoffice.tickets.models import Ticket, TicketState
from boxoffice.times import iso


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export."""

    name: str
    is_personal: bool = False


class Definition(Protocol):
    """An export: a name, a version of its columns, and its rows in a stable order."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    @property
    def version(self) -> int:
        """Counts changes of its columns."""

    @property
    def about(self) -> str:
        """What its rows are, in one line."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in order."""

    def rows(self, session: ReadSession, event_id: UUID) -> Iterator[tuple[str, ...]]:
        """Yield the rows, one at a time, however many there are."""


class Attendees:
    """Who comes: one row a valid ticket."""

    name = "attendees"
    version = 1
    about = "one row a valid ticket, with who holds it and when they came in"
    columns = (
        Column("ticket"),
        Column("order"),
        Column("tier"),
        Column("category"),
        Column("price"),
        Column("currency"),
        Column("state"),
        Column("holder_name", is_personal=True),
        Column("holder_email", is_personal=True),
        Column("holder_document", is_personal=True),
        Column("holder_company"),
        Column("holder_title"),
        Column("buyer_name", is_personal=True),
        Column("paid_at"),
        Column("entered_at"),
    )

    def rows(self, session: ReadSession, event_id: UUID) -> Iterator[tuple[str, ...]]:
        """Yield the tickets in the order their orders were placed; documents are masked."""
        tiers = {tier.id: tier for tier in tiers_of(session, event_id)}
        came_at = (
            select(func.min(col(Entry.entered_at)))
            .where(Entry.ticket_id == Ticket.id)
            .correlate(Ticket)
            .scalar_subquery()
        )
        statement = (
            select(Ticket, Order, OrderLine, came_at)
            .join(Order, col(Order.id) == Ticket.order_id)
            .join(OrderLine, col(OrderLine.id) == Ticket.line_id)
            .where(
                Ticket.event_id == event_id,
                col(Ticket.state).in_([TicketState.VALID, TicketState.BLOCKED]),
            )
            .order_by(col(Order.placed_at), col(Order.id), col(Ticket.number))
        )
        for ticket, order, line, entered_at in session.exec(
            statement.execution_options(yield_per=500)
        ):
            yield (
                f"{order.code}-{ticket.number}",
                order.code,
                tiers[ticket.tier_id].name,
                tiers[ticket.tier_id].category,
                str(Money(line.price_minor, order.currency).decimal),
                order.currency,
                ticket.state,
                ticket.holder_name,
                ticket.holder_email,
                masked_document(ticket.holder_document) if ticket.holder_document else "",
                ticket.holder_company,
                ticket.holder_title,
                order.buyer_name,
                iso(order.paid_at) or "",
                iso(entered_at) or "",
            )


DEFINITIONS: MappingProxyType[str, Definition] = MappingProxyType({"attendees": Attendees()})
