"""Letters: what happened to a charge, posted to the webhook one after the other."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import httpx

from boxoffice.sandbox.faults import FaultBoard
from boxoffice.sandbox.wire import Row, to_json

# Seconds before each attempt. After the last one the queue is paused until somebody resumes it.
RETRY_SECONDS = (0, 30, 60, 210, 300, 900, 1500, *[3600] * 5, *[7200] * 2, 10_800)
UNKNOWN_EVENT = "PAYMENT_SEEN_BY_MOONLIGHT"
_TIMEOUT_SECONDS = 10.0
_REORDER_SECONDS = 0.2  # letters written within this time of each other change places
_FIRST_NUMBER = 481_516_234
_ACCOUNT = {"id": "5a4db0c5-0000-4000-8000-5ca1ab1e0001", "ownerId": None}


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, its body frozen when it was written."""

    event_id: str
    event: str
    body: str


class Delivery(NamedTuple):
    """One attempt: what was answered, 0 when nothing was."""

    event_id: str
    event: str
    status_code: int


class Letters:
    """The post office of one sandbox: one queue, one thread, at least once.

    Letters arrive in order, unless the knobs say otherwise.
    """

    def __init__(
        self,
        board: FaultBoard,
        clock: Callable[[], datetime],
        *,
        url: str | None,
        token: str | None,
        retry_scale: float,
    ) -> None:
        self.url = url
        self._token = token
        self._board = board
        self._clock = clock
        self._retry_scale = retry_scale
        # Race: the app writes letters, one thread sends them, tests wait for them.
        self._changed = threading.Condition()
        self._written: deque[Letter] = deque()
        self._ready: deque[Letter] = deque()
        self._deliveries: list[Delivery] = []
        self._number = _FIRST_NUMBER
        self._thread: threading.Thread | None = None
        self._is_sending = False
        self._is_closed = False
        self.is_interrupted = False
        self.lost_count = 0

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt so far, oldest first."""
        with self._changed:
            return list(self._deliveries)

    @property
    def waiting_count(self) -> int:
        """How many letters are not delivered yet."""
        with self._changed:
            return len(self._written) + len(self._ready) + self._is_sending

    def write(self, event: str, charge: Row) -> None:
        """Write what happened to `charge`. Without a webhook address nobody is told."""
        if self.url is None:
            return
        with self._changed:
            if self._board.take("letters_lost"):
                self.lost_count += 1
            else:
                self._written.append(self._letter(event, {"payment": charge}))
            if self._board.now.letters_unknown:
                news = {"payment": {**charge, "phaseOfMoon": "full"}, "additionalInfo": {"owl": 1}}
                self._written.append(self._letter(UNKNOWN_EVENT, news))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout_seconds: float) -> None:
        """Wait until every letter is delivered.

        Raises:
            TimeoutError: some are still waiting; at once when the queue is paused.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self.waiting_count == 0 or self.is_interrupted, timeout_seconds
            )
            if self.waiting_count:
                raise TimeoutError(f"{self.waiting_count} letters are still waiting")

    def resume(self) -> None:
        """Send again after the queue was paused."""
        with self._changed:
            self.is_interrupted = False
            self._changed.notify_all()

    def close(self) -> None:
        """Stop sending. Letters that wait are dropped."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_TIMEOUT_SECONDS + 1)

    def _letter(self, event: str, news: Row) -> Letter:
        # As seen in real letters: the first part is the same for all events of one type.
        self._number += 1
        kind = hashlib.sha256(event.encode()).hexdigest()[:32]
        event_id = f"evt_{kind}&{self._number}"
        written_at = f"{self._clock():%Y-%m-%d %H:%M:%S}"
        head = {"id": event_id, "event": event, "dateCreated": written_at, "account": _ACCOUNT}
        return Letter(event_id, event, to_json({**head, **news}))

    def _work(self) -> None:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while (letter := self._next()) is not None:
                self._deliver(client, letter)
                with self._changed:
                    self._is_sending = False
                    self._changed.notify_all()

    def _next(self) -> Letter | None:
        """Wait for a letter to send; `None` when the office has closed."""
        with self._changed:
            while not self._is_closed:
                if self._ready and not self.is_interrupted:
                    self._is_sending = True
                    return self._ready.popleft()
                if not self._written or self.is_interrupted:
                    self._changed.wait()
                    continue
                if self._board.now.letters_reordered:
                    if self._changed.wait(_REORDER_SECONDS):
                        continue  # one more was written just now: it goes first
                    self._written.reverse()
                self._ready.extend(self._written)
                self._written.clear()
            return None

    def _deliver(self, client: httpx.Client, letter: Letter) -> None:
        """Send one letter until it is taken; the next one waits behind it."""
        for seconds in RETRY_SECONDS:
            with self._changed:
                if self._changed.wait_for(lambda: self._is_closed, seconds * self._retry_scale):
                    return
            if self._post(client, letter) == httpx.codes.OK:
                for _ in range(self._board.now.letters_duplicated - 1):
                    self._post(client, letter)
                return
        with self._changed:
            self._ready.appendleft(letter)
            self.is_interrupted = True

    def _post(self, client: httpx.Client, letter: Letter) -> int:
        assert self.url is not None, "letters are written only when there is an address"
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        if self._token is not None:
            headers["asaas-access-token"] = self._token
        try:
            status_code = client.post(self.url, content=letter.body, headers=headers).status_code
        except httpx.HTTPError:
            status_code = 0
        with self._changed:
            self._deliveries.append(Delivery(letter.event_id, letter.event, status_code))
        return status_code
