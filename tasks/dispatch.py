"""The dispatcher: it frees dropped jobs, makes slots due, and rings for what is ready.

Any number of dispatchers may run. Without a bell, or while nobody hears it, due jobs run here: that
is the laptop size, and the same code.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import col, func, select
from sqlmodel.sql.expression import Select

from boxoffice.db import changed
from boxoffice.errors import BoxOfficeError, Unavailable
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import KINDS
from boxoffice.outbox.models import Job, JobState, Part, Queue
from boxoffice.outbox.pulse import lives
from tasks.breaker import Breaker
from tasks.registry import limit_seconds_of
from tasks.relay import BY_URGENCY, Ran, rescue, run_due
from tasks.schedule import SCHEDULES, Schedule, Slots

TICK_SECONDS = 1.0
RING_AGAIN = timedelta(seconds=10)  # a worker that was rung should have claimed by then
STALLED = timedelta(seconds=60)  # nobody got to a ring: whatever the reason, it is worked here
_BATCH = 200  # rows that are marked in one transaction
_OUT_MAX = 1_000  # jobs that are rung for and not claimed: more would only wait elsewhere
_HERE_MAX = 10  # jobs run here in one tick, before the bell is tried again

Pick = Select[UUID, str, str]

_READY = (
    select(Job.id, Job.kind, Job.queue)
    .where(col(Job.state) == JobState.WAITING, col(Job.run_at) <= bindparam("now"))
    .where(col(Job.kind).in_(KINDS))
    .order_by(*BY_URGENCY)
    .limit(bindparam("limit"))
)
_UNHEARD = (
    select(Job.id, Job.kind, Job.queue)
    .where(col(Job.state) == JobState.SENT, col(Job.sent_at) <= bindparam("before"))
    .where(col(Job.queue) == bindparam("queue"))
    .order_by(col(Job.sent_at), col(Job.id))
    .limit(bindparam("limit"))
)
_OUT = (
    select(Job.queue, func.count(), func.min(col(Job.sent_at)))
    .where(Job.state == JobState.SENT)
    .group_by(col(Job.queue))
)


@dataclass(frozen=True, slots=True)
class Ring:
    """One doorbell: which job, in which queue, and how long a worker may take over it."""

    job_id: UUID
    queue: Queue
    limit_seconds: float


class BellSilent(Unavailable):
    """The doorbell could not be rung within its bound."""

    code = "bell.silent"


class Bell(Protocol):
    """What wakes the workers. It knows ids and nothing else."""

    def ring(self, ring: Ring) -> None:
        """Wake a worker, within about a second. Raises `BellSilent`."""

    def count_of(self, queue: Queue) -> int:
        """Return how many rings of a queue nobody has heard yet. Raises `BellSilent`."""


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
            out = {queue: (count, since) for queue, count, since in session.exec(_OUT).all()}
        is_stalled = False
        for word, (count, since) in out.items():
            is_stalled |= since is not None and since <= now - STALLED
            if since is None or since > now - RING_AGAIN:
                continue
            # Rings that lie unheard are not lost: workers are busy. Only what is missing is rung.
            queue = Queue(word)
            missing = count - bell.count_of(queue)
            if missing > 0:
                values = {"before": now - RING_AGAIN, "queue": queue, "limit": missing}
                self._ring(bell, self._marked(_UNHEARD, values))
        left = _OUT_MAX - sum(count for count, _ in out.values())
        while left > 0:
            limit = min(left, _BATCH)
            rings = self._marked(_READY, {"now": now, "limit": limit})
            self._ring(bell, rings)
            left -= limit
            if len(rings) < limit:
                break
        return not is_stalled

    def _marked(self, pick: Pick, values: dict[str, object]) -> list[Ring]:
        """Mark the jobs that `pick` finds as rung for, and return the rings to make."""
        with self._office.reading() as session:  # most ticks find nothing, and write nothing
            if session.exec(pick, params={**values, "limit": 1}).first() is None:
                return []
        with self._office.writing() as session:
            # Race: two dispatchers pick at once. Each takes rows that the other has not locked.
            found = session.exec(pick.with_for_update(skip_locked=True), params=values).all()
            sent = {"state": JobState.SENT, "sent_at": self._office.now()}
            ids = [job_id for job_id, _, _ in found]
            if ids:
                changed(session, update(Job).where(col(Job.id).in_(ids)).values(sent))
        return [
            Ring(job_id, Queue(queue), limit_seconds_of(self._office, KINDS[kind]))
            for job_id, kind, queue in found
            if kind in KINDS
        ]

    def _ring(self, bell: Bell, rings: list[Ring]) -> None:
        for number, ring in enumerate(rings):
            try:
                bell.ring(ring)
            except BellSilent:
                self._unmark([each.job_id for each in rings[number:]])
                raise

    def _unmark(self, job_ids: list[UUID]) -> None:
        """Let jobs that could not be rung for wait as before. One ring may have come through."""
        with self._office.writing() as session:
            mine = (col(Job.id).in_(job_ids), col(Job.state) == JobState.SENT)
            changed(session, update(Job).where(*mine).values(state=JobState.WAITING))


def patiently(dispatcher: Dispatcher, *, limit: int = _HERE_MAX) -> Ran | None:
    """Tick, and take a silent database for a reason to look again later: `None`."""
    try:
        return dispatcher.tick(limit=limit)
    except BoxOfficeError as error:
        log.warning("jobs wait", extra={"why": error.case})
        return None
