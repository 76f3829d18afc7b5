"""Which plain function works which job."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import col

from boxoffice.db import WriteSession, changed
from boxoffice.errors import Busy, Misconfigured
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job, JobState

_LEASE_SECONDS_MAX = 3600
_LIMIT_MARGIN_SECONDS_MAX = 10.0

# A job that a claim still holds: `Claim.mark` fills it in. Made once, for every job runs them.
MINE = (
    col(Job.id) == bindparam("job_id"),
    col(Job.generation) == bindparam("claimed_as"),
    col(Job.state) == JobState.RUNNING,
)
_RENEW = update(Job).where(*MINE).values(lease_until=bindparam("until"))
_FINISH = (
    update(Job)
    .where(*MINE)
    .values(state=JobState.DONE, lease_until=None, finished_at=bindparam("now"), last_error=None)
)


class Overtaken(Busy):
    """Our lease ran out and another worker has the job: what we did here is dropped."""

    code = "job.overtaken"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish one job, as long as nobody has claimed it since."""

    office: BoxOffice
    job_id: UUID
    generation: int
    attempt: int  # from 1; from 2 on, look first whether the call was made before
    lease: timedelta

    def renew(self) -> None:
        """Take a whole lease again, just before a call that must not be made twice.

        Raises:
            Overtaken: another worker has claimed the job meanwhile.
        """
        with self.office.writing() as session:
            # Race: we were slow, and another worker believes us dead. It has the newer generation.
            until = self.office.now() + self.lease
            if not changed(session, _RENEW, self.mark | {"until": until}):
                raise Overtaken("another worker has this job now.")

    @contextmanager
    def finishing(self) -> Iterator[WriteSession]:
        """Open the transaction in which the job's effects and its end are kept together.

        Raises:
            Overtaken: another worker has claimed the job meanwhile.
        """
        with self.office.writing() as session:
            # Race: a worker that was thought dead comes back. Its generation is an old one.
            if not changed(session, _FINISH, self.mark | {"now": self.office.now()}):
                raise Overtaken("another worker has this job now.")
            yield session

    @property
    def mark(self) -> dict[str, Any]:
        """What `MINE` looks for."""
        return {"job_id": self.job_id, "claimed_as": self.generation}


def lease_of(office: BoxOffice, kind: type[Promise]) -> timedelta:
    """Return how long a claim of this kind lasts: its own time, or less where the settings say so.

    Raises:
        Misconfigured: BOXOFFICE_JOB_LEASE_SECONDS is not a number of seconds.
    """
    text = office.settings.get("job_lease_seconds")
    if text is None:
        return timedelta(seconds=kind.lease_seconds)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LEASE_SECONDS_MAX:
        raise Misconfigured(
            "BOXOFFICE_JOB_LEASE_SECONDS is not a number of seconds.",
            hint=f"write a whole number from 1 to {_LEASE_SECONDS_MAX}, or unset it",
        )
    return timedelta(seconds=min(kind.lease_seconds, int(text)))


def limit_seconds_of(office: BoxOffice, kind: type[Promise]) -> float:
    """Return after how many seconds a worker's process is killed over a job of this kind.

    It is less than the lease, so that nobody claims a job while its first worker still runs.

    Raises:
        Misconfigured: BOXOFFICE_JOB_LEASE_SECONDS is not a number of seconds.
    """
    lease = lease_of(office, kind).total_seconds()
    return lease - min(_LIMIT_MARGIN_SECONDS_MAX, lease / 4)


Handler = Callable[[BoxOffice, Any, Claim], None]
J = TypeVar("J", bound=Promise)

HANDLERS: dict[str, Handler] = {}


def works(job: type[J]) -> Callable[[Callable[[BoxOffice, J, Claim], None]], Handler]:
    """Say that a function works jobs of this kind. It must be safe to run twice."""

    def register(handler: Callable[[BoxOffice, J, Claim], None]) -> Handler:
        assert job.kind not in HANDLERS, f"{job.kind} has two handlers"
        HANDLERS[job.kind] = handler
        return handler

    return register
