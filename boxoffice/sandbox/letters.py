"""Letters: what happened to a charge, written once and posted to every webhook that asked."""

import hashlib
import threading
import time
from collections.abc import Callable
from datetime import datetime

from boxoffice.sandbox.faults import FaultBoard
from boxoffice.sandbox.hooks import hook_row
from boxoffice.sandbox.queue import Delivery, Letter, Queue
from boxoffice.sandbox.store import Store
from boxoffice.sandbox.wire import Row, to_json

UNKNOWN_EVENT = "PAYMENT_SEEN_BY_MOONLIGHT"
UNKNOWN_FIELDS = {"phaseOfMoon": "full", "owls": [1, None, {"isAwake": True}]}
FIRST_HOOK = "whk_first"  # the one that the sandbox was started with
_FIRST_NUMBER = 481_516_234
_ACCOUNT = {"id": "5a4db0c5-0000-4000-8000-5ca1ab1e0001", "ownerId": None}


class Letters:
    """The post office of one sandbox: a queue for each webhook.

    Letters arrive in order, unless the knobs say otherwise. What waits is in the store.
    """

    def __init__(
        self,
        board: FaultBoard,
        clock: Callable[[], datetime],
        store: Store,
        *,
        url: str | None,
        token: str | None,
        retry_scale: float,
    ) -> None:
        self._token = token
        self._board = board
        self._clock = clock
        self._store = store
        self._retry_scale = retry_scale
        # Race: the app writes letters, the queues send them, tests wait for them.
        self._changed = threading.Condition()
        self._queues: dict[str, Queue] = {}
        self._deliveries: list[Delivery] = []
        self._number = store.rows("meta").get("letters", {}).get("number", _FIRST_NUMBER)
        self.lost_count = 0
        for hook in store.rows("hook").values():
            self._open(hook)
        if url is not None:
            self.url = url
        for row in store.rows("letter").values():
            if row["hook"] in self._queues:
                letter = Letter(row["id"], row["event"], row["body"])
                self._queues[row["hook"]].add(letter)

    @property
    def url(self) -> str | None:
        """Where the first webhook is; setting it makes one that takes every letter."""
        queue = self._queues.get(FIRST_HOOK)
        return None if queue is None else str(queue.hook["url"])

    @url.setter
    def url(self, url: str) -> None:
        with self._changed:
            if FIRST_HOOK in self._queues:
                self._queues[FIRST_HOOK].hook |= {"url": url, "authToken": self._token}
                self.keep_hook(FIRST_HOOK)
            else:
                self.add_hook(
                    hook_row({"name": "first", "url": url, "authToken": self._token}, FIRST_HOOK)
                )

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt so far, oldest first."""
        with self._changed:
            return list(self._deliveries)

    @property
    def waiting_count(self) -> int:
        """How many letters are not delivered yet."""
        with self._changed:
            return sum(queue.waiting_count for queue in self._queues.values())

    @property
    def is_interrupted(self) -> bool:
        """Whether a queue is paused."""
        with self._changed:
            return any(queue.hook["interrupted"] for queue in self._queues.values())

    def queue(self, hook_id: str) -> Queue | None:
        """Return the queue of one webhook, when there is such a webhook."""
        with self._changed:
            return self._queues.get(hook_id)

    def hooks(self) -> list[Row]:
        """Return the row of every webhook, oldest first, secrets included."""
        with self._changed:
            return [queue.hook for queue in self._queues.values()]

    def add_hook(self, hook: Row) -> None:
        """Send letters to one more webhook from now on."""
        with self._changed:
            self._open(hook)
            self._store.put("hook", hook["id"], hook)

    def keep_hook(self, hook_id: str) -> None:
        """Keep the row of a webhook that changed, and have its queue look at it."""
        with self._changed:
            self._store.put("hook", hook_id, self._queues[hook_id].hook)
            self._changed.notify_all()

    def drop_hook(self, hook_id: str) -> None:
        """Send no more to a webhook; what waits for it is gone."""
        with self._changed:
            self._queues.pop(hook_id).close()
            self._store.drop("hook", hook_id)

    def write(self, event: str, charge: Row) -> None:
        """Write what happened to `charge`. Without a webhook nobody is told."""
        with self._changed:
            if not self._queues:
                return
            if self._board.take("queue_paused"):
                for queue in self._queues.values():
                    queue.hook["interrupted"] = True
                    self.keep_hook(queue.hook["id"])
            odd = UNKNOWN_FIELDS if self._board.now.fields_unknown else {}
            if self._board.take("letters_lost"):
                self.lost_count += 1
            else:
                self._post(event, {"payment": {**charge, **odd}, **odd})
            if self._board.now.letters_unknown:
                news = {"payment": {**charge, **UNKNOWN_FIELDS}, "additionalInfo": {"owl": 1}}
                self._post(UNKNOWN_EVENT, news)

    def flush(self, timeout_seconds: float) -> None:
        """Wait until every letter is delivered.

        Raises:
            TimeoutError: some are still waiting; at once when a queue is paused.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self.waiting_count == 0 or self.is_interrupted, timeout_seconds
            )
            if self.waiting_count:
                raise TimeoutError(f"{self.waiting_count} letters are still waiting")

    def resume(self) -> None:
        """Send again after the queues were paused."""
        with self._changed:
            for hook_id, queue in self._queues.items():
                queue.resume()
                self.keep_hook(hook_id)

    def close(self) -> None:
        """Stop sending. Letters that wait are in the store, or dropped without one."""
        with self._changed:
            queues = list(self._queues.values())
            for queue in queues:
                queue.close()
        for queue in queues:
            queue.join()

    def _open(self, hook: Row) -> None:
        hook_id = hook["id"]

        def on_attempt(delivery: Delivery) -> None:
            with self._changed:
                self._deliveries.append(delivery)
                self._store.put("hook", hook_id, hook)

        def on_delivered(letter: Letter) -> None:
            self._store.drop("letter", f"{hook_id} {letter.event_id}")

        self._queues[hook_id] = Queue(
            hook,
            self._board,
            self._changed,
            retry_scale=self._retry_scale,
            on_attempt=on_attempt,
            on_delivered=on_delivered,
        )

    def _post(self, event: str, news: Row) -> None:
        """Give one letter to each webhook that asked for its type."""
        # As seen in real letters: the first part is the same for all events of one type.
        self._number += 1
        self._store.put("meta", "letters", {"number": self._number})
        kind = hashlib.sha256(event.encode()).hexdigest()[:32]
        event_id = f"evt_{kind}&{self._number}"
        written_at = f"{self._clock():%Y-%m-%d %H:%M:%S}"
        head = {"id": event_id, "event": event, "dateCreated": written_at, "account": _ACCOUNT}
        body = to_json({**head, **news})
        due_at = time.monotonic() + self._board.now.letters_late_ms / 1000
        for hook_id, queue in self._queues.items():
            wanted = queue.hook["events"]
            if queue.hook["enabled"] and (not wanted or event in {*wanted, UNKNOWN_EVENT}):
                row = {"hook": hook_id, "id": event_id, "event": event, "body": body}
                self._store.put("letter", f"{hook_id} {event_id}", row)
                queue.add(Letter(event_id, event, body, due_at))
