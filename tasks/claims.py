"""Claim jobs, several in one transaction, and give back those that were not begun."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, update
from sqlmodel import col

from boxoffice.db import changed
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import KINDS, Promise
from boxoffice.outbox.models import Job, JobState
from tasks.registry import MINE, Claim, lease_of

_READY = (
    select(col(Job.id), col(Job.kind), col(Job.args), col(Job.generation), col(Job.attempts))
    .where(
        col(Job.id).in_(bindparam("job_ids", expanding=True)),
        # What was rung for was due by the dispatcher's clock: ours may be a breath behind.
        or_(
            col(Job.state) == JobState.SENT,
            and_(col(Job.state) == JobState.WAITING, col(Job.run_at) <= bindparam("now")),
        ),
        col(Job.kind).in_(KINDS),  # a newer program may have promised what we do not know
    )
    # Race: two workers, one job. One of them locks the row; the other then finds it claimed. In
    # the order of ids, two who want the same jobs do not wait for each other.
    .order_by(col(Job.id))
    .with_for_update()
)
_CLAIM = (
    update(Job)
    .where(col(Job.id) == bindparam("job_id"))
    .values(
        state=JobState.RUNNING,
        attempts=Job.attempts + 1,
        generation=Job.generation + 1,
        lease_until=bindparam("until"),
    )
)
_GIVE_BACK = (
    update(Job)
    .where(*MINE)
    .values(state=JobState.WAITING, attempts=Job.attempts - 1, lease_until=None)
)

Claimed = tuple[Promise, Claim]


def claim(office: BoxOffice, job_ids: Sequence[UUID]) -> list[Claimed]:
    """Claim those of these jobs that are ready, in the order they are named.

    Each claim counts an attempt and takes the lease of its kind.
    """
    now = office.now()
    claimed: dict[UUID, Claimed] = {}
    with office.writing() as session:
        for row in session.connection().execute(_READY, {"job_ids": job_ids, "now": now}).all():
            kind = KINDS[row.kind]
            made = Claim(
                office, row.id, row.generation + 1, row.attempts + 1, lease_of(office, kind)
            )
            claimed[row.id] = kind.from_args(row.args), made
        if claimed:
            leases = [
                {"job_id": job_id, "until": now + made.lease}
                for job_id, (_, made) in claimed.items()
            ]
            changed(session, _CLAIM, leases)
    return [claimed[job_id] for job_id in job_ids if job_id in claimed]


def give_back(office: BoxOffice, claims: Sequence[Claim]) -> None:
    """Let jobs that were claimed and not begun wait as before: the attempt does not count."""
    if claims:
        with office.writing() as session:
            # Race: a lease ran out meanwhile, and another worker has the job: it keeps it.
            changed(session, _GIVE_BACK, [each.mark for each in claims])
