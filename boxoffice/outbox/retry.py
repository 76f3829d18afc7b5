"""Try a job again that had ended badly, or that waits for later."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.errors import NotFound, WrongState
from boxoffice.outbox.models import Job, JobState
from boxoffice.staff.rules import Actor, Permission

_CAN_BE_RETRIED = (JobState.WAITING, JobState.FAILED, JobState.DEAD)


def retry(session: WriteSession, actor: Actor, job_id: UUID, *, now: datetime) -> None:
    """Make a job due now, with all of its attempts before it.

    Raises:
        Forbidden: the actor may not run jobs.
        NotFound: there is no such job.
        WrongState: it runs now, or is done.
    """
    actor.must(Permission.RUN_JOBS)
    # Race: a worker may have it in hand; then it is left alone.
    ready = changed(
        session,
        update(Job)
        .where(col(Job.id) == job_id, col(Job.state).in_(_CAN_BE_RETRIED))
        .values(state=JobState.WAITING, run_at=now, attempts=0, finished_at=None),
    )
    if not ready:
        job = session.get(Job, job_id)
        if job is None:
            raise NotFound("job", str(job_id), hint="see them: boxoffice job list")
        raise WrongState(f"job {job_id} is {job.state}.")
    record(session, actor, "job.retry", "job", job_id, now=now)
