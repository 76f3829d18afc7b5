"""Which tier is on sale, and what an event may become: pure decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from boxoffice.events.models import EventState


class Closed(StrEnum):
    """Why a tier cannot be bought now."""

    NOT_YET = "not_yet"  # its window has not opened
    OVER = "over"  # its window has closed, or its successor's date has come
    SOLD_OUT = "sold_out"
    WAITS = "waits"  # the tier before it still sells


@dataclass(frozen=True, slots=True)
class TierFacts:
    """What the rule needs to know of one tier."""

    id: UUID
    after_id: UUID | None
    places_left: int
    opens_at: datetime | None
    closes_at: datetime | None


STEPS: Mapping[EventState, frozenset[EventState]] = MappingProxyType(
    {
        EventState.DRAFT: frozenset({EventState.ON_SALE, EventState.CANCELLED}),
        EventState.ON_SALE: frozenset({EventState.PAUSED, EventState.ENDED, EventState.CANCELLED}),
        EventState.PAUSED: frozenset({EventState.ON_SALE, EventState.ENDED, EventState.CANCELLED}),
        EventState.ENDED: frozenset({EventState.CANCELLED}),
        EventState.CANCELLED: frozenset(),
    }
)


def why_closed(tier: TierFacts, tiers: Iterable[TierFacts], now: datetime) -> Closed | None:
    """Return why `tier` is not on sale at `now`, or `None` when it is.

    A tier that follows another opens when that one sells out or its window ends, or when its own
    date comes; a date that opens a tier closes the one before it. Places that come back to an
    earlier tier are sold there first, unless its time is over.
    """
    everyone = {other.id: other for other in tiers}
    if tier.closes_at is not None and now >= tier.closes_at:
        return Closed.OVER
    if any(other.after_id == tier.id and _has_come(other, now) for other in everyone.values()):
        return Closed.OVER
    if tier.after_id is None:
        if tier.opens_at is not None and now < tier.opens_at:
            return Closed.NOT_YET
    elif not _has_come(tier, now) and not _is_finished(everyone[tier.after_id], everyone, now):
        return Closed.WAITS
    return Closed.SOLD_OUT if tier.places_left <= 0 else None


def _has_come(tier: TierFacts, now: datetime) -> bool:
    return tier.opens_at is not None and now >= tier.opens_at


def _is_finished(tier: TierFacts, everyone: Mapping[UUID, TierFacts], now: datetime) -> bool:
    """Say whether this tier, and so every tier before it, has nothing more to sell."""
    if tier.closes_at is not None and now >= tier.closes_at:
        return True
    if tier.places_left > 0:
        return False
    return (
        tier.after_id is None
        or _has_come(tier, now)
        or _is_finished(everyone[tier.after_id], everyone, now)
    )
