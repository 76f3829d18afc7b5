"""How often one address may try a secret here: a bucket of tokens for each, in this process.

It keeps a flood off the database and the hashing; what guards a name is counted in the database
(boxoffice/staff/tries.py), and holds however many addresses and processes there are.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from boxoffice.errors import TooManyTries

_ADDRESSES_MAX = 10_000  # remembered at once; the one that was silent longest is forgotten


@dataclass
class Buckets:
    """A bucket for each key: it holds `burst` tokens and gets one back every `seconds`."""

    burst: int = 20
    seconds: float = 3.0
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: str) -> None:
        """Take a token.

        Raises:
            TooManyTries: the bucket is empty.
        """
        now = self.clock()
        left, at = self._left.pop(key, (float(self.burst), now))
        left = min(float(self.burst), left + (now - at) / self.seconds)
        if left < 1:
            self._left[key] = (left, now)
            raise TooManyTries((1 - left) * self.seconds)
        self._left[key] = (left - 1, now)
        while len(self._left) > _ADDRESSES_MAX:
            self._left.popitem(last=False)


def limit(request: Request) -> None:
    """Count a try by where it comes from. Every route that takes a secret calls this first.

    Behind a proxy on this machine the address is the one that it passes on.

    Raises:
        TooManyTries: too many came from there.
    """
    buckets: Buckets = request.app.state.buckets
    buckets.take(request.client.host if request.client is not None else "")
