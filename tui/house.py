"""What every screen of the dashboard stands in: the office to ask, and the line to act by."""

import json
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
_EVENTS_MAX = 200
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

    @property
    def refusal(self) -> list[str]:
        """What is so, and the next step, whether it was said in lines or as JSON."""
        if not self.err.startswith('{"error"'):
            return self.err.splitlines()
        told = json.loads(self.err)["error"]
        return [line for line in (told["message"], told["hint"]) if line]


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
    mark: object = None  # of the database, when it was looked at last

    def read(self, ask: Callable[[ReadSession], T]) -> T:
        """Ask the database one question. It may block.

        Raises:
            Unavailable, Busy: the database does not answer.
        """
        with self.office.reading() as session:
            return ask(session)

    def has_news(self) -> bool:
        """Say whether anybody has written since this was asked last. It may block.

        Raises:
            Unavailable, Busy: the database does not answer.
        """
        before, self.mark = self.mark, None  # whatever fails now, the next answer is yes
        self.mark = self.office.database.mark()
        return self.mark != before

    def look_around(self, session: ReadSession) -> None:
        """Choose an event, unless one is: the first that is not over, or else the last one."""
        if self.event is not None:
            return
        now = self.office.now()
        found = event_views(session, now=now, limit=_EVENTS_MAX)
        ahead = [event for event in found if (event.ends_at or event.starts_at) > now]
        for event in ahead[:1] or found[-1:]:
            self.event, self.zone = event.slug, event.zone

    def chosen(self) -> str:
        """Return the event the screens are about.

        Raises:
            NotFound: there is none yet.
        """
        if self.event is None:
            raise NotFound("event", "yet", hint="F9 N: boxoffice event create")
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
