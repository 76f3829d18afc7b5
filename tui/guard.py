"""The scan guard: where letters act, what a scanner types must press nothing. No clock in here.

On the desk every printable key belongs to the scan line, and there is nothing to tell apart.
Everywhere else a burst that ends like a line and reads like a code is a scan. A letter waits until
that is told; one that a text field takes goes on at once, for there it can do no harm, and is
taken back when it was a scanner's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tui.scanner import LENGTH_MAX

E = TypeVar("E")  # a key
F = TypeVar("F")  # a text field

HOLD_SECONDS = 0.08  # a key is held so long; 35 ms let codes through on a busy machine (measured)
_GAP_SECONDS_MAX = 0.06  # between two characters of a scanner, on average


@dataclass(frozen=True, slots=True)
class _Key(Generic[E, F]):
    event: E
    character: str
    at: float
    field: F | None  # that has it already


@dataclass(frozen=True, slots=True)
class Ended(Generic[E, F]):
    """How a line ended: the scan it was, or nothing; the keys that go on; what is taken back."""

    scan: str
    keys: Sequence[E] = ()
    taken_back: Sequence[tuple[F, str]] = ()


@dataclass(slots=True)
class Guard(Generic[E, F]):
    """Lets a person's keys through, in order, and none of a scanner's.

    `split` cuts a text into what came before a code, and the code: an empty one if there is none.
    """

    split: Callable[[str], tuple[str, str]]
    _held: list[_Key[E, F]] = field(default_factory=list)
    _ended_at: float = float("-inf")

    def key(self, event: E, character: str, at: float, field: F | None = None) -> list[E]:
        """Take one printable key; return those that go on now.

        `field` is the text field that would take it. It goes there at once, unless keys before it
        still wait.
        """
        goes_on = field is not None and not self.is_waiting
        self._held.append(_Key(event, character, at, field if goes_on else None))
        if goes_on:
            del self._held[:-LENGTH_MAX]
            return [event]
        return self.release() if len(self._held) > LENGTH_MAX else []

    def end(self, event: E, at: float) -> Ended[E, F]:
        """Take the key that ends a line. A scanner may send two, CR and LF: both are its."""
        text = "".join(key.character for key in self._held)
        before, code = self.split(text)
        first = len(before)
        if code and self._is_quick(first):
            self._ended_at = at
            while first and self._gap_before(first) <= _GAP_SECONDS_MAX:
                first -= 1  # what the scanner puts before each code
            scanned, self._held = self._held[first:], self._held[:first]
            return Ended(code, self.release(), _by_field(scanned))
        if not self._held and at - self._ended_at <= HOLD_SECONDS:
            self._ended_at = at
            return Ended("")
        return Ended("", [*self.release(), event])

    def release(self) -> list[E]:
        """Return every key that waits, in order: they were a person's."""
        events = [key.event for key in self._held if key.field is None]
        self._held.clear()
        return events

    @property
    def is_waiting(self) -> bool:
        """Whether a key waits to be told apart."""
        return any(key.field is None for key in self._held)

    def _is_quick(self, first: int) -> bool:
        count = len(self._held) - first
        return self._held[-1].at - self._held[first].at <= _GAP_SECONDS_MAX * (count - 1)

    def _gap_before(self, place: int) -> float:
        return self._held[place].at - self._held[place - 1].at


def _by_field(keys: Sequence[_Key[E, F]]) -> list[tuple[F, str]]:
    """Return what each field has of some keys. Fields are told apart by identity."""
    found: list[tuple[F, str]] = []
    for key in keys:
        if key.field is None:
            continue
        if found and found[-1][0] is key.field:
            found[-1] = (key.field, found[-1][1] + key.character)
        else:
            found.append((key.field, key.character))
    return found
