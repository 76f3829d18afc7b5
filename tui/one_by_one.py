"""Questions that are asked one after the other, off the event loop, in the order they came."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from boxoffice.errors import BoxOfficeError, Unavailable
from boxoffice.log import log

Failed = Callable[[BoxOfficeError], None]


class OneByOne:
    """One worker with one thread. An answer, or what went wrong, is told on the event loop."""

    def __init__(self, name: str) -> None:
        self._waiting: asyncio.Queue[tuple[Callable[[], Any], Callable[[Any], None], Failed]]
        self._waiting = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._asked_count = 0

    def ask(
        self, question: Callable[[], Any], answered: Callable[[Any], None], failed: Failed
    ) -> None:
        """Ask when all that was asked before is answered."""
        self._asked_count += 1
        self._waiting.put_nowait((question, answered, failed))

    @property
    def is_idle(self) -> bool:
        """Whether everything is answered."""
        return self._asked_count == 0

    async def run(self) -> None:
        """Ask for ever."""
        loop = asyncio.get_running_loop()
        while True:
            question, answered, failed = await self._waiting.get()
            try:
                answer = await loop.run_in_executor(self._thread, question)
            except BoxOfficeError as error:
                self._asked_count -= 1
                failed(error)
            except Exception as error:  # noqa: BLE001  (the door goes on, whatever breaks)
                self._asked_count -= 1
                failed(_fault(error))
            else:
                self._asked_count -= 1
                answered(answer)

    def close(self) -> None:
        """Forget what was not asked yet; what is being asked is finished."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _fault(error: Exception) -> Unavailable:
    """Make a fault of our own a refusal, with a reference into the log."""
    ref = secrets.token_hex(3)
    log.error("the desk could not tell", exc_info=error, extra={"ref": ref})
    return Unavailable(f"we could not tell (ref {ref}).", hint="scan again")
