"""A gate: a door as a desk stands at it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from boxoffice.door.rules import Door, Policy
from boxoffice.events.models import EventState


@dataclass(frozen=True, slots=True)
class Gate:
    """One list of one event, and what the desk in front of it is called."""

    list_id: UUID
    list_name: str
    policy: Policy
    opens_at: datetime | None
    closes_at: datetime | None
    room: int | None
    takes_payment: bool
    event_id: UUID
    slug: str
    timezone: str
    event_state: EventState
    tier_ids: frozenset[UUID] = frozenset()  # empty: every tier
    name: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The event's own zone."""
        return ZoneInfo(self.timezone)

    def door(self, room_left: int | None = None) -> Door:
        """Return what the decision needs to know of this door."""
        return Door(
            event_id=self.event_id,
            policy=self.policy,
            is_open=self.event_state is not EventState.CANCELLED,
            tier_ids=self.tier_ids,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            takes_payment=self.takes_payment,
            room_left=room_left,
        )
