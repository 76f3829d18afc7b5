"""A limit on how often somebody may be wrong: a bucket of tries that fills up again with time."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from boxoffice.errors import Busy

_CALLERS_MAX = 10_000  # addresses that are remembered; the longest unseen one is forgotten


class Limit:
    """So many tries at once for each address, and one more every `seconds`."""

    def __init__(self, tries: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """Begin with every bucket full."""
        self._tries, self._seconds, self._clock = tries, seconds, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str) -> None:
        """Take one try.

        Raises:
            Busy: there is none left.
        """
        # Race: two threads, one bucket.
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(address, (float(self._tries), now))
            left = min(float(self._tries), left + (now - since) / self._seconds)
            self._left[address] = (left - 1 if left >= 1 else left), now
            if len(self._left) > _CALLERS_MAX:
                self._left.popitem(last=False)
        if left < 1:
            raise Busy("too many tries.", hint="wait a minute", code="listener.too_many")
