"""Promise work inside a transaction: if the transaction is kept, so is the promise."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from boxoffice.db import WriteSession
from boxoffice.ids import new_id
from boxoffice.inserts import insert_all_once, insert_values_once
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job, JobState


def promise(
    session: WriteSession, job: Promise, *, now: datetime, run_at: datetime | None = None
) -> bool:
    """Promise `job`, not before `run_at`; return whether it was promised for the first time."""
    return insert_values_once(session, Job, _row(job, now, run_at or now))


def promise_all(session: WriteSession, jobs: Sequence[Promise], *, now: datetime) -> int:
    """Promise `jobs`, each as `promise` does; return how many were for the first time."""
    return insert_all_once(session, Job, [_row(job, now, now) for job in jobs])


def _row(job: Promise, now: datetime, run_at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": job.kind,
        "args": job.args,
        "dedupe_key": job.dedupe_key,
        "queue": job.queue,
        "state": JobState.WAITING,
        "run_at": run_at,
        "attempts": 0,
        "attempts_max": job.attempts_max,
        "generation": 0,
        "lease_until": None,
        "sent_at": None,
        "last_error": None,
        "created_at": now,
        "finished_at": None,
    }
