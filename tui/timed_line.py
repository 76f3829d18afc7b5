"""Questions over a line that may be slow or cut: an answer in time, or none."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import TypeVar

from boxoffice.errors import BadValue, Forbidden, LineSilent

T = TypeVar("T")

BUDGET_SECONDS = 0.3  # a guest waits no longer for the line
ACT_SECONDS_MAX = 10.0  # for what only the box office can do: a person waits, and is told
REST_SECONDS = 2.0  # after a silence the line is not tried for so long


class TimedLine:
    """One worker that asks, one question after the other. Nobody waits for it beyond the budget."""

    def __init__(self, budget_seconds: float, rest_seconds: float) -> None:
        self._budget_seconds, self._rest_seconds = budget_seconds, rest_seconds
        self._rests_until = 0.0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="desk-line")
        self.trouble = ""  # why the line is not used, when a person must mend it

    def in_time(self, ask: Callable[[], T]) -> T | None:
        """Return what the line answers within the budget, or `None`."""
        if self.rests:
            return None
        asked: Future[T] = self._worker.submit(ask)
        try:
            answer = asked.result(self._budget_seconds)
        except TooLate:
            asked.cancel()
            self._rest()
            return None
        except (LineSilent, Forbidden, BadValue) as error:
            # A desk that was revoked goes on alone until somebody looks: the guests are there.
            self.trouble = "" if isinstance(error, LineSilent) else error.message
            self._rest()
            return None
        self.trouble = ""
        return answer

    def at_the_office(self, ask: Callable[[], T]) -> T:
        """Return what only the box office can tell. A person waits for it, and is told.

        Raises:
            LineSilent: there is no line, or it is too slow; what was asked may have happened.
            Forbidden: neither the desk nor who approves may do it.
            Refused: the rules say no.
        """
        if self._rests_until == float("inf"):
            raise _no_line()
        asked: Future[T] = self._worker.submit(ask)
        try:
            return asked.result(ACT_SECONDS_MAX)
        except TooLate as error:
            asked.cancel()
            self._rest()
            raise _no_line() from error
        except LineSilent as error:
            self._rest()
            raise _no_line() from error

    @property
    def rests(self) -> bool:
        """Whether the line is left alone for now."""
        return time.monotonic() < self._rests_until

    def stay_away(self) -> None:
        """Leave the line alone from now on."""
        self._rests_until = float("inf")

    def close(self) -> None:
        """Ask nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _rest(self) -> None:
        self._rests_until = max(self._rests_until, time.monotonic() + self._rest_seconds)


def _no_line() -> LineSilent:
    return LineSilent(
        "this needs the box office, and there is no line.",
        hint="try again when the desk is online",
    )
