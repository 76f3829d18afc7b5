"""Questions about jobs: answered as plain values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job, JobState


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as one line of a list."""

    id: UUID
    kind: str
    state: JobState
    attempts: int
    run_at: datetime
    last_error: str | None


def last_error_of(session: ReadSession, job: Promise) -> str:
    """Return why a promised job has not ended well so far, or nothing."""
    found = session.exec(select(Job.last_error).where(Job.dedupe_key == job.dedupe_key)).first()
    return found or ""


def list_jobs(session: ReadSession, state: JobState | None, *, limit: int) -> list[JobView]:
    """Return jobs, the newest first; in one state when it is named."""
    statement = select(Job).order_by(col(Job.created_at).desc(), col(Job.id).desc()).limit(limit)
    if state is not None:
        statement = statement.where(Job.state == state)
    return [
        JobView(job.id, job.kind, job.state, job.attempts, job.run_at, job.last_error)
        for job in session.exec(statement).all()
    ]
