"""Run promised jobs: rescue what was dropped, claim what is due, run it, write down how it went.

The row is the job. A claim counts an attempt and takes a lease; whoever dies with it is followed
by another worker once the lease is over.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Update, bindparam, case, update
from sqlmodel import col, select

import tasks.audit
import tasks.campaigns
import tasks.cancelled
import tasks.exports
import tasks.money_mail
import tasks.orders
import tasks.payments
import tasks.reconciling
import tasks.refunds
import tasks.staff
import tasks.tickets  # noqa: F401  (importing the handlers registers them)
from boxoffice.db import changed
from boxoffice.errors import BoxOfficeError, Misconfigured, Unavailable
from boxoffice.log import log, log_failure
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import KINDS, Promise
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.text import shown
from tasks.claims import claim, give_back
from tasks.registry import HANDLERS, MINE, Claim, Overtaken

_READY = (JobState.WAITING, JobState.SENT)
_WAIT_FIRST_SECONDS = 5.0
_WAIT_MAX_SECONDS = 6 * 3600.0
_BUG_ATTEMPTS_MAX = 5  # a mistake of ours does not get better by itself
_ERROR_MAX = 300  # characters of an error that are kept
_AWAIT_SECONDS_MAX = 15.0  # no command takes longer
_LOOK_SECONDS = 0.05
_RING_SECONDS_MAX = 1.0  # after it, no further job of a ring begins

BY_URGENCY = (
    case({queue: turn for turn, queue in enumerate(Queue)}, value=col(Job.queue)),
    col(Job.run_at),
    col(Job.id),
)

# Made once: every job runs them. A newer program may have promised kinds that we do not know.
_DUE = (
    select(Job.id)
    .where(col(Job.state).in_(_READY), col(Job.run_at) <= bindparam("now"))
    .where(col(Job.kind).in_(KINDS))
    .order_by(*BY_URGENCY)
    .limit(bindparam("limit"))
)
_RAN_OUT = (col(Job.state) == JobState.RUNNING, col(Job.lease_until) < bindparam("now"))
_ANY_RAN_OUT = select(Job.id).where(*_RAN_OUT).limit(1)
_IS_SPENT = col(Job.attempts) >= col(Job.attempts_max)
_RESCUE = (
    update(Job)
    .where(*_RAN_OUT)
    .values(
        state=case((_IS_SPENT, JobState.DEAD), else_=JobState.WAITING),
        finished_at=case((_IS_SPENT, bindparam("now")), else_=None),
        lease_until=None,
        last_error="its worker died",
    )
)
_PUT_OFF = (
    update(Job)
    .where(*MINE)
    .values(
        state=JobState.WAITING,
        lease_until=None,
        last_error=bindparam("why"),
        run_at=bindparam("later"),
    )
)
_END = (
    update(Job)
    .where(*MINE)
    .values(
        state=bindparam("ended"),
        lease_until=None,
        last_error=bindparam("why"),
        finished_at=bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class Ran:
    """How many jobs ran, and how many of them did not end well."""

    done_count: int = 0
    trouble_count: int = 0

    def __add__(self, other: "Ran") -> "Ran":
        """Add two counts."""
        return Ran(self.done_count + other.done_count, self.trouble_count + other.trouble_count)


def run_due(
    office: BoxOffice, *, limit: int, on_each: Callable[[Ran], None] = lambda _: None
) -> Ran:
    """Run at most `limit` jobs that are due, the most urgent first, one by one."""
    rescue(office)
    ran = Ran()
    for job_id in _due(office, limit):
        state = run_one(office, job_id)
        if state is not None:
            ran += Ran(1, 0) if state is JobState.DONE else Ran(0, 1)
            on_each(ran)
    return ran


def run_until_empty(office: BoxOffice, *, on_each: Callable[[Ran], None] = lambda _: None) -> Ran:
    """Run jobs until none is due. A job that is put off until later is not waited for."""
    total = Ran()
    while True:
        ran = run_due(office, limit=100, on_each=on_each)
        total += ran
        if ran == Ran():
            return total


def run_promised(office: BoxOffice, job: Promise) -> JobState | None:
    """Run one job that was just promised, and return how it ended; `None` if another has it."""
    with office.reading() as session:
        job_id = session.exec(select(Job.id).where(Job.dedupe_key == job.dedupe_key)).first()
    return None if job_id is None else run_one(office, job_id)


def run_awaited(
    office: BoxOffice, job: Promise, *, seconds_max: float = _AWAIT_SECONDS_MAX
) -> JobState | None:
    """Have a job that was just promised done, here or by whoever has it; return its state.

    `None` when nobody promised it. After `seconds_max` it is what it is: its worker goes on.
    """
    until = time.monotonic() + seconds_max
    while True:
        # Race: a worker heard of the job before us, and has it. Its end is as good as ours.
        ended = run_promised(office, job)
        with office.reading() as session:
            state = session.exec(select(Job.state).where(Job.dedupe_key == job.dedupe_key)).first()
        if ended is not None or state is not JobState.RUNNING or time.monotonic() > until:
            return None if state is None else JobState(state)
        time.sleep(_LOOK_SECONDS)


def run_one(office: BoxOffice, job_id: UUID) -> JobState | None:
    """Claim and run one job; return the state it is left in, or `None` when it was not ready."""
    for job, held in claim(office, [job_id]):
        return _run(office, job, held)
    return None


def run_rung(
    office: BoxOffice, job_ids: Sequence[UUID], *, seconds_max: float = _RING_SECONDS_MAX
) -> None:
    """Run the jobs of one ring, one by one. Those that do not begin in time are given back.

    So a ring of slow jobs neither keeps a more urgent one waiting nor outlives its leases.
    """
    over_at = time.monotonic() + seconds_max
    claimed = claim(office, job_ids)
    for turn, (job, held) in enumerate(claimed):
        if turn and time.monotonic() >= over_at:
            give_back(office, [each for _, each in claimed[turn:]])
            return
        _run(office, job, held)


def rescue(office: BoxOffice) -> int:
    """Free the jobs whose lease ran out: their worker died. Return how many there were."""
    now = office.now()
    with office.reading() as session:
        if session.exec(_ANY_RAN_OUT, params={"now": now}).first() is None:
            return 0
    with office.writing() as session:
        return changed(session, _RESCUE, {"now": now})


def _due(office: BoxOffice, limit: int) -> list[UUID]:
    with office.reading() as session:
        return list(session.exec(_DUE, params={"now": office.now(), "limit": limit}).all())


def _run(office: BoxOffice, job: Promise, held: Claim) -> JobState | None:
    try:
        HANDLERS[job.kind](office, job, held)
    except Overtaken:
        return None
    except (Unavailable, Misconfigured) as error:
        wait = error.retry_seconds if isinstance(error, Unavailable) else None
        return _put_off(office, held, job.attempts_max, error.message, wait)
    except BoxOfficeError as error:
        if error.retryable:
            return _put_off(office, held, job.attempts_max, error.message, None)
        return _end(office, held, JobState.FAILED, error.message)
    except Exception as error:  # noqa: BLE001  (a mistake in one job must not stop the others)
        ref = log_failure(error)
        return _put_off(office, held, _BUG_ATTEMPTS_MAX, f"unexpected failure {ref}", None)
    facts = {"job_id": held.job_id, "kind": job.kind, "attempt": held.attempt}
    log.info("job done", extra=facts)
    return JobState.DONE


def _put_off(
    office: BoxOffice, held: Claim, attempts_max: int, why: str, wait_seconds: float | None
) -> JobState:
    if held.attempt >= attempts_max:
        return _end(office, held, JobState.DEAD, why)
    wait = min(_WAIT_MAX_SECONDS, _WAIT_FIRST_SECONDS * 2 ** (held.attempt - 1))
    wait = max(wait * random.uniform(0.8, 1.2), wait_seconds or 0)  # noqa: S311  (spreads, hides nothing)
    _leave(office, held, _PUT_OFF, why, later=office.now() + timedelta(seconds=wait))
    log.warning("job put off", extra={"job_id": held.job_id, "attempt": held.attempt})
    return JobState.WAITING


def _end(office: BoxOffice, held: Claim, state: JobState, why: str) -> JobState:
    _leave(office, held, _END, why, ended=state, now=office.now())
    log.error("job ended badly", extra={"job_id": held.job_id, "state": state})
    return state


def _leave(office: BoxOffice, held: Claim, how: Update, why: str, **values: object) -> None:
    # Race: another worker was faster and has the job. Then what we say of it is dropped.
    with office.writing() as session:
        said = {"why": shown(why, length_max=_ERROR_MAX)}
        changed(session, how, {**held.mark, **said, **values})
