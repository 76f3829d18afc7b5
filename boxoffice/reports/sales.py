"""What an event has sold: tickets and their money, by tier, day, channel or method."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case
from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.money import Money
from boxoffice.orders.models import Channel, Order
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from boxoffice.reports.window import CHUNK_ROWS, Window, total_of
from boxoffice.tickets.models import Ticket, TicketState
from boxoffice.times import local_day

UNPAID = "none"  # the method of tickets that were issued without a payment


class By(StrEnum):
    """What the rows of the report stand for."""

    TIER = "tier"
    DAY = "day"  # of the event's own zone
    CHANNEL = "channel"
    METHOD = "method"


@dataclass(frozen=True, slots=True)
class Sales:
    """So many tickets, and what they came to. `fee` is over and above the price."""

    sold: int
    given_back: int  # of those sold
    gross: Money
    discount: Money
    fee: Money
    back: Money  # what the tickets given back had come to, fee included

    @property
    def net(self) -> Money:
        """What the tickets that stand come to: price less discount, and fee."""
        return self.gross - self.discount + self.fee - self.back


@dataclass(frozen=True, slots=True)
class Places:
    """What a tier has, and can still sell, as it stands now: a window does not change it."""

    category: str
    quota: int
    left: int


@dataclass(frozen=True, slots=True)
class SalesRow:
    """One tier, ISO day, channel or method. Only tiers have places."""

    key: str
    sales: Sales
    places: Places | None = None


@dataclass(frozen=True, slots=True)
class SalesReport:
    """The sales of one event in a window, in rows that add up to the total."""

    event: str
    by: By
    currency: str
    window: Window
    rows: tuple[SalesRow, ...]
    total: Sales


def sales_report(
    session: ReadSession, event: str, *, by: By = By.TIER, window: Window | None = None
) -> SalesReport:
    """Add up the tickets of an event that were sold (their order became paid) in the window.

    A ticket given back counts among those sold, whenever it came back. What an order costs beyond
    its tickets, such as a fee per order, counts with its first tier.

    Raises:
        NotFound: there is no such event.
    """
    window = window or Window()
    row = event_by_slug(session, event)
    tiers = tiers_of(session, row.id)
    sums: dict[str, _Sum] = {tier.name: _Sum() for tier in tiers} if by is By.TIER else {}
    total = _Sum()
    key_of = _key_of(by, tiers, ZoneInfo(row.timezone))
    for sale, part in _parts(session, row, window):
        sums.setdefault(key_of(sale), _Sum()).add(part)
        total.add(part)
    places = {tier.name: Places(tier.category, tier.quota, tier.places_left) for tier in tiers}
    return SalesReport(
        event=row.slug,
        by=by,
        currency=row.currency,
        window=window,
        rows=tuple(
            SalesRow(key, sums[key].sales(row.currency), places.get(key) if by is By.TIER else None)
            for key in _sorted(by, sums)
        ),
        total=total.sales(row.currency),
    )


@dataclass(slots=True)
class _Sum:
    """Tickets and what they came to in minor units: there may be a million of them."""

    sold: int = 0
    given_back: int = 0
    gross: int = 0
    discount: int = 0
    fee: int = 0
    back: int = 0

    def add(self, other: "_Sum") -> None:
        self.sold += other.sold
        self.given_back += other.given_back
        self.gross += other.gross
        self.discount += other.discount
        self.fee += other.fee
        self.back += other.back

    def sales(self, currency: str) -> Sales:
        money = (Money(n, currency) for n in (self.gross, self.discount, self.fee, self.back))
        return Sales(self.sold, self.given_back, *money)


def _parts(session: ReadSession, event: Event, window: Window) -> Iterator[tuple[Any, _Sum]]:
    """Yield an order's tickets of one tier at a time, however many orders there are."""
    rows = session.connection().execute(
        _sold(event.id, window), execution_options={"yield_per": CHUNK_ROWS}
    )
    for _, of_order in groupby(rows, lambda row: row.id):
        parts = [
            (row, _Sum(row.sold, row.given_back, row.gross, row.discount, row.fee, row.back))
            for row in of_order
        ]
        first, carries = parts[0]
        beyond = max(0, first.order_fee - sum(part.fee for _, part in parts))
        carries.fee += beyond
        if all(part.sold == part.given_back for _, part in parts):
            carries.back += beyond
        yield from parts


def _sold(event_id: UUID, window: Window) -> Select[*tuple[Any, ...]]:
    """Select each order's tickets that were sold, by tier.

    A ticket was sold once it got a code: what was dropped from an unpaid order has none.
    """
    is_back = col(Ticket.state) == TicketState.VOID
    worth = col(Ticket.price_minor) - col(Ticket.discount_minor) + col(Ticket.fee_minor)
    first_paid = (
        select(Payment.method)
        .where(Payment.order_id == Order.id, col(Payment.paid_at).is_not(None))
        .order_by(col(Payment.paid_at), col(Payment.id))
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
    )
    return (
        select_columns(
            col(Order.id),
            col(Order.channel),
            col(Order.paid_at),
            col(Order.fee_minor).label("order_fee"),
            first_paid.label("method"),
            col(Ticket.tier_id),
            func.count().label("sold"),
            total_of(case((is_back, 1), else_=0)).label("given_back"),
            total_of(col(Ticket.price_minor) - col(Ticket.due_minor)).label("gross"),
            total_of(col(Ticket.discount_minor)).label("discount"),
            total_of(col(Ticket.fee_minor)).label("fee"),
            total_of(case((is_back, worth), else_=0)).label("back"),
        )
        .join(Order, col(Order.id) == Ticket.order_id)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .where(
            col(Ticket.event_id) == event_id,
            col(Ticket.code_digest).is_not(None),
            col(Order.paid_at).is_not(None),
            *window.of(col(Order.paid_at)),
        )
        .group_by(
            col(Order.id),
            col(Order.channel),
            col(Order.paid_at),
            col(Order.fee_minor),
            col(Ticket.tier_id),
            col(Tier.turn),
        )
        .order_by(col(Order.id), col(Tier.turn), col(Ticket.tier_id))
    )


def _key_of(by: By, tiers: Sequence[Tier], zone: ZoneInfo) -> Callable[[Any], str]:
    """Return what finds the row that a part of an order belongs to."""
    names = {tier.id: tier.name for tier in tiers}
    finders: dict[By, Callable[[Any], str]] = {
        By.TIER: lambda sale: names[sale.tier_id],
        By.DAY: lambda sale: local_day(sale.paid_at, zone).isoformat(),
        By.CHANNEL: lambda sale: str(sale.channel),
        By.METHOD: lambda sale: str(sale.method or UNPAID),
    }
    return finders[by]


def _sorted(by: By, keys: Iterable[str]) -> list[str]:
    """Return the keys as they are listed: tiers in their turn, days, or words in our own order."""
    if by is By.TIER:
        return list(keys)
    if by is By.DAY:
        return sorted(keys)
    words: list[str] = [*Channel] if by is By.CHANNEL else [*Method, UNPAID]
    return sorted(keys, key=words.index)
