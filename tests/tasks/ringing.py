"""A bell for tests: it remembers who was rung for, and can be out of order."""

from uuid import UUID

from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Part, Queue
from boxoffice.outbox.pulse import beat
from tasks.dispatch import BellSilent, Ring


class Rung:
    """Keeps every ring, and is out of order after `works_for` of them."""

    def __init__(self) -> None:
        self.rings: list[Ring] = []
        self.lying: list[Ring] = []
        self.works_for = 1_000_000

    def ring(self, ring: Ring) -> None:
        """Ring, or be silent."""
        if len(self.rings) >= self.works_for:
            raise BellSilent("nobody answers.")
        self.rings.append(ring)
        self.lying.append(ring)

    def unheard(self, queue: Queue) -> set[UUID]:
        """Return the jobs whose rings nobody has heard."""
        return {job_id for ring in self.lying if ring.queue is queue for job_id in ring.job_ids}


def has_worker(office: BoxOffice) -> None:
    """Let a worker say that it lives."""
    with office.writing() as session:
        beat(session, "worker@here:1", Part.WORKER, now=office.now())
