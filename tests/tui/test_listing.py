"""A page of rows: cut to its columns, with a cursor that keys and the mouse move alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.text import cell
from tui.widgets.listing import Column, Line, Listing

NAMES = ("Ana", "[b]Caio[/b] \x1b[31m", "日本 e um nome bem comprido demais")


class Page(App[None]):
    """A window with nothing but a listing."""

    CSS = "Listing { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    def compose(self) -> ComposeResult:
        yield Listing([Column("order", 6), Column("buyer"), Column("no.", 3)], id="rows")

    @property
    def listing(self) -> Listing:
        return self.query_one(Listing)

    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()  # noqa: SLF001  (no other way to it)
        return [strip.text.rstrip() for strip in strips]


@asynccontextmanager
async def a_page(
    *names: str, size: tuple[int, int] = (32, 6)
) -> AsyncIterator[tuple[Page, Pilot[None]]]:
    """Open a window with a row for each name."""
    page = Page()
    async with page.run_test(size=size) as pilot:
        page.listing.fill(
            [
                Line(str(at), (cell(f"K{at}"), cell(name), cell("1")))
                for at, name in enumerate(names)
            ]
        )
        page.listing.focus()
        await pilot.pause()
        yield page, pilot


@pytest.mark.anyio
async def test_a_row_is_cut_to_its_columns_and_acts_on_no_terminal() -> None:
    async with a_page(*NAMES) as (page, _):
        assert page.lines()[:4] == [
            " order   buyer              no.",
            " K0      Ana                1",
            " K1      [b]Caio[/b] �[31m  1",
            " K2      日本 e um nome b…  1",
        ]


@pytest.mark.anyio
async def test_the_open_column_takes_what_a_wider_window_gives() -> None:
    async with a_page(*NAMES) as (page, pilot):
        await pilot.resize_terminal(60, 6)
        await pilot.pause()

        assert page.lines()[3].split() == ["K2", *NAMES[2].split(), "1"]


@pytest.mark.anyio
async def test_a_click_on_a_row_chooses_it() -> None:
    async with a_page(*NAMES) as (page, pilot):
        await pilot.click(Listing, offset=(12, 2))
        await pilot.pause()

        assert page.listing.chosen == "1"


@pytest.mark.anyio
async def test_the_row_under_the_cursor_stands_out_and_is_scrolled_to() -> None:
    async with a_page(*(f"nome {at}" for at in range(20))) as (page, pilot):
        await pilot.press("end")
        await pilot.pause()

        *_, before, last = page.screen._compositor.render_strips()  # noqa: SLF001  (the same)
        assert (page.listing.chosen, last.text[1:4]) == ("19", "K19")
        assert next(iter(last)).style != next(iter(before)).style
