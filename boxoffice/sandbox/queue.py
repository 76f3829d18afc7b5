"""The queue of one webhook: its letters, sent one after the other, at least once."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from boxoffice.sandbox.faults import FaultBoard
from boxoffice.sandbox.wire import Row

# Seconds before each attempt. After the last one the queue is paused until somebody resumes it.
RETRY_SECONDS = (0, 30, 60, 210, 300, 900, 1500, *[3600] * 5, *[7200] * 2, 10_800)
TIMEOUT_SECONDS = 10.0
_REORDER_SECONDS = 0.2  # letters written within this time of each other change places


@dataclass(slots=True)
class Letter:
    """One letter, its body frozen when it was written."""

    event_id: str
    event: str
    body: str
    due_at: float = 0.0  # of the monotonic clock
    failed_count: int = field(default=0)


class Delivery(NamedTuple):
    """One attempt: what was answered, 0 when nothing was."""

    event_id: str
    event: str
    status_code: int


class Queue:
    """The letters to one webhook, whose row says where, with which token, and how.

    `SEQUENTIALLY`, a refused letter holds up all behind it; `NON_SEQUENTIALLY`, it goes last.
    """

    def __init__(
        self,
        hook: Row,
        board: FaultBoard,
        changed: threading.Condition,
        *,
        retry_scale: float,
        on_attempt: Callable[[Delivery], None],
        on_delivered: Callable[[Letter], None],
    ) -> None:
        self.hook = hook
        self._board = board
        # Race: the app writes letters, one thread sends them, tests wait for them.
        self._changed = changed
        self._retry_scale = retry_scale
        self._on_attempt = on_attempt
        self._on_delivered = on_delivered
        self._written: deque[Letter] = deque()
        self._ready: deque[Letter] = deque()
        self._is_sending = False
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @property
    def waiting_count(self) -> int:
        """How many letters are not delivered yet."""
        with self._changed:
            return len(self._written) + len(self._ready) + self._is_sending

    def add(self, letter: Letter) -> None:
        """Send a letter when its turn comes."""
        with self._changed:
            self._written.append(letter)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def resume(self) -> None:
        """Send again after the queue was paused."""
        with self._changed:
            self.hook["interrupted"] = False
            self._changed.notify_all()

    def skip_wait(self) -> None:
        """Try at once what waits because it failed."""
        with self._changed:
            for letter in self._ready:
                letter.due_at = 0.0
            self._changed.notify_all()

    def close(self) -> None:
        """Stop sending; `join` waits for the letter on its way."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait until nothing is on its way."""
        if self._thread is not None:
            self._thread.join(TIMEOUT_SECONDS + 1)

    def _work(self) -> None:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            while (letter := self._next()) is not None:
                is_taken = self._post(client, letter) == httpx.codes.OK
                for _ in range(self._repeat_count() if is_taken else 0):
                    self._post(client, letter)
                with self._changed:
                    self._is_sending = False
                    if is_taken:
                        self.hook["penalizedRequestsCount"] = 0
                        self._on_delivered(letter)
                    else:
                        self._put_off(letter)
                    self._changed.notify_all()

    def _next(self) -> Letter | None:
        """Wait for a letter to send; `None` when the office has closed."""
        with self._changed:
            while not self._is_closed:
                if self.hook["interrupted"] or not self._is_filled():
                    self._changed.wait()
                    continue
                first = self._ready[0]
                if self.hook["sendType"] != "SEQUENTIALLY":
                    first = min(self._ready, key=lambda letter: letter.due_at)
                seconds = first.due_at - time.monotonic()
                if seconds <= 0:
                    self._ready.remove(first)
                    self._is_sending = True
                    return first
                self._changed.wait(seconds)
            return None

    def _is_filled(self) -> bool:
        """Whether there is a letter to send, now or after its wait."""
        is_sequential = self.hook["sendType"] == "SEQUENTIALLY"
        if self._written and not (self._ready and is_sequential):
            if self._board.now.letters_reordered:
                # One more that is written just now goes first.
                while self._changed.wait(_REORDER_SECONDS) and not self._is_closed:
                    continue
                self._written.reverse()
            self._ready.extend(self._written)
            self._written.clear()
        return bool(self._ready)

    def _put_off(self, letter: Letter) -> None:
        """Have a letter that was not taken wait, or pause the queue after the last attempt."""
        letter.failed_count += 1
        self.hook["penalizedRequestsCount"] += 1
        if letter.failed_count == len(RETRY_SECONDS):
            self.hook["interrupted"] = True
            letter.failed_count = 0
        wait = RETRY_SECONDS[letter.failed_count] * self._retry_scale
        letter.due_at = time.monotonic() + wait
        self._ready.appendleft(letter)

    def _repeat_count(self) -> int:
        return self._board.now.letters_duplicated - 1 + self._board.take("letters_repeated")

    def _post(self, client: httpx.Client, letter: Letter) -> int:
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        if self.hook["authToken"]:
            headers["asaas-access-token"] = self.hook["authToken"]
        try:
            answer = client.post(self.hook["url"], content=letter.body, headers=headers)
            status_code = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            status_code = 0
        self._on_attempt(Delivery(letter.event_id, letter.event, status_code))
        return status_code
