"""What would be on sale at some moment, had so many places been sold by then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from boxoffice.db import ReadSession
from boxoffice.errors import BadValue, EventNotOnSale, NotFound
from boxoffice.events.models import EventState
from boxoffice.events.queries import (
    EventView,
    TierView,
    event_by_slug,
    event_view,
    facts_of,
    tiers_of,
)
from boxoffice.events.rules import Closed, TierFacts, why_closed

_OVER = frozenset({EventState.ENDED, EventState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything an event could sell: its tiers, and the places left over all of them."""

    tiers: tuple[TierFacts, ...]
    places_left: int | None  # none: the quotas are the only limit


def on_sale_at(shelf: Shelf, at: datetime) -> list[Closed | None]:
    """Return why each tier is closed at `at`, or `None` where it is on sale.

    A full event sells nothing, whatever its tiers have left.
    """
    is_full = shelf.places_left is not None and shelf.places_left <= 0
    found = [why_closed(tier, shelf.tiers, at) for tier in shelf.tiers]
    return [Closed.SOLD_OUT if is_full and why is None else why for why in found]


def preview(
    session: ReadSession, slug: str, *, at: datetime, sold: Mapping[str, int], now: datetime
) -> EventView:
    """Return an event as it would stand at `at`, were it on sale then.

    `sold` says how many places of a tier are gone by then; tiers it leaves out stay as they are.

    Raises:
        NotFound: there is no such event or tier.
        BadValue: more places are sold than the tier or the event has, or fewer than none.
        EventNotOnSale: the event has ended or was cancelled, and will sell nothing.
    """
    event = event_by_slug(session, slug)
    if event.state in _OVER:
        raise EventNotOnSale(f"{event.slug} is {event.state}; nothing will be on sale again.")
    view = event_view(session, slug, now=now)
    left = _left(view.tiers, sold)
    taken = event.places_taken + sum(t.places_left - left[t.name] for t in view.tiers)
    room = None if event.capacity is None else event.capacity - taken
    if room is not None and room < 0:
        raise BadValue("--sold", f"adds up to {taken} places; {slug} has {event.capacity}.")
    facts = tuple(
        replace(facts_of(tier), places_left=left[tier.name]) for tier in tiers_of(session, event.id)
    )
    tiers = tuple(
        replace(tier, places_left=left[tier.name], closed=why)
        for tier, why in zip(view.tiers, on_sale_at(Shelf(facts, room), at), strict=True)
    )
    in_tiers = sum(left.values())
    return replace(view, tiers=tiers, places_left=in_tiers if room is None else min(in_tiers, room))


def read_sold(texts: Iterable[str]) -> dict[str, int]:
    """Read `TIER=COUNT` texts, as in `Lote 1=200`.

    Raises:
        BadValue: one of them is not that, or a tier is named twice.
    """
    sold: dict[str, int] = {}
    for text in texts:
        name, equals, count = (part.strip() for part in text.rpartition("="))
        if not equals or not name or not (count.isascii() and count.isdigit()):
            raise BadValue("--sold", f"{text[:60]!r} is not TIER=COUNT.", hint="'Lote 1=200'")
        if name in sold:
            raise BadValue("--sold", f"names {name[:60]!r} twice.")
        sold[name] = int(count[:9])
    return sold


def _left(tiers: Sequence[TierView], sold: Mapping[str, int]) -> dict[str, int]:
    """Return the places each tier would have left."""
    left = {tier.name: tier.places_left for tier in tiers}
    quotas = {tier.name: tier.quota for tier in tiers}
    for name, count in sold.items():
        if name not in left:
            raise NotFound("tier", name[:80], hint="there are: " + ", ".join(left))
        if not 0 <= count <= quotas[name]:
            raise BadValue("--sold", f"of {name} is {count}; it has {quotas[name]} places.")
        left[name] = quotas[name] - count
    return left
