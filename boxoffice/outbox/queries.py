"""Questions about jobs: answered as plain values."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.people import masked_words


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands."""

    id: UUID
    kind: str
    queue: Queue
    state: JobState
    attempts: int
    attempts_max: int
    run_at: datetime
    created_at: datetime
    sent_at: datetime | None
    lease_until: datetime | None
    finished_at: datetime | None
    last_error: str | None
    args: dict[str, Any]

    @classmethod
    def of(cls, job: Job) -> "JobView":
        """Take what is told of a row."""
        return cls(**{field.name: getattr(job, field.name) for field in fields(cls)})


def last_error_of(session: ReadSession, job: Promise) -> str:
    """Return why a promised job has not ended well so far, or nothing."""
    found = session.exec(select(Job.last_error).where(Job.dedupe_key == job.dedupe_key)).first()
    return found or ""


def list_jobs(session: ReadSession, state: JobState | None, *, limit: int) -> list[JobView]:
    """Return jobs, the newest first; in one state when it is named.

    In their errors, addresses and documents are masked: a list is no place for them.
    """
    statement = select(Job).order_by(col(Job.created_at).desc(), col(Job.id).desc()).limit(limit)
    if state is not None:
        statement = statement.where(Job.state == state)
    views = [JobView.of(job) for job in session.exec(statement).all()]
    return [
        replace(view, last_error=view.last_error and masked_words(view.last_error))
        for view in views
    ]


def job_view(session: ReadSession, job_id: UUID) -> JobView:
    """Return one job.

    Raises:
        NotFound: there is no such job.
    """
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job", str(job_id), hint="see them: boxoffice job list")
    return JobView.of(job)
