"""What a scanner types, told apart from what a person types. No clock and no terminal in here.

On the desk every printable key belongs to the scan line, and a code ends at Enter, LF or TAB:
there is nothing to tell apart, and no timing. Everywhere else a burst that ends like a code and
reads like one is a scan, and must not press anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

E = TypeVar("E")

ENDS = frozenset({"enter", "ctrl+j", "tab"})  # CR, LF and TAB, as terminals name them
HOLD_SECONDS = 0.08  # a key is held so long; 35 ms let codes through on a busy machine (measured)
LENGTH_MAX = 512  # characters of one line: three signed codes
_LENGTH_MIN = 8
_GAP_SECONDS_MAX = 0.06  # between two characters of a scanner, on average


@dataclass(slots=True)
class Line:
    """The scan line of the desk: characters in, whole codes out."""

    text: str = ""

    def put(self, character: str) -> None:
        """Add one printable character. What nobody ends is cut, so that it cannot grow."""
        self.text = (self.text + character)[-LENGTH_MAX:]

    def back(self) -> None:
        """Take the last character away, for who types."""
        self.text = self.text[:-1]

    def end(self) -> str:
        """Return the line without the blanks around it, and begin a new one."""
        whole, self.text = self.text.strip(), ""
        return whole


@dataclass(slots=True)
class Guard(Generic[E]):
    """Holds keys for a moment on screens where letters act, and lets a scan touch nothing.

    `is_code` says whether a text reads like a ticket's code.
    """

    is_code: Callable[[str], bool]
    _held: list[tuple[E, str, float]] = field(default_factory=list)

    def key(self, event: E, character: str, at: float) -> list[E]:
        """Hold one printable key; return those that can go on because they are too many."""
        self._held.append((event, character, at))
        return self.release() if len(self._held) > LENGTH_MAX else []

    def end(self, event: E) -> tuple[str | None, list[E]]:
        """Take the key that ends a line: return the scan, or the keys that were none, in order."""
        text = "".join(character for _, character, _ in self._held)
        if len(text) >= _LENGTH_MIN and self._is_quick() and self.is_code(text):
            self._held.clear()
            return text, []
        return None, [*self.release(), event]

    def release(self) -> list[E]:
        """Return every held key, in order: they were a person's."""
        events = [event for event, _, _ in self._held]
        self._held.clear()
        return events

    @property
    def is_holding(self) -> bool:
        """Whether a key waits to be told apart."""
        return bool(self._held)

    def _is_quick(self) -> bool:
        first, last = self._held[0][2], self._held[-1][2]
        return last - first <= _GAP_SECONDS_MAX * (len(self._held) - 1)
