"""Promise work inside a transaction: if the transaction is kept, so is the promise."""

from datetime import datetime

from boxoffice.db import WriteSession, insert_values_once
from boxoffice.ids import new_id
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job, JobState


def promise(
    session: WriteSession, job: Promise, *, now: datetime, run_at: datetime | None = None
) -> bool:
    """Promise `job`, not before `run_at`; return whether it was promised for the first time."""
    row = {
        "id": new_id(),
        "kind": job.kind,
        "args": job.args,
        "dedupe_key": job.dedupe_key,
        "queue": job.queue,
        "state": JobState.WAITING,
        "run_at": run_at or now,
        "attempts": 0,
        "attempts_max": job.attempts_max,
        "generation": 0,
        "lease_until": None,
        "sent_at": None,
        "last_error": None,
        "created_at": now,
        "finished_at": None,
    }
    return insert_values_once(session, Job, row)
