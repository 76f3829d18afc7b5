"""What the desk is made of, and the ticket it holds back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from boxoffice.door.rules import Asked, Proof, Verdict
from tui.counter import Counter
from tui.desk import Desk, DeskStatus
from tui.desk_view import Judged, Teller
from tui.screens.desk_lock import Keeper
from tui.sources import ScanSource

PROOFS = (None, Proof.STUDENT, Proof.YOUTH, Proof.SENIOR, Proof.DISABILITY, Proof.TEACHER)


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What a desk is made of. `tick` counts seconds from any start."""

    desk: Desk
    status: DeskStatus
    tell: Teller
    now: Callable[[], datetime]
    counter: Callable[[str], Counter] | None = None  # makes one for a door, when it is wanted
    keeper: Keeper | None = None  # knows the secret of who is logged in, for the lock
    sources: Sequence[ScanSource] = ()
    prefix: str = ""
    is_muted: bool = False
    loaded: Callable[[], None] = lambda: None  # told when nothing more is loaded by a scan
    tick: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class Held:
    """A ticket that waits for a person to look: read again, or confirmed by key, it goes in."""

    judged: Judged
    at: float
    choice: int = 0

    @property
    def proof(self) -> Proof | None:
        """The document that was chosen; none in particular at first."""
        return PROOFS[self.choice]

    def turn(self, step: int) -> None:
        """Choose another document."""
        self.choice = (self.choice + step) % len(PROOFS)

    def asked_again(self) -> Asked | None:
        """What is asked once a person has looked; `None` when a look is not enough."""
        asked, verdict = self.judged.shot.asked, self.judged.verdict
        if verdict is Verdict.NEEDS_DOCUMENT:
            return Asked(asked.direction, True, asked.confirms, self.proof)  # noqa: FBT003  (seen)
        if verdict is Verdict.NEEDS_CONFIRMATION:
            return Asked(asked.direction, asked.saw_document, True, asked.proof)  # noqa: FBT003
        return None
