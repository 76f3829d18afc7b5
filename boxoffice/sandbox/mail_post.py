"""The post of the stand-in for SendGrid: the mails it took, and the signed events it tells of them.

What becomes of a mail is written in its address: `bounce@`, `late-bounce@`, `block@`, `drop@`,
`spam@` and `defer@…` each have that happen; every other address is delivered to. After a bounce
an address is suppressed, and its next mail is dropped.
"""

import json
import random
import threading
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from boxoffice.sandbox.mail_faults import MailFaultBoard

API_KEY = "SG.sandbox.not-a-key-of-anybody"
_TELL_EVERY_SECONDS = 0.5

Event = dict[str, Any]

_STORIES: dict[str, tuple[Event, ...]] = {
    "bounce": (
        {"event": "processed"},
        {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such mailbox"},
    ),
    "late-bounce": (
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such mailbox"},
    ),
    "block": (
        {"event": "processed"},
        {"event": "bounce", "type": "blocked", "reason": "550 5.7.1 not from you"},
    ),
    "drop": ({"event": "dropped", "reason": "Invalid"},),
    "spam": (
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "spamreport"},
    ),
    "defer": (
        {"event": "processed"},
        {"event": "deferred", "response": "451 later", "attempt": "1"},
        {"event": "delivered", "response": "250 OK"},
    ),
}
_DELIVERED: tuple[Event, ...] = (
    {"event": "processed"},
    {"event": "delivered", "response": "250 OK"},
)
_SUPPRESSED: tuple[Event, ...] = ({"event": "dropped", "reason": "Bounced Address"},)


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that was accepted."""

    message_id: str  # the X-Message-Id
    body: Event


class MailSandbox:
    """An account: its mails, its events not told yet, its key pair, its knobs."""

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        api_key: str = API_KEY,
        board: MailFaultBoard | None = None,
    ) -> None:
        """Tell events to `webhook_url`, in a thread of its own; without one, `batch` has them."""
        self.api_key = api_key
        self.board = board or MailFaultBoard()
        self.mails: list[Taken] = []
        self.told_count = 0
        self._webhook_url = webhook_url
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._suppressed: set[str] = set()
        self._waiting: list[tuple[float, Event]] = []
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tell_on, name="mail events", daemon=True)
        if webhook_url is not None:
            self._thread.start()

    @property
    def public_key(self) -> str:
        """The key that events are signed with, as the vendor's settings page shows it."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(der).decode("ascii")

    def close(self) -> None:
        """Tell no more events."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def take(self, body: Event) -> str:
        """Accept a mail that was checked, and return its id."""
        message_id = b64encode(uuid4().bytes, altchars=b"-_").decode("ascii").rstrip("=")
        with self._lock:
            self.mails.append(Taken(message_id, body))
            for one in body["personalizations"]:
                for person in one["to"]:
                    custom_args = body.get("custom_args", {}) | one.get("custom_args", {})
                    self._write_story(message_id, person["email"], custom_args)
        return message_id

    def batch(self) -> list[Event]:
        """Return the events that are due, with the faults that are set, and forget them."""
        faults, now = self.board.now, time.time()
        with self._lock:
            until = now - faults.events_late_seconds
            due = [event for at, event in self._waiting if at <= until]
            self._waiting = [(at, event) for at, event in self._waiting if at > until]
        told = [
            event
            for event in due
            if not self.board.take("events_lost")
            for _ in range(faults.events_duplicated)
        ]
        if faults.events_nameless:
            told = [{k: v for k, v in one.items() if k != "sg_message_id"} for one in told]
        if faults.events_shuffled:
            random.shuffle(told)
        return told

    def signed(self, events: object, *, stamp: str | None = None) -> tuple[bytes, dict[str, str]]:
        """Return a batch as it is posted, with its headers; its last line ends as the vendor's."""
        body = json.dumps(events).encode() + b"\r\n"
        moment = stamp or str(int(time.time()))
        signature = self._key.sign(moment.encode("ascii") + body, ec.ECDSA(SHA256()))
        return body, {
            "Content-Type": "application/json;charset=utf-8",
            "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode("ascii"),
            "X-Twilio-Email-Event-Webhook-Timestamp": moment,
        }

    def tell(self) -> int:
        """Post the events that are due and return how many; what is not taken is told again."""
        events = self.batch()
        if not events or self._webhook_url is None:
            return 0
        body, headers = self.signed(events)
        try:
            answer = httpx.post(self._webhook_url, content=body, headers=headers, timeout=10)
            is_taken = answer.is_success
        except httpx.HTTPError:
            is_taken = False
        with self._lock:
            if is_taken:
                self.told_count += len(events)
            else:
                self._waiting += [(0.0, event) for event in events]
        return len(events) if is_taken else 0

    def _tell_on(self) -> None:
        while not self._is_over.wait(_TELL_EVERY_SECONDS):
            self.tell()

    def _write_story(self, message_id: str, address: str, custom_args: Event) -> None:
        local = address.partition("@")[0].lower()
        story = _SUPPRESSED if address in self._suppressed else _STORIES.get(local, _DELIVERED)
        for step, event in enumerate(story):
            if event.get("type") == "bounce":
                self._suppressed.add(address)
            told = {
                "email": address,
                "timestamp": int(time.time()) + step,
                "sg_event_id": b64encode(f"{event['event']}-{step}-{uuid4()}".encode()).decode(),
                "sg_message_id": f"{message_id}.recvd-5d8f-x2k9-1-65A1B2C3-4.0",
                "smtp-id": f"<{message_id}@geopod-ismtpd-7>",
            }
            self._waiting.append((time.time(), event | told | custom_args))
