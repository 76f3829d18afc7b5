"""Misbehaviour to order: what the stand-in for SendGrid shall do wrong next."""

import dataclasses
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LATENCY_MS_MAX = 60_000


@dataclass(frozen=True, slots=True)
class MailFaults:
    """The knobs. A count is of upcoming calls or events, and runs down to zero."""

    latency_ms: int = 0  # before every answer, for as long as it is set
    bad_request: int = 0  # calls answered 400, nothing done
    unauthorized: int = 0  # calls answered 401, nothing done
    too_large: int = 0  # calls answered 413 with a page for people, nothing done
    too_many: int = 0  # calls answered 429 …
    reset_seconds: int = 1  # … with a moment so far ahead in X-RateLimit-Reset
    error_500: int = 0  # calls answered 500, nothing done
    html_error: int = 0  # calls answered 502 with a page for people, nothing done
    hang_after_accept: int = 0  # mails accepted, the answer held until the caller hangs up
    error_500_after_accept: int = 0  # mails accepted, answered 500
    events_lost: int = 0  # events never told
    events_duplicated: int = 1  # how many times each event is told
    events_shuffled: bool = False  # events told in no order
    events_late_seconds: int = 0  # how long events are held back
    events_nameless: bool = False  # events without sg_message_id, as late bounces are


class MailFaultBoard:
    """The knobs of one sandbox, shared by its threads."""

    def __init__(self, faults: MailFaults | None = None) -> None:
        self._lock = threading.Lock()
        self._faults = faults or MailFaults()

    @property
    def now(self) -> MailFaults:
        """The knobs as they stand."""
        with self._lock:
            return self._faults

    def set(self, faults: MailFaults) -> None:
        """Set every knob."""
        with self._lock:
            self._faults = faults

    def take(self, name: str) -> bool:
        """Whether this call or event is to go wrong in the way `name`; the count runs down."""
        with self._lock:
            left_count = getattr(self._faults, name)
            if left_count <= 0:
                return False
            self._faults = dataclasses.replace(self._faults, **{name: left_count - 1})
            return True


def read_mail_faults(knobs: Mapping[str, Any]) -> MailFaults:
    """Read knobs by name; those not named are off.

    Raises:
        ValueError: a name is unknown, or a value is not of its kind.
    """
    known = {name: type(value) for name, value in dataclasses.asdict(MailFaults()).items()}
    for name, value in knobs.items():
        if name not in known:
            raise ValueError(f"there is no fault {name[:40]}; there are {', '.join(known)}")
        if type(value) is not known[name] or value < 0:
            raise ValueError(f"{name} must be a {known[name].__name__}, not {str(value)[:40]!r}")
    faults = MailFaults(**knobs)
    if faults.latency_ms > LATENCY_MS_MAX:
        raise ValueError(f"latency_ms is at most {LATENCY_MS_MAX}")
    return faults


def faults_of_words(words: Iterable[str]) -> MailFaults:
    """Read `too_many=3` and `events_shuffled`: a name alone is once, or on.

    Raises:
        ValueError: a name is unknown, or a value is not of its kind.
    """
    known = dataclasses.asdict(MailFaults())
    knobs: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        if isinstance(known.get(name), bool):
            knobs[name] = value in {"", "1", "true", "yes"}
        else:
            knobs[name] = int(value) if value.isascii() and value.isdecimal() else value or 1
    return read_mail_faults(knobs)
