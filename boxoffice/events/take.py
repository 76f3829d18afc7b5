"""Take places and give them back: what keeps a seat from being sold twice."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, update
from sqlmodel import col, or_

from boxoffice.db import WriteSession, changed
from boxoffice.errors import EventFull, EventNotOnSale, HalfCapReached, SoldOut
from boxoffice.events.models import Category, Event, EventState, Tier
from boxoffice.events.queries import EventForSale

# Made once: every sale runs them while others wait for the rows. A tier answers with its category
# as it is in that instant, so that half price is counted by what the row says, not by a memory.
_COUNT = bindparam("count", type_=Integer)
_HALF = bindparam("half", type_=Integer)
_GIVE_TO_TIER = (
    update(Tier)
    .where(col(Tier.id) == bindparam("tier_id"))
    .values(places_left=Tier.places_left + _COUNT)
    .returning(col(Tier.category))
)
_TAKE_OF_TIER = (
    update(Tier)
    .where(col(Tier.id) == bindparam("tier_id"), col(Tier.places_left) >= _COUNT)
    .values(places_left=Tier.places_left - _COUNT)
    .returning(col(Tier.category))
)
_TAKE_LATE = (
    update(Event)
    .where(
        col(Event.id) == bindparam("event_id"),
        col(Event.state) != EventState.CANCELLED,
        or_(col(Event.capacity).is_(None), col(Event.capacity) >= Event.places_taken + _COUNT),
        or_(col(Event.half_limit).is_(None), col(Event.half_limit) >= Event.half_taken + _HALF),
    )
    .values(places_taken=Event.places_taken + _COUNT, half_taken=Event.half_taken + _HALF)
)
_TAKE_ON_SALE = _TAKE_LATE.where(col(Event.state) == EventState.ON_SALE)
_GIVE_TO_EVENT = (
    update(Event)
    .where(col(Event.id) == bindparam("event_id"))
    .values(places_taken=Event.places_taken - _COUNT, half_taken=Event.half_taken - _HALF)
)


def take_places(
    session: WriteSession,
    event: Event | EventForSale,
    places: Mapping[UUID, int],
    *,
    on_sale: bool = True,
) -> None:
    """Take so many places of each tier, and of the event, or none at all.

    Call it last in a transaction: these rows are the ones every sale meets. `on_sale=False`
    takes places for money that came late, when the sale itself may be over.

    Raises:
        SoldOut: a tier has fewer places left.
        EventFull: the event has fewer places left.
        HalfCapReached: half price has fewer places left under the event's cap.
        EventNotOnSale: the event was paused, ended or cancelled meanwhile.
    """
    _change(session, event, places, on_sale=on_sale)


def swap_places(
    session: WriteSession,
    event: Event | EventForSale,
    *,
    given: Mapping[UUID, int],
    taken: Mapping[UUID, int],
    on_sale: bool = True,
) -> None:
    """Give places of some tiers back and take places of others, in one step or not at all.

    A full event can swap, and half price is counted by the difference alone. Call it last in a
    transaction, for tickets that hold the `given` places.

    Raises:
        SoldOut, EventFull, HalfCapReached, EventNotOnSale: as `take_places`.
    """
    counts = Counter[UUID](taken)
    counts.subtract(given)
    _change(session, event, {t: n for t, n in counts.items() if n}, on_sale=on_sale)


def give_back(session: WriteSession, event_id: UUID, places: Mapping[UUID, int]) -> None:
    """Give places back. The caller has just moved the order out of the state that held them."""
    half = 0
    for tier_id in sorted(places):
        half += _half(_give(session, tier_id, places[tier_id]), places[tier_id])
    values = {"event_id": event_id, "count": sum(places.values()), "half": half}
    changed(session, _GIVE_TO_EVENT, values)


def _change(
    session: WriteSession, event: Event | EventForSale, places: Mapping[UUID, int], *, on_sale: bool
) -> None:
    # Race: two sales, the same places. Each UPDATE asks and takes at once; rows are met in one
    # order (tiers by id, then the event), so that two sales never wait for each other in a ring.
    # The event's row counts its places and its half price in one condition: the last place under
    # the cap is taken once, whichever half tiers are sold.
    half = 0
    for tier_id in sorted(places):
        count = places[tier_id]
        assert count != 0, "places are taken one or more at a time"
        take = _take(session, event, tier_id, count) if count > 0 else None
        half += _half(take or _give(session, tier_id, -count), count)
    counts: dict[str, Any] = {"event_id": event.id, "count": sum(places.values()), "half": half}
    if changed(session, _TAKE_ON_SALE if on_sale else _TAKE_LATE, counts):
        return
    now = session.get_one(Event, event.id, populate_existing=True)
    if now.state is EventState.CANCELLED or (on_sale and now.state is not EventState.ON_SALE):
        raise EventNotOnSale(f"{now.slug} is {now.state}, not on sale.")
    if now.capacity is not None and now.capacity < now.places_taken + counts["count"]:
        raise EventFull(now.slug, now.capacity - now.places_taken)
    assert now.half_limit is not None, "an event without a cap has room for half price"
    raise HalfCapReached(now.slug, now.half_limit, now.half_limit - now.half_taken)


def _take(
    session: WriteSession, event: Event | EventForSale, tier_id: UUID, count: int
) -> Category:
    row = {"tier_id": tier_id, "count": count}
    category = session.line.execute(_TAKE_OF_TIER, row).scalar_one_or_none()
    if category is None:
        tier = session.get_one(Tier, tier_id, populate_existing=True)
        hint = f"see what is on sale: boxoffice event show {event.slug}"
        raise SoldOut(tier.name, tier.places_left, hint=hint)
    return Category(category)


def _give(session: WriteSession, tier_id: UUID, count: int) -> Category:
    row = {"tier_id": tier_id, "count": count}
    # A tier with orders is never deleted: there is one row, always.
    return Category(session.line.execute(_GIVE_TO_TIER, row).scalar_one())


def _half(category: Category, count: int) -> int:
    """Return how many of `count` places the cap counts."""
    return count if category is Category.HALF else 0
