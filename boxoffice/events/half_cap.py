"""Hold half price to the cap of its event, whenever the event or its tiers change."""

from collections.abc import Sequence

from boxoffice.db import WriteSession
from boxoffice.errors import Refused
from boxoffice.events.half import half_limit
from boxoffice.events.models import Category, Event, Tier
from boxoffice.events.queries import tiers_of

PUBLIC = (Category.FULL, Category.HALF)  # courtesies and staff are not on sale to the public


def hold_to_half_cap(session: WriteSession, event: Event) -> None:
    """Write down how many places half price may take, and has taken, of an event as it stands.

    Call it last, with the event and its tiers locked (`locked_event`): no sale is in between.

    Raises:
        Refused: more places are taken at half price than the cap allows (`half.cap_too_small`).
    """
    session.flush()
    tiers = tiers_of(session, event.id)
    taken = sum(tier.quota - tier.places_left for tier in tiers if tier.category is Category.HALF)
    limit = limit_of(event.half_cap_percent, event.capacity, tiers)
    if limit is not None and limit < taken:
        raise Refused(
            f"{event.slug} has {taken} places taken at half price; the cap would be {limit}.",
            hint="keep more places, or a larger half_cap_percent",
            code="half.cap_too_small",
            taken=taken,
            limit=limit,
        )
    event.half_limit, event.half_taken = limit, taken
    session.flush()


def limit_of(percent: int | None, capacity: int | None, tiers: Sequence[Tier]) -> int | None:
    """Return how many places half price may take; `None` without a cap.

    It is a share of the capacity, or of all places on sale to the public where there is none.
    """
    if percent is None:
        return None
    public = sum(tier.quota for tier in tiers if tier.category in PUBLIC)
    return half_limit(public if capacity is None else capacity, percent)
