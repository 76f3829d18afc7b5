"""Misbehaviour to order: what a sandbox shall do wrong next."""

import dataclasses
import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MILLISECONDS_MAX = 60_000
PERCENT_MAX = 100
_LEVELS = {"latency_ms", "reset_seconds", "letters_duplicated", "letters_late_ms"}


def _knob(about: str, default: Any = 0) -> Any:
    return dataclasses.field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Faults:
    """The knobs. A count is of upcoming calls, letters or charges, and runs down to zero.

    In place of a count, `percent` may hold how often it happens, for as long as it is set.
    """

    latency_ms: int = _knob("milliseconds before every answer")
    too_many: int = _knob("calls answered 429, nothing done")
    reset_seconds: int = _knob("what RateLimit-Reset says then", 1)
    error_500: int = _knob("calls answered 500, nothing done")
    html_error: int = _knob("calls answered 502 with a page for people, nothing done")
    timeout_after_create: int = _knob("charges created, the answer held until the caller hangs up")
    error_500_after_create: int = _knob("charges created, answered 500")
    timeout_after_refund: int = _knob("refunds made, the answer held until the caller hangs up")
    filters_ignored: bool = _knob("lists of charges answer with everybody's charges", default=False)
    fields_unknown: bool = _knob("answers and letters have fields nobody heard of", default=False)
    letters_lost: int = _knob("letters never sent")
    letters_repeated: int = _knob("letters that arrive twice")
    letters_duplicated: int = _knob("how many times each letter arrives", 1)
    letters_late_ms: int = _knob("milliseconds that each letter lies about before it is sent")
    letters_reordered: bool = _knob("letters written together arrive newest first", default=False)
    letters_unknown: bool = _knob("each letter is followed by one of no known type", default=False)
    queue_paused: int = _knob("letters that find their queue paused, as after fifteen failures")
    late_boleto: int = _knob("boletos paid on the due day and told only after it: OVERDUE first")
    paid_after_deletion: int = _knob("deletions that a payment on its way overtakes")
    paid_twice: int = _knob("payments that come again, as a charge nobody made")
    amount_edited: int = _knob("charges that somebody makes R$ 1.00 dearer in the panel")
    refunded_in_panel: int = _knob("payments half of which somebody gives back in the panel")
    refund_stuck: int = _knob("refunds that wait for somebody to approve them")
    refund_denied: int = _knob("refunds that are refused: no balance, or a boleto's payer unknown")
    chargeback_lost: int = _knob("card payments that are disputed, and lost")
    chargeback_won: int = _knob("card payments that are disputed, and won")
    percent: tuple[tuple[str, int], ...] = ()


_KINDS: dict[str, Any] = {each.name: type(each.default) for each in dataclasses.fields(Faults)}
del _KINDS["percent"]


class FaultBoard:
    """The knobs of one sandbox, shared by its threads.

    What happens at a rate is drawn from `seed`, each fault by itself: the same calls bring the
    same faults, whatever else goes wrong beside them.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._faults = Faults()
        self._seed = seed
        self._lots: dict[str, random.Random] = {}

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
            if left_count > 0:
                self._faults = _with(self._faults, name, left_count - 1)
                return True
            percent = dict(self._faults.percent).get(name, 0)
            return percent > 0 and self._lot(name).randrange(PERCENT_MAX) < percent

    def _lot(self, name: str) -> random.Random:
        if name not in self._lots:
            self._lots[name] = random.Random(f"{self._seed} {name}")  # noqa: S311  (no secret)
        return self._lots[name]


def read_faults(knobs: Mapping[str, Any], *, beside: Faults | None = None) -> Faults:
    """Read knobs by name, a rate as `"20%"`; those not named stay as they are in `beside`, or off.

    Raises:
        ValueError: a name is unknown, or a value is not of its kind.
    """
    faults = beside or Faults()
    percent = dict(faults.percent)
    for name, value in knobs.items():
        if name not in _KINDS:
            near = get_close_matches(name, _KINDS, n=3)
            guess = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ValueError(f"there is no fault {name[:60]}{guess}")
        percent.pop(name, None)
        if is_counted(name) and isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}%", value):
            percent[name] = min(int(value[:-1]), PERCENT_MAX)
            faults = _with(faults, name, 0)
        elif not _is_of_kind(name, value):
            raise ValueError(f"{name} is {_wanted(name)}, not {str(value)[:60]}")
        elif name.endswith("_ms") and value > MILLISECONDS_MAX:
            raise ValueError(f"{name} is at most {MILLISECONDS_MAX}")
        else:
            faults = _with(faults, name, value)
    return dataclasses.replace(faults, percent=tuple(sorted(percent.items())))


def _with(faults: Faults, name: str, value: Any) -> Faults:
    return dataclasses.replace(faults, **{name: value})


def _is_of_kind(name: str, value: Any) -> bool:
    return type(value) is _KINDS[name] and bool(value >= 0)


def _wanted(name: str) -> str:
    """Say what kind of value a knob takes."""
    if _KINDS[name] is bool:
        return "on or off"
    return "a count, or a rate such as 20%" if is_counted(name) else "a whole number"


def is_counted(name: str) -> bool:
    """Whether a knob counts down, and may have a rate instead."""
    return _KINDS[name] is int and name not in _LEVELS


def knobs_of(faults: Faults) -> dict[str, Any]:
    """Return every knob by name as `read_faults` takes it."""
    return {name: getattr(faults, name) for name in _KINDS} | {
        name: f"{rate}%" for name, rate in faults.percent
    }


def abouts() -> dict[str, str]:
    """Return what each knob does."""
    return {
        each.name: each.metadata["about"]
        for each in dataclasses.fields(Faults)
        if each.name in _KINDS
    }


def fault_of(text: str) -> tuple[str, Any]:
    """Read `NAME` or `NAME=VALUE` as people type it: `late-boleto`, `error_500=20%`.

    Alone, a name is once, or on.

    Raises:
        ValueError: the name is unknown, or the value is not of its kind.
    """
    name, equals, value = text.partition("=")
    name = name.strip().replace("-", "_")
    if name not in _KINDS:
        read_faults({name: 0})
    if _KINDS[name] is bool:
        words = {"": True, "on": True, "true": True, "off": False, "false": False}
        if value.strip().lower() not in words:
            raise ValueError(f"{name} is {_wanted(name)}, not {value[:60]}")
        return name, words[value.strip().lower()]
    if not equals:
        return name, 1
    return name, int(value) if re.fullmatch(r"[0-9]{1,9}", value) else value


def is_on(name: str, value: Any) -> bool:
    """Whether a knob stands anywhere else than where it does no harm."""
    return bool(value != knobs_of(Faults()).get(name))
