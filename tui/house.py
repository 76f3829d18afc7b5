"""What every screen of the dashboard stands in: the office to ask, and the line to act by."""

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.events.queries import event_views
from boxoffice.office import BoxOffice
from tui.words import Language

T = TypeVar("T")

PROGRAM = "boxoffice"
_EVENTS_MAX = 200
_KNOWN_SECONDS = 60.0
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


class Run(Protocol):
    """Runs the words of a command line of ours, with the lines that are typed for it."""

    def __call__(self, words: Sequence[str], typed: str = "", /) -> Answer:
        """Run it. It may block."""


@dataclass(slots=True)
class House:
    """One box office, seen from one terminal.

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
    known_at: float = float("-inf")  # when it was found out who acts

    def read(self, ask: Callable[[ReadSession], T]) -> T:
        """Ask the database one question. It may block.

        Raises:
            Unavailable, Busy: the database does not answer.
        """
        with self.office.reading() as session:
            return ask(session)

    def know_actor(self) -> None:
        """Find out anew who acts: each minute, and after each act. It may block.

        Who was disabled, or was given another role, may do no more than that from then on.

        Raises:
            NotLoggedIn: the login is over, or there are people now and nobody has logged in.
            Unavailable, Busy: the database does not answer.
        """
        if monotonic() - self.known_at >= _KNOWN_SECONDS:
            self.office.forget_actor()
            self.office.actor  # noqa: B018  (it is found out here, not within a question)
            self.known_at = monotonic()

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

    def do(self, words: Sequence[str], *, unshown: Sequence[str] = (), typed: str = "") -> Answer:
        """Run a command, and keep its line to be shown. It may block.

        `unshown` are words that a person at a terminal has no use for; `typed` are the secrets
        that one would be asked for there.
        """
        self.line = spelt(words)
        self.known_at = float("-inf")  # it may have been a login
        return self.run([*words, *unshown], typed)


def spelt(words: Sequence[str]) -> str:
    """Write a command as people type it into a shell."""
    return shlex.join([PROGRAM, *words])
