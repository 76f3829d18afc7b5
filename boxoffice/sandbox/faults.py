"""Misbehaviour to order: what a sandbox shall do wrong next."""

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LATENCY_MS_MAX = 60_000


@dataclass(frozen=True, slots=True)
class Faults:
    """The knobs. A count is of upcoming calls or letters, and runs down to zero."""

    latency_ms: int = 0  # before every answer, for as long as it is set
    too_many: int = 0  # calls answered 429 …
    reset_seconds: int = 1  # … with this in RateLimit-Reset
    error_500: int = 0  # calls answered 500, nothing done
    html_error: int = 0  # calls answered 502 with a page for people, nothing done
    timeout_after_create: int = 0  # charges created, the answer held until the caller hangs up
    error_500_after_create: int = 0  # charges created, answered 500
    filters_ignored: bool = False  # lists of charges answer with everybody's charges
    letters_lost: int = 0  # letters never sent
    letters_duplicated: int = 1  # how many times each letter arrives
    letters_reordered: bool = False  # letters written close together arrive newest first
    letters_unknown: bool = False  # each letter is followed by one of a type nobody has heard of


class FaultBoard:
    """The knobs of one sandbox, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults = Faults()

    @property
    def now(self) -> Faults:
        """The knobs as they stand."""
        with self._lock:
            return self._faults

    def set(self, faults: Faults) -> None:
        """Set every knob."""
        with self._lock:
            self._faults = faults

    def take(self, name: str) -> bool:
        """Whether this call or letter is to go wrong in the way `name`; the count runs down."""
        with self._lock:
            left_count = getattr(self._faults, name)
            if left_count <= 0:
                return False
            self._faults = dataclasses.replace(self._faults, **{name: left_count - 1})
            return True


def read_faults(knobs: Mapping[str, Any]) -> Faults:
    """Read knobs by name; those not named are off.

    Raises:
        ValueError: a name is unknown, or a value is not of its kind.
    """
    known = {name: type(value) for name, value in dataclasses.asdict(Faults()).items()}
    for name, value in knobs.items():
        if name not in known:
            raise ValueError(f"there is no fault {name}; there are {', '.join(known)}")
        if type(value) is not known[name] or value < 0:
            raise ValueError(f"{name} must be a {known[name].__name__}, not {value!r}")
    faults = Faults(**knobs)
    if faults.latency_ms > LATENCY_MS_MAX:
        raise ValueError(f"latency_ms is at most {LATENCY_MS_MAX}")
    return faults
