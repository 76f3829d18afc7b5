"""Run jobs beside a server, in one thread of its process: the embedded size needs no worker."""

import threading
import time
from types import TracebackType
from typing import Self

from boxoffice.log import log_failure
from boxoffice.office import BoxOffice
from tasks.dispatch import TICK_SECONDS, Dispatcher, patiently
from tasks.relay import Ran

_LETTERS_FIRST = 4  # while letters come, so many times as long as a job took is left to them


class Background:
    """A thread that runs due jobs, at once when woken and every second otherwise."""

    def __init__(self, office: BoxOffice) -> None:
        """Get ready; the thread starts with the block."""
        self._dispatcher = Dispatcher(office)
        self._woken = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the job in hand, and stop."""
        self._over.set()
        self._woken.set()
        self._thread.join()

    def wake(self) -> None:
        """Look for due jobs now. Never blocks."""
        self._woken.set()

    def _work(self) -> None:
        while not self._over.is_set():
            self._woken.clear()
            began = time.monotonic()
            try:
                ran = patiently(self._dispatcher, limit=1)
            except Exception as error:  # noqa: BLE001  (letters go on coming: so must their reader)
                log_failure(error)
                ran = None
            if ran is None or ran == Ran():
                self._woken.wait(TICK_SECONDS)
            elif self._woken.is_set():
                # Letters came meanwhile: their sender waits for an answer, and their reader can.
                took = time.monotonic() - began
                self._over.wait(min(took * _LETTERS_FIRST, TICK_SECONDS))
