"""Heartbeats: a program says that it lives, and others ask who does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.inserts import insert_values_once
from boxoffice.outbox.models import Heartbeat, Part

BEAT_SECONDS = 5.0
FRESH = timedelta(seconds=30)  # six missed beats
_KEPT = timedelta(hours=1)  # who died is told of for so long


@dataclass(frozen=True, slots=True)
class Pulse:
    """One program that was alive at `seen_at`."""

    name: str
    part: Part
    note: str
    started_at: datetime
    seen_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it can be believed to live still."""
        return now - self.seen_at < FRESH


def beat(session: WriteSession, name: str, part: Part, *, now: datetime, note: str = "") -> None:
    """Say that the program `name` lives. Rows of long ago are removed."""
    seen = update(Heartbeat).where(col(Heartbeat.name) == name).values(seen_at=now, note=note)
    if changed(session, seen):
        return
    row = {"name": name, "part": part, "note": note, "started_at": now, "seen_at": now}
    insert_values_once(session, Heartbeat, row)
    changed(session, delete(Heartbeat).where(col(Heartbeat.seen_at) < now - _KEPT))


def leave(session: WriteSession, name: str) -> None:
    """Say that the program `name` ends as it should."""
    changed(session, delete(Heartbeat).where(col(Heartbeat.name) == name))


def pulses(session: ReadSession) -> list[Pulse]:
    """Return who was alive lately, the parts in order."""
    found = session.exec(select(Heartbeat).order_by(col(Heartbeat.part), col(Heartbeat.name))).all()
    return [Pulse(row.name, row.part, row.note, row.started_at, row.seen_at) for row in found]


def lives(session: ReadSession, part: Part, *, now: datetime) -> bool:
    """Say whether any program of this part has a fresh heartbeat."""
    return any(pulse.part is part and pulse.is_fresh(now) for pulse in pulses(session))
