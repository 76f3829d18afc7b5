"""A breaker: after a failure nobody knocks for a while."""

import time
from collections.abc import Callable

OPEN_SECONDS = 10.0


class Breaker:
    """Closed: knock. Open: do not, until the time is over; then one knock decides."""

    def __init__(
        self, open_seconds: float = OPEN_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin closed."""
        self._open_seconds = open_seconds
        self._monotonic = monotonic
        self._open_until = -1.0

    @property
    def is_open(self) -> bool:
        """Whether nobody should knock now."""
        return self._monotonic() < self._open_until

    def trip(self) -> None:
        """Open: a knock was not answered."""
        self._open_until = self._monotonic() + self._open_seconds
