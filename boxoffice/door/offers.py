"""What can be sold at a door: to who comes without a ticket."""

from dataclasses import dataclass
from datetime import datetime

from boxoffice.db import ReadSession
from boxoffice.door.gate import Gate
from boxoffice.events.queries import event_view
from boxoffice.money import Money


@dataclass(frozen=True, slots=True)
class Offer:
    """A tier that can be sold at this door now."""

    tier: str
    price: Money
    left_count: int


def offers_at(session: ReadSession, gate: Gate, *, now: datetime) -> list[Offer]:
    """List what is on sale and let in at this door."""
    event = event_view(session, gate.slug, now=now)
    return [
        Offer(tier.name, tier.price, tier.places_left)
        for tier in event.tiers
        if tier.on_sale and (not gate.tier_ids or tier.id in gate.tier_ids)
    ]
