"""Run jobs beside a server, in one thread of its process: the embedded size needs no worker."""

import threading
from types import TracebackType
from typing import Self

from boxoffice.log import log_failure
from boxoffice.office import BoxOffice
from tasks.dispatch import TICK_SECONDS, Dispatcher, patiently
from tasks.relay import Ran


class Background:
    """A thread that runs due jobs, at once when woken and every second otherwise."""

    def __init__(self, office: BoxOffice) -> None:
        """Get ready; the thread starts with the block."""
        self._dispatcher = Dispatcher(office)
        self._woken = threading.Event()
        self._is_over = False
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
        self._is_over = True
        self._woken.set()
        self._thread.join()

    def wake(self) -> None:
        """Look for due jobs now. Never blocks."""
        self._woken.set()

    def _work(self) -> None:
        while not self._is_over:
            self._woken.clear()
            try:
                ran = patiently(self._dispatcher, limit=1)
            except Exception as error:  # noqa: BLE001  (letters go on coming: so must their reader)
                log_failure(error)
                ran = None
            if ran is None or ran == Ran():
                self._woken.wait(TICK_SECONDS)
