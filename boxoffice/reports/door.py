"""A door on its night: how many came, when most of them did, and what it told the others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.models import Entry
from boxoffice.door.queries import DoorStats, door_stats, gate_at

SPAN = timedelta(minutes=10)
_SPAN_TEXT = 15  # characters of `2026-11-22 19:3`, in UTC: where the span begins, but for a 0


@dataclass(frozen=True, slots=True)
class Span:
    """Ten minutes at a door."""

    begins_at: datetime
    entries: int  # that stand: what was undone came to nothing


@dataclass(frozen=True, slots=True)
class DoorReport:
    """The numbers of one door, and its entries in spans of ten minutes that had any."""

    stats: DoorStats
    spans: tuple[Span, ...]  # in their order

    @property
    def peak(self) -> Span | None:
        """The span with the most entries, the first of those alike."""
        return max(self.spans, key=lambda span: span.entries, default=None)


def door_report(session: ReadSession, event: str, name: str | None = None) -> DoorReport:
    """Count the entries at the door `name` of an event, or at its first.

    Raises:
        NotFound: there is no such event or door.
    """
    gate = gate_at(session, event, name)
    begins = func.substr(cast(col(Entry.entered_at), String), 1, _SPAN_TEXT)
    found = session.exec(
        select(begins, func.count()).where(Entry.list_id == gate.list_id).group_by(begins)
    ).all()
    spans = [
        Span(datetime.fromisoformat(f"{text}0").replace(tzinfo=UTC), count)
        for text, count in sorted(found)
    ]
    return DoorReport(door_stats(session, gate), tuple(spans))


def span_text(span: Span, zone: ZoneInfo) -> str:
    """Write a span and its entries for people: `19:20-19:30: 164`."""
    begins = span.begins_at.astimezone(zone)
    return f"{begins:%H:%M}-{begins + SPAN:%H:%M}: {span.entries}"
