"""The span of time that a report looks at, and how databases add up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, cast
from sqlmodel import func

from boxoffice.errors import BadValue
from boxoffice.times import parse_moment

CHUNK_ROWS = 1_000  # of a stream, held in memory at once


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` on, and before `until`. An end that is `None` is open."""

    since: datetime | None = None
    until: datetime | None = None

    def of(self, moment: Any) -> list[ColumnElement[bool]]:
        """Return the conditions that hold a column of moments to this window."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(moment >= self.since)
        if self.until is not None:
            found.append(moment < self.until)
        return found


def read_window(since: str | None, until: str | None, *, zone: ZoneInfo, now: datetime) -> Window:
    """Read the ends of a window as people write them; what has no offset is read in `zone`.

    Raises:
        BadValue: an end cannot be read, or they are the wrong way round.
    """
    start = None if since is None else parse_moment(since, name="--since", zone=zone, now=now)
    end = None if until is None else parse_moment(until, name="--until", zone=zone, now=now)
    if start is not None and end is not None and start >= end:
        raise BadValue("--until", "is not after --since.", hint="--until itself is not included")
    return Window(start, end)


def total_of(amount: Any) -> ColumnElement[int]:
    """Add a column up: zero without rows, and a whole number (PostgreSQL would say NUMERIC)."""
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)
