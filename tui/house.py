"""What every screen of the dashboard stands in: the office to ask, and the line to act by."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.events.queries import event_views
from boxoffice.office import BoxOffice
from tui.words import Language

T = TypeVar("T")

PROGRAM = "boxoffice"
_ZONE = ZoneInfo("America/Sao_Paulo")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended: its exit code, its answer, and the talk beside it."""

    code: int
    out: str
    err: str

    @property
    def is_done(self) -> bool:
        """Whether it did what it was asked, or nearly (6: some items of many failed)."""
        return self.code in {0, 6}


Run = Callable[[Sequence[str]], Answer]


@dataclass(slots=True)
class House:
    """One box office, seen from one terminal. `run` runs a command line of ours, and may block.

    Screens ask the database themselves, and change it by commands alone: what is checked, written
    and refused is the same as on the command line, and the line that was run can be shown.
    """

    office: BoxOffice
    run: Run
    language: Language
    event: str | None = None  # the slug that the screens are about
    line: str = ""  # the command that was run last
    zone: ZoneInfo = _ZONE  # of the event

    def read(self, ask: Callable[[ReadSession], T]) -> T:
        """Ask the database one question. It may block.

        Raises:
            Unavailable, Busy: the database does not answer.
        """
        with self.office.reading() as session:
            return ask(session)

    def chosen(self, session: ReadSession) -> str:
        """Return the event the screens are about; by default the first that is not over.

        Raises:
            NotFound: there is none yet.
        """
        if self.event is None:
            found = event_views(session, now=self.office.now(), limit=200)
            ahead = [one.slug for one in found if (one.ends_at or one.starts_at) > self.office.now()]
            slugs = ahead or [one.slug for one in reversed(found)]
            if not slugs:
                raise NotFound("event", "yet", hint="F9 N")
            self.event = slugs[0]
            self.zone = next(one.zone for one in found if one.slug == self.event)
        return self.event

    def do(self, words: Sequence[str], *, unshown: Sequence[str] = ()) -> Answer:
        """Run a command, and keep its line to be shown. It may block.

        `unshown` are words that a person at a terminal has no use for.
        """
        self.line = spelt(words)
        return self.run([*words, *unshown])


def spelt(words: Sequence[str]) -> str:
    """Write a command as people type it into a shell."""
    return shlex.join([PROGRAM, *words])
