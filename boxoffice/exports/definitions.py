"""What can be exported: each definition names its columns, and where their values come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from sqlalchemy import select as columns
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.models import Entry
from boxoffice.events.models import Tier
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
        came_at = (
            select(func.min(col(Entry.entered_at)))
            .where(Entry.ticket_id == Ticket.id)
            .correlate(Ticket)
            .scalar_subquery()
        )
        statement = (
            columns(
                col(Order.code), col(Ticket.number), col(Tier.name), col(Tier.category),
                col(OrderLine.price_minor), col(Order.currency), col(Ticket.state),
                col(Ticket.holder_name), col(Ticket.holder_email), col(Ticket.holder_document),
                col(Ticket.holder_company), col(Ticket.holder_title), col(Order.buyer_name),
                col(Order.paid_at), came_at,
            )
            .join(Order, col(Order.id) == Ticket.order_id)
            .join(OrderLine, col(OrderLine.id) == Ticket.line_id)
            .join(Tier, col(Tier.id) == Ticket.tier_id)
            .where(
                col(Ticket.event_id) == event_id,
                col(Ticket.state).in_([TicketState.VALID, TicketState.BLOCKED]),
            )
            .order_by(col(Order.placed_at), col(Order.id), col(Ticket.number))
        )  # fmt: skip
        found = session.connection().execute(statement, execution_options={"yield_per": 500})
        for (
            code,
            number,
            tier,
            category,
            price_minor,
            currency,
            state,
            name,
            email,
            document,
            company,
            title,
            buyer,
            paid_at,
            entered_at,
        ) in found:
            yield (
                f"{code}-{number}",
                code,
                tier,
                category,
                _price(price_minor, currency),
                currency,
                state,
                name,
                email,
                masked_document(document),
                company,
                title,
                buyer,
                iso(paid_at) or "",
                iso(entered_at) or "",
            )


@cache
def _price(minor: int, currency: str) -> str:
    """Write a price for a spreadsheet. There are few prices and many rows."""
    return str(Money(minor, currency).decimal)


DEFINITIONS: MappingProxyType[str, Definition] = MappingProxyType({"attendees": Attendees()})
