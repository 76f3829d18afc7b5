"""Promise work inside a transaction: if the transaction is kept, so is the promise."""

from datetime import datetime

from boxoffice.db import WriteSession, insert_once
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job


def promise(
    session: WriteSession, job: Promise, *, now: datetime, run_at: datetime | None = None
) -> bool:
    """Promise `job`, not before `run_at`; return whether it was promised for the first time."""
    return insert_once(
        session,
        Job(
            kind=job.kind,
            args=job.args,
            dedupe_key=job.dedupe_key,
            queue=job.queue,
            run_at=run_at or now,
            attempts_max=job.attempts_max,
            created_at=now,
        ),
    )
