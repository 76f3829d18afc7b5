"""How long a verdict stands on the screen. Pure: seconds come from whoever asks."""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

STAND_SECONDS = 2.0  # a verdict that stops somebody is seen at least so long
FADE_SECONDS = 30.0  # then the desk says that it is ready
LOOK_SECONDS = 0.4  # nobody has read sooner what just came up; one code may hold a whole burst
_WAITING_MAX = 5  # older ones are in the list below: a burst must not be shown for minutes


@dataclass(slots=True)
class Dwell(Generic[T]):
    """What is shown now, and what waits behind it. Every verdict was given when it came."""

    shown: T | None = None
    shown_at: float = 0.0
    _stands_until: float = 0.0
    _fades_at: float = float("inf")
    _waiting: deque[tuple[T, bool]] = field(default_factory=lambda: deque(maxlen=_WAITING_MAX))

    def come(self, verdict: T, *, stops: bool, at: float) -> None:
        """Take a new verdict. One that lets somebody in gives way at once."""
        if self._waiting or at < self._stands_until:
            self._waiting.append((verdict, stops))
            self.tick(at)
        else:
            self._show(verdict, stops=stops, at=at)

    def tick(self, at: float) -> bool:
        """Go on to what is due, and say whether something else is shown now."""
        before = self.shown
        while self._waiting and at >= self._stands_until:
            verdict, stops = self._waiting.popleft()
            self._show(verdict, stops=stops, at=at)
        if at >= self._fades_at:
            self.shown, self._fades_at = None, float("inf")
        return self.shown is not before

    def key(self, at: float) -> bool:
        """A person pressed a key: what stands has been seen. Say whether something else shows."""
        self._stands_until = at
        return self.tick(at)

    def clear(self) -> None:
        """Show nothing."""
        self.shown, self._fades_at, self._stands_until = None, float("inf"), 0.0

    @property
    def waiting_count(self) -> int:
        """How many verdicts wait to be shown."""
        return len(self._waiting)

    def _show(self, verdict: T, *, stops: bool, at: float) -> None:
        self.shown, self.shown_at = verdict, at
        self._stands_until = at + STAND_SECONDS if stops else at
        self._fades_at = at + FADE_SECONDS
