"""The dispatcher: it frees dropped jobs, makes slots due, and rings for what is ready.

Any number of dispatchers may run. Without a bell, or while nobody hears it, due jobs run here: that
is the laptop size, and the same code.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import col, func, select

from boxoffice.db import WriteSession, changed
from boxoffice.errors import BoxOfficeError, Unavailable
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import KINDS
from boxoffice.outbox.models import Job, JobState, Part, Queue
from boxoffice.outbox.pulse import lives
from tasks.breaker import Breaker
from tasks.registry import limit_seconds_of
from tasks.relay import Ran, rescue, run_due
from tasks.schedule import SCHEDULES, Schedule, Slots

TICK_SECONDS = 1.0
RING_AGAIN = timedelta(seconds=10)  # a worker that was rung should have claimed by then
STALLED = timedelta(seconds=60)  # nobody got to a ring: whatever the reason, it is worked here
TOGETHER_MAX = 20  # jobs one ring wakes a worker for: a ring costs as much as two quick jobs
_TOGETHER_LEASE_SECONDS = 90  # kinds that may take longer ring alone
_HANDS = 8  # a few jobs are shared out among so many rings: one hand must not do them all
_BATCH = 200  # rows that are marked in one transaction
_OUT_MAX = (
    1_000  # jobs of a queue that are rung for and not claimed: more would only wait elsewhere
)
_HERE_MAX = 10  # jobs run here in one tick, before the bell is tried again

_COLUMNS = (Job.id, Job.kind, Job.attempts)
_IS_READY = (
    col(Job.state) == JobState.WAITING,
    col(Job.run_at) <= bindparam("now"),
    col(Job.kind).in_(KINDS),
)
_READY_QUEUES = select(Job.queue).where(*_IS_READY).distinct()
_READY = (
    select(*_COLUMNS)
    .where(*_IS_READY, col(Job.queue) == bindparam("queue"))
    .order_by(col(Job.run_at), col(Job.id))
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_UNHEARD = (
    select(*_COLUMNS)
    .where(col(Job.state) == JobState.SENT, col(Job.sent_at) <= bindparam("before"))
    .where(col(Job.kind).in_(KINDS), col(Job.queue) == bindparam("queue"))
    .order_by(col(Job.sent_at), col(Job.id))
    .with_for_update(skip_locked=True)
)
_OUT = (
    select(Job.queue, func.count(), func.min(col(Job.sent_at)))
    .where(Job.state == JobState.SENT, col(Job.kind).in_(KINDS))
    .group_by(col(Job.queue))
)
_MARK = (
    update(Job)
    .where(col(Job.id).in_(bindparam("job_ids", expanding=True)))
    .values(state=JobState.SENT, sent_at=bindparam("now"))
)
_UNMARK = (
    update(Job)
    .where(col(Job.id).in_(bindparam("job_ids", expanding=True)), col(Job.state) == JobState.SENT)
    .values(state=JobState.WAITING)
)

Picked = Sequence[tuple[UUID, str, int]]  # id, kind, attempts


@dataclass(frozen=True, slots=True)
class Ring:
    """One doorbell: for which jobs, in which queue, and how long a worker may take over them."""

    job_ids: tuple[UUID, ...]
    queue: Queue
    limit_seconds: float


class BellSilent(Unavailable):
    """The doorbell could not be rung within its bound."""

    code = "bell.silent"


class Bell(Protocol):
    """What wakes the workers. It knows ids and nothing else."""

    def ring(self, ring: Ring) -> None:
        """Wake a worker, within about a second. Raises `BellSilent`."""

    def unheard(self, queue: Queue) -> set[UUID]:
        """Return the jobs of a queue whose rings nobody has heard yet. Raises `BellSilent`."""


class Dispatcher:
    """Ticks: what is due is rung for, or run here while nobody would hear."""

    def __init__(
        self,
        office: BoxOffice,
        bell: Bell | None = None,
        breaker: Breaker | None = None,
        *,
        schedules: tuple[Schedule, ...] = SCHEDULES,
    ) -> None:
        """Use `bell`, or run everything here without one."""
        self._office = office
        self._bell = bell
        self._breaker = breaker or Breaker()
        self._slots = Slots(schedules)
        self._rings = True  # until a tick finds that nobody would hear

    @property
    def note(self) -> str:
        """How jobs are run now, for the heartbeat."""
        if self._bell is None:
            return "jobs run here"
        if self._breaker.is_open:
            return "redis is silent: jobs run here"
        return "rings workers" if self._rings else "no worker gets to them: jobs run here"

    def tick(self, *, limit: int = _HERE_MAX) -> Ran:
        """Do once what is due: ring for it, or run at most `limit` jobs here.

        Raises:
            Unavailable, Busy: the database does not answer.
        """
        rescue(self._office)
        self._slots.make_due(self._office)
        if self._bell is not None and not self._breaker.is_open:
            try:
                self._rings = self._rung(self._bell)
                if self._rings:
                    return Ran()
            except BellSilent as error:
                self._breaker.trip()
                log.warning("the bell is silent", extra={"why": error.case})
        return run_due(self._office, limit=limit)

    def _rung(self, bell: Bell) -> bool:
        """Ring for what is ready and what nobody heard; `False` when this process should work too.

        That is so when no worker lives, and when those that live have not got to a ring for long.

        Raises:
            BellSilent: the bell is out of order.
        """
        now = self._office.now()
        with self._office.reading() as session:
            if not lives(session, Part.WORKER, now=now):
                return False
            out = {Queue(queue): (count, since) for queue, count, since in session.exec(_OUT)}
            ready = {Queue(queue) for queue in session.exec(_READY_QUEUES, params={"now": now})}
        for queue in Queue:
            count, since = out.get(queue, (0, None))
            if since is not None and since <= now - RING_AGAIN:
                # Rings that lie unheard are not lost: workers are busy. Only what is missing is.
                self._ring(bell, queue, self._missing(bell.unheard(queue), queue))
            if queue in ready:
                self._ring_ready(bell, queue, _OUT_MAX - count)
        return all(since is None or since > now - STALLED for _, since in out.values())

    def _ring_ready(self, bell: Bell, queue: Queue, left: int) -> None:
        """Ring for what is ready in a queue, at most `left` jobs."""
        while left > 0:
            limit = min(left, _BATCH)
            with self._office.writing() as session:
                now = self._office.now()
                # Race: two dispatchers pick at once. Each takes rows that the other has not locked.
                picked = session.exec(
                    _READY, params={"now": now, "queue": queue, "limit": limit}
                ).all()
                self._mark(session, picked)
            self._ring(bell, queue, picked)
            left -= limit
            if len(picked) < limit:
                return

    def _missing(self, unheard: set[UUID], queue: Queue) -> Picked:
        """Mark the jobs anew that were rung for a while ago, and whose rings are not `unheard`."""
        before = self._office.now() - RING_AGAIN
        with self._office.writing() as session:
            # Race: two dispatchers miss the same. Each takes rows that the other has not locked.
            out = session.exec(_UNHEARD, params={"before": before, "queue": queue}).all()
            missing = [each for each in out if each[0] not in unheard]
            self._mark(session, missing)
        return missing

    def _mark(self, session: WriteSession, picked: Picked) -> None:
        if picked:
            ids = [job_id for job_id, _, _ in picked]
            changed(session, _MARK, {"job_ids": ids, "now": self._office.now()})

    def _ring(self, bell: Bell, queue: Queue, picked: Picked) -> None:
        rings = list(self._rings_for(queue, picked))
        for number, ring in enumerate(rings):
            try:
                bell.ring(ring)
            except BellSilent:
                # This ring may have come through after all: who hears it finds its jobs.
                left = [job_id for each in rings[number:] for job_id in each.job_ids]
                with self._office.writing() as session:
                    changed(session, _UNMARK, {"job_ids": left})
                raise

    def _rings_for(self, queue: Queue, picked: Picked) -> Iterator[Ring]:
        """Put jobs of one kind together, so that a burst of them costs fewer rings.

        Who was tried before rings alone: a job that kills its worker takes no other along twice.
        """
        alone: list[tuple[UUID, str]] = []
        together: dict[str, list[UUID]] = {}
        for job_id, kind, attempts in picked:
            if attempts or KINDS[kind].lease_seconds > _TOGETHER_LEASE_SECONDS:
                alone.append((job_id, kind))
            else:
                together.setdefault(kind, []).append(job_id)
        shared = [
            (chunk, kind) for kind, job_ids in together.items() for chunk in _shared_out(job_ids)
        ]
        for job_ids, kind in [*shared, *(((job_id,), kind) for job_id, kind in alone)]:
            yield Ring(job_ids, queue, limit_seconds_of(self._office, KINDS[kind]))


def _shared_out(job_ids: Sequence[UUID]) -> Iterator[tuple[UUID, ...]]:
    size = min(TOGETHER_MAX, -(-len(job_ids) // _HANDS))
    return (tuple(job_ids[at : at + size]) for at in range(0, len(job_ids), size))


def patiently(dispatcher: Dispatcher, *, limit: int = _HERE_MAX) -> Ran | None:
    """Tick, and take a silent database for a reason to look again later: `None`."""
    try:
        return dispatcher.tick(limit=limit)
    except BoxOfficeError as error:
        log.warning("jobs wait", extra={"why": error.case})
        return None
