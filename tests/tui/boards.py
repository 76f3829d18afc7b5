"""Sit at the dashboard: press keys, wait until something is so, and read the screen."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from tui.commands import Place
from tui.dashboard import Dashboard
from tui.house import House
from tui.screens.board import Board

SMALL, LARGE = (80, 24), (120, 40)
PATIENCE_SECONDS = 30.0


class Window(Dashboard):
    """The dashboard, with what its toasts said."""

    told: tuple[str, ...] = ()

    def tell(self, text: str, *, is_trouble: bool = False) -> None:
        self.told += (text,)
        super().tell(text, is_trouble=is_trouble)


class Seat:
    """Somebody who sits at the window."""

    def __init__(self, app: Window, pilot: Pilot[None]) -> None:
        self.app = app
        self._pilot = pilot

    @property
    def board(self) -> Board:
        """The screen that is shown, below whatever lies over it."""
        assert isinstance(self.app.home, Board)
        return self.app.home

    async def press(self, *keys: str) -> None:
        """Press keys as a person does: each one has arrived before the next."""
        for key in keys:
            await self._pilot.press(key)
            await self._pilot.pause(0.1)

    async def write(self, *fields: str) -> None:
        """Fill in fields from the one with the keys on, Enter after each."""
        for text in fields:
            await self.until(lambda: isinstance(self.app.screen.focused, Input))
            focused = self.app.screen.focused
            assert isinstance(focused, Input), "a field has the keys"
            focused.value = text
            await self.press("enter")

    async def resize(self, columns: int, rows: int) -> None:
        """Pull the window to another size."""
        await self._pilot.resize_terminal(columns, rows)

    async def breathe(self) -> None:
        """Let the window go on for a moment."""
        await asyncio.sleep(0.001)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        over = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < over, self.text()
            await self._pilot.pause(0.05)

    async def until_at(self, place: Place) -> None:
        """Wait until a screen is the one that is shown."""
        await self.until(lambda: self.board.PLACE is place)

    async def until_shown(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        await self.until(lambda: text in self.text())

    async def until_told(self, text: str) -> None:
        """Wait until a toast said something."""
        await self.until(lambda: any(text in told for told in self.app.told))

    async def until_read(self) -> None:
        """Wait until nothing is asked any more, and what was found is drawn."""
        await self.until(lambda: self.board.is_read)
        await self._pilot.pause(0.1)
        await self.until(lambda: not any(worker.is_running for worker in self.app.workers))
        await self._pilot.pause()

    def rows(self, name: str) -> int:
        """Count the rows of a table."""
        return self.board.query_one(f"#{name}", DataTable).row_count

    def text(self) -> str:
        """Return the screen as plain text."""
        lines = self.app.screen._compositor.render_strips()  # noqa: SLF001  (no other way to it)
        return "\n".join(strip.text.rstrip() for strip in lines) + "\n"


@asynccontextmanager
async def seated(
    house: House,
    place: Place = Place.TONIGHT,
    *,
    size: tuple[int, int] = SMALL,
    theme: str = "dark",
) -> AsyncIterator[Seat]:
    """Open the window at one screen."""
    app = Window(house, start=place, theme=f"boxoffice-{theme}")
    async with app.run_test(size=size) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: isinstance(app.home, Board))
        await seat.until_read()
        yield seat
