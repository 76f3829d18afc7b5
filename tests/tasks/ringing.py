"""A bell for tests: it remembers who was rung for, and can be out of order."""

from collections import Counter

from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Part, Queue
from boxoffice.outbox.pulse import beat
from tasks.dispatch import BellSilent, Ring


class Rung:
    """Keeps every ring, and is out of order after `works_for` of them."""

    def __init__(self) -> None:
        self.rings: list[Ring] = []
        self.unheard: Counter[Queue] = Counter()
        self.works_for = 1_000_000

    def ring(self, ring: Ring) -> None:
        """Ring, or be silent."""
        if len(self.rings) >= self.works_for:
            raise BellSilent("nobody answers.")
        self.rings.append(ring)
        self.unheard[ring.queue] += 1

    def count_of(self, queue: Queue) -> int:
        """Count the rings that nobody has heard."""
        return self.unheard[queue]


def has_worker(office: BoxOffice) -> None:
    """Let a worker say that it lives."""
    with office.writing() as session:
        beat(session, "worker@here:1", Part.WORKER, now=office.now())
