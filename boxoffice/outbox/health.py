"""How the work stands: what waits and for how long, what ended badly, and who is there to do it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.outbox.pulse import Pulse, pulses

_OPEN = (JobState.WAITING, JobState.SENT)


@dataclass(frozen=True, slots=True)
class Count:
    """So many jobs of one kind, in one queue, in one state."""

    state: JobState
    queue: Queue
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Health:
    """How the work stands at one moment."""

    counts: tuple[Count, ...]
    due_count: int  # could run now, and do not yet
    oldest_seconds: float  # how long the oldest of them has been due; 0 when none is
    pulses: tuple[Pulse, ...]

    def in_state(self, *states: JobState) -> int:
        """Count the jobs in these states."""
        return sum(each.count for each in self.counts if each.state in states)


def health(session: ReadSession, *, now: datetime) -> Health:
    """Return how the work stands."""
    counted = session.exec(
        select(Job.state, Job.queue, Job.kind, func.count())
        .group_by(col(Job.state), col(Job.queue), col(Job.kind))
        .order_by(col(Job.state), col(Job.queue), col(Job.kind))
    ).all()
    due_count, oldest = session.exec(
        select(func.count(), func.min(col(Job.run_at)))
        .where(col(Job.state).in_(_OPEN))
        .where(col(Job.run_at) <= now)
    ).one()
    counts = tuple(
        Count(JobState(state), Queue(queue), kind, count) for state, queue, kind, count in counted
    )
    waited = (now - oldest).total_seconds() if due_count else 0.0
    return Health(counts, due_count, waited, tuple(pulses(session)))
