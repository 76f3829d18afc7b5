"""Take places and give them back: what keeps a seat from being sold twice."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Integer, bindparam, update
from sqlmodel import col, or_

from boxoffice.db import WriteSession, changed
from boxoffice.errors import EventFull, EventNotOnSale, SoldOut
from boxoffice.events.models import Event, EventState, Tier

# Made once: every sale runs them while others wait for the rows.
_COUNT = bindparam("count", type_=Integer)
_TAKE_OF_TIER = (
    update(Tier)
    .where(col(Tier.id) == bindparam("tier_id"), col(Tier.places_left) >= _COUNT)
    .values(places_left=Tier.places_left - _COUNT)
)
_TAKE_LATE = (
    update(Event)
    .where(
        col(Event.id) == bindparam("event_id"),
        or_(col(Event.capacity).is_(None), col(Event.capacity) >= Event.places_taken + _COUNT),
    )
    .values(places_taken=Event.places_taken + _COUNT)
)
_TAKE_ON_SALE = _TAKE_LATE.where(col(Event.state) == EventState.ON_SALE)
_GIVE_TO_TIER = (
    update(Tier)
    .where(col(Tier.id) == bindparam("tier_id"))
    .values(places_left=Tier.places_left + _COUNT)
)
_GIVE_TO_EVENT = (
    update(Event)
    .where(col(Event.id) == bindparam("event_id"))
    .values(places_taken=Event.places_taken - _COUNT)
)


def take_places(
    session: WriteSession, event: Event, places: Mapping[UUID, int], *, on_sale: bool = True
) -> None:
    """Take so many places of each tier, and of the event, or none at all.

    Call it last in a transaction: these rows are the ones every sale meets. `on_sale=False`
    takes places for money that came late, when the sale itself may be over.

    Raises:
        SoldOut: a tier has fewer places left.
        EventFull: the event has fewer places left.
        EventNotOnSale: the event was paused or ended meanwhile.
    """
    # Race: two sales, the same places. Each UPDATE asks and takes at once; rows are met in one
    # order (tiers by id, then the event), so that two sales never wait for each other in a ring.
    for tier_id in sorted(places):
        count = places[tier_id]
        assert count > 0, "places are taken one or more at a time"
        taken = changed(session, _TAKE_OF_TIER, {"tier_id": tier_id, "count": count})
        if not taken:
            tier = session.get_one(Tier, tier_id, populate_existing=True)
            raise SoldOut(
                tier.name,
                tier.places_left,
                hint=f"see what is on sale: boxoffice event show {event.slug}",
            )
    taken = changed(
        session,
        _TAKE_ON_SALE if on_sale else _TAKE_LATE,
        {"event_id": event.id, "count": sum(places.values())},
    )
    if not taken:
        now = session.get_one(Event, event.id, populate_existing=True)
        if on_sale and now.state is not EventState.ON_SALE:
            raise EventNotOnSale(f"{now.slug} is {now.state}, not on sale.")
        assert now.capacity is not None, "an event without a capacity has room"
        raise EventFull(now.slug, now.capacity - now.places_taken)


def move_place(
    session: WriteSession, event: Event, before: UUID, to: UUID, *, on_sale: bool = True
) -> None:
    """Take one place of a tier and give one of another back; the event has as many as before.

    Raises:
        SoldOut: the tier has no place left.
        EventNotOnSale: the event was paused or ended meanwhile.
    """
    # Race: a swap and a sale, the same two tiers. Both meet them by id, and then the event.
    for tier_id in sorted((before, to)):
        statement = _TAKE_OF_TIER if tier_id == to else _GIVE_TO_TIER
        if not changed(session, statement, {"tier_id": tier_id, "count": 1}):
            tier = session.get_one(Tier, tier_id, populate_existing=True)
            hint = f"see what is on sale: boxoffice event show {event.slug}"
            raise SoldOut(tier.name, tier.places_left, hint=hint)
    now = session.get_one(Event, event.id, populate_existing=True)
    if on_sale and now.state is not EventState.ON_SALE:
        raise EventNotOnSale(f"{now.slug} is {now.state}, not on sale.")


def give_back(session: WriteSession, event_id: UUID, places: Mapping[UUID, int]) -> None:
    """Give places back. The caller has just moved the order out of the state that held them."""
    for tier_id in sorted(places):
        given = changed(session, _GIVE_TO_TIER, {"tier_id": tier_id, "count": places[tier_id]})
        assert given == 1, "a tier with orders is never deleted"
    changed(session, _GIVE_TO_EVENT, {"event_id": event_id, "count": sum(places.values())})
