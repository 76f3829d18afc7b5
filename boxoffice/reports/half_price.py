"""Half price (*meia-entrada*): what was sold, and what the law assures."""

from dataclasses import dataclass

from sqlalchemy import case
from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.events.half import LEGAL_PERCENT, half_limit
from boxoffice.events.half_cap import PUBLIC
from boxoffice.events.models import Category
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.reports.window import total_of
from boxoffice.tickets.models import Ticket, TicketState

_STANDS = (TicketState.VALID, TicketState.BLOCKED)


@dataclass(frozen=True, slots=True)
class HalfPriceReport:
    """Half price among the tickets on sale to the public, as it stands now."""

    event: str
    on_sale: int  # places of full and half tiers, and no more than the capacity
    offered: int  # places of half tiers
    sold: int  # tickets of full and half tiers that stand
    half_sold: int
    half_held: int  # half tickets of orders that are not paid yet
    limit: int | None  # the event's own cap, which the sale holds to; none: no cap
    used: int  # places that count toward it, as the sale counts them

    @property
    def cap_percent(self) -> int:
        """The share of places that the law assures to half price."""
        return LEGAL_PERCENT

    @property
    def cap(self) -> int:
        """How many places that is."""
        return half_limit(self.on_sale, LEGAL_PERCENT)

    @property
    def left(self) -> int:
        """How many places under the law's cap nobody has bought or holds."""
        return max(0, self.cap - self.half_sold - self.half_held)

    @property
    def limit_left(self) -> int | None:
        """How many places the event may still sell at half price; `None` without a cap."""
        return None if self.limit is None else self.limit - self.used

    @property
    def share_basis_points(self) -> int:
        """Half tickets among those sold, in 1/100 of a percent, rounded down."""
        return self.half_sold * 10_000 // self.sold if self.sold else 0


def half_price_report(session: ReadSession, event: str) -> HalfPriceReport:
    """Count an event's half-price tickets, and what is left of the places the law assures.

    Raises:
        NotFound: there is no such event.
    """
    row = event_by_slug(session, event)
    public = {tier.id: tier for tier in tiers_of(session, row.id) if tier.category in PUBLIC}
    half = [tier for tier in public.values() if tier.category is Category.HALF]
    counted = session.exec(
        select(
            Ticket.tier_id,
            total_of(case((col(Ticket.state).in_(_STANDS), 1), else_=0)),
            total_of(case((col(Ticket.state) == TicketState.HELD, 1), else_=0)),
        )
        .where(Ticket.event_id == row.id, col(Ticket.tier_id).in_(public))
        .group_by(col(Ticket.tier_id))
    ).all()
    sold_by_tier = {tier_id: sold for tier_id, sold, _ in counted}
    held_by_tier = {tier_id: held for tier_id, _, held in counted}
    on_sale = sum(tier.quota for tier in public.values())
    return HalfPriceReport(
        event=row.slug,
        on_sale=on_sale if row.capacity is None else min(on_sale, row.capacity),
        offered=sum(tier.quota for tier in half),
        sold=sum(sold_by_tier.values()),
        half_sold=sum(sold_by_tier.get(tier.id, 0) for tier in half),
        half_held=sum(held_by_tier.get(tier.id, 0) for tier in half),
        limit=row.half_limit,
        used=row.half_taken,
    )
