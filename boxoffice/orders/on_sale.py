"""What can be bought now: the tiers that an order asks for, or why not."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from boxoffice.db import ReadSession
from boxoffice.errors import BadValue, EventNotOnSale, NotFound, SoldOut, TierNotOnSale
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.queries import EventForSale, TierForSale, facts_of, tiers_of
from boxoffice.events.rules import Closed, why_closed
from boxoffice.orders.rules import QUANTITY_MAX

AnyTier = TypeVar("AnyTier", Tier, TierForSale)

_REASONS = {
    Closed.NOT_YET: "its time has not come",
    Closed.OVER: "its time is over",
    Closed.WAITS: "the tier before it still sells",
    Closed.SOLD_OUT: "it is sold out",
}


def tiers_on_sale(
    session: ReadSession,
    event: Event,
    wanted: Sequence[tuple[str, int]],
    *,
    now: datetime,
    even_if_closed: bool = False,
) -> dict[str, Tier]:
    """Return the event's tiers by name, having checked that those wanted can be bought now.

    `even_if_closed` asks for places alone, not for the hour: of any event but a cancelled one.

    Raises:
        BadValue: a quantity is out of its limits.
        NotFound: there is no such tier.
        EventNotOnSale, TierNotOnSale: it cannot be bought now.
        SoldOut: fewer places are left than were asked for.
    """
    tiers = tiers_of(session, event.id)
    return bought(event, tiers, wanted, now=now, even_if_closed=even_if_closed)


def bought(
    event: Event | EventForSale,
    tiers: Sequence[AnyTier],
    wanted: Sequence[tuple[str, int]],
    *,
    now: datetime,
    even_if_closed: bool = False,
) -> dict[str, AnyTier]:
    """Return `tiers` by name, having checked that those wanted can be bought now.

    Raises:
        BadValue, NotFound, EventNotOnSale, TierNotOnSale, SoldOut: as `tiers_on_sale`.
    """
    _must_sell(event, even_if_closed=even_if_closed)
    total = sum(quantity for _, quantity in wanted)
    if any(quantity < 1 for _, quantity in wanted) or not 1 <= total <= QUANTITY_MAX:
        raise BadValue("quantity", f"must be from 1 to {QUANTITY_MAX} in one order.")
    facts = [facts_of(tier) for tier in tiers]
    by_name = {tier.name: tier for tier in tiers}
    for name, quantity in wanted:
        tier = by_name.get(name)
        if tier is None:
            raise NotFound("tier", name[:80], hint="there are: " + ", ".join(by_name))
        closed = None if even_if_closed else why_closed(facts_of(tier), facts, now)
        if closed is Closed.SOLD_OUT or (closed is None and tier.places_left < quantity):
            raise SoldOut(tier.name, tier.places_left, hint=_others(tiers, now))
        if closed is not None:
            raise TierNotOnSale(
                f"{tier.name} is not on sale: {_REASONS[closed]}.",
                hint=_others(tiers, now),
                tier=tier.name,
                reason=closed,
            )
    return by_name


def _must_sell(event: Event | EventForSale, *, even_if_closed: bool) -> None:
    if event.state is EventState.ON_SALE:
        return
    if even_if_closed and event.state is not EventState.CANCELLED:
        return
    hint = f"open the sale: boxoffice event publish {event.slug}"
    raise EventNotOnSale(
        f"{event.slug} is {event.state}, not on sale.",
        hint=hint if event.state in {EventState.DRAFT, EventState.PAUSED} else "",
    )


def _others(tiers: Sequence[AnyTier], now: datetime) -> str:
    facts = [facts_of(tier) for tier in tiers]
    names = [
        tier.name
        for tier, fact in zip(tiers, facts, strict=True)
        if why_closed(fact, facts, now) is None
    ]
    return "on sale now: " + ", ".join(names) if names else "nothing is on sale now"
