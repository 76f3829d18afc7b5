"""Say that this process lives, now and then."""

import os
import socket
import time

from boxoffice.errors import BoxOfficeError
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Part
from boxoffice.outbox.pulse import BEAT_SECONDS, beat, leave


class Pulse:
    """The heartbeat of one process. It never stops the work it tells of."""

    def __init__(self, office: BoxOffice, part: Part) -> None:
        """Name the process: its part, machine and number."""
        self._office = office
        self._part = part
        self._name = f"{part}@{socket.gethostname()[:80]}:{os.getpid()}"
        self._next = -1.0

    def beat(self, note: str = "") -> None:
        """Say so, unless it was said within the last seconds."""
        here = time.monotonic()
        if here < self._next:
            return
        self._next = here + BEAT_SECONDS
        try:
            with self._office.writing() as session:
                beat(session, self._name, self._part, now=self._office.now(), note=note)
        except BoxOfficeError as error:
            log.warning("no heartbeat", extra={"why": error.case})

    def stop(self) -> None:
        """Say that the process ends as it should."""
        try:
            with self._office.writing() as session:
                leave(session, self._name)
        except BoxOfficeError as error:
            log.warning("no heartbeat", extra={"why": error.case})
