"""A desk on a stage: a real database below, a clock and a stop-watch that tests move."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from textual import events
from textual.pilot import Pilot

from boxoffice.door.queries import gate_at
from boxoffice.office import BoxOffice
from tests.making import SLUG, Clock
from tui.app import BoxOfficeApp
from tui.commands import Place
from tui.desk import Desk, LocalDesk
from tui.desk_view import Teller
from tui.screens.desk import DeskScreen
from tui.screens.desk_parts import DeskParts
from tui.sources import ScanSource
from tui.walk_in import LocalCounter
from tui.words import Language

_ENDS = {"\r": "enter", "\n": "ctrl+j", "\t": "tab", "\x0f": "ctrl+o"}
_ORDER = re.compile(r"\b[A-HJKMNP-TV-Z2-9]{6}(?=-\d)")
_TURN_SECONDS = 0.01
_TURNS_MAX = 2_000  # of the event loop: more of them, and the desk hangs


class Window(BoxOfficeApp):
    """The window, with what its toasts said and how often it rang."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.told: list[str] = []
        self.bells = 0

    def tell(self, text: str, *, is_trouble: bool = False) -> None:
        self.told.append(text)
        del is_trouble

    def bell(self) -> None:
        self.bells += 1


@dataclass
class Stage:
    """The desk, and hands to work it with."""

    office: BoxOffice
    app: Window
    desk: DeskScreen
    pilot: Pilot[None]
    seconds: list[float] = field(default_factory=lambda: [0.0])

    async def type(self, text: str) -> None:
        """Type as a scanner does: every key at once."""
        for letter in text:
            key, character = _ENDS.get(letter, letter), None if letter in _ENDS else letter
            self.app.post_message(events.Key(key, character))
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys that type nothing, as a person does who looks before each."""
        for key in keys:
            self.later(0.5)
            self.app.post_message(events.Key(key, None))
            await self.settle()

    async def paste(self, text: str) -> None:
        """Paste a text."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def tick(self) -> None:
        """Let the desk look at its stop-watch."""
        self.desk.tick()
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything that was asked is answered and painted."""
        rests = 0
        for _ in range(_TURNS_MAX):
            await self.pilot.pause(_TURN_SECONDS)
            rests = rests + 1 if self.desk.is_at_rest else 0
            if rests == 3:  # what was painted may have asked something more
                return
        raise AssertionError("the desk does not come to rest")

    def later(self, seconds: float) -> None:
        """Let the stop-watch run."""
        self.seconds[0] += seconds

    async def look(self) -> None:
        """Let the desk count who is in."""
        self.desk.refresh_numbers()
        await self.settle()

    @property
    def clock(self) -> Clock:
        """The clock on the wall."""
        assert isinstance(self.office.now, Clock)
        return self.office.now

    @property
    def picture(self) -> str:
        """What is on the screen, as text; codes that were drawn by lot are replaced."""
        strips = self.app.screen._compositor.render_strips()  # noqa: SLF001  (there is no other way)
        lines = ["".join(part.text for part in strip).rstrip() for strip in strips]
        return _ORDER.sub("K7QX2M", "\n".join(lines))

    @property
    def verdicts(self) -> list[str]:
        """The looks of the log, the oldest first."""
        return [row.look for row in reversed(self.desk.scans.rows)]


@asynccontextmanager
async def on_stage(
    office: BoxOffice,
    *,
    size: tuple[int, int] = (80, 24),
    language: Language = Language.EN,
    desk: Desk | None = None,
    sources: Sequence[ScanSource] = (),
    door: str | None = None,
    sells: bool = True,
    **more: Any,
) -> AsyncIterator[Stage]:
    """Open a desk at gate A."""
    seconds = [0.0]
    with office.reading() as session:
        gate = gate_at(session, SLUG, door)
    used = desk or LocalDesk(office, SLUG, gate.list_name, "A")
    hides = more.pop("hides_names", False)
    parts = DeskParts(
        desk=used,
        status=used.status(),
        tell=Teller(language, gate.zone, hides),
        now=office.now,
        counter=partial(LocalCounter, office, SLUG) if sells else None,
        sources=sources,
        tick=lambda: seconds[0],
        **more,
    )
    screen = DeskScreen(parts)
    app = Window({Place.DESK: lambda: screen}, start=Place.DESK, language=language)
    async with app.run_test(size=size) as pilot:
        stage = Stage(office, app, screen, pilot, seconds)
        await stage.settle()
        yield stage
