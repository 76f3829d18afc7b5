"""The dashboard: a key to the rows it finds, what the window costs while nobody types, its memory.

A key goes the way of a person's: through the scan guard into the field, a thread asks, and the
rows are drawn. Only the terminal itself is left out.
"""

import asyncio
import gc
import time
from collections.abc import Iterator
from pathlib import Path

from textual import events

from boxoffice.office import BoxOffice
from tests.bench.databases import DAY, KINDS
from tests.bench.harness import Bench, Row, at_most, percentile, plain
from tests.tui.boards import Seat, seated
from tui.commands import Place
from tui.house import Answer, House
from tui.screens.board import Board
from tui.screens.orders import Found, OrdersBoard
from tui.tidying import untidied
from tui.words import Language

_WORDS = ("silva", "maria", "xav", "joao s", "bartolomeu", "qu")
_MIB = 1024 * 1024
_WARM_UP = 50  # refreshes, after which nothing is made for the first time


def dashboard(bench: Bench) -> Iterator[Row]:
    """Measure the window over a million attendees."""
    size = bench.pick(100_000, 1_000_000)
    for kind in KINDS:
        filled = bench.databases.filled(kind, size, night_count=bench.pick(50_000, 300_000))
        waits = asyncio.run(keys(house_of(filled.office), bench.pick(1, 12)))
        name = f"dashboard, {kind}, {size:,} attendees: a key to its rows, p99"
        note = f"median {percentile(waits, 50):.0f} ms"
        yield plain(name, "ms", percentile(waits, 99), waits, at_most(50, "ms"), note=note)
        cpu = asyncio.run(idle(house_of(filled.office), bench.pick(3, 60)))
        name = f"dashboard, {kind}, {size:,} attendees: processor while nobody types"
        yield plain(name, "%", cpu, [cpu], at_most(1, "%"))
        count = bench.pick(200, 10_000)
        _, selling = bench.databases.selling(kind)
        grown = asyncio.run(refreshed(house_of(selling), count))
        name = f"dashboard, {kind}: memory that {count:,} refreshes leave behind"
        yield plain(name, "MiB", grown, [grown], at_most(5, "MiB"))


def house_of(office: BoxOffice) -> House:
    """Return a house that asks and does nothing."""
    return House(office, lambda *_: Answer(0, "", ""), Language.PT, event=DAY)


async def keys(house: House, rounds: int) -> list[float]:
    """Return the milliseconds from each key of some words to the rows that it means."""
    waits: list[float] = []
    async with seated(house, Place.ORDERS) as seat:
        with untidied() as loaded:
            loaded()  # as the command's window is, two seconds after a screen's first look
            for turn in range(rounds + 1):
                for word in _WORDS:
                    found = await _typed(seat, word)
                    if turn:  # the first round reads what everybody reads
                        waits += found
    return waits


async def _typed(seat: Seat, word: str) -> list[float]:
    """Type a word and take it away again; return the wait of each of its letters."""
    waits = []
    for length in range(1, len(word) + 1):
        wait = await _pressed(seat, word[:length])
        if not word[:length].endswith(" "):  # a blank means the rows that are there
            waits.append(wait)
    await seat.press(*["backspace"] * len(word))
    await seat.until_read()
    return waits


async def _pressed(seat: Seat, text: str) -> float:
    """Press the last key of `text`; return the milliseconds until its rows are drawn."""
    board = seat.board
    assert isinstance(board, OrdersBoard)
    drawn = asyncio.Event()
    show = type(board).show

    def shown(found: Found) -> None:
        show(board, found)
        if found.text == text.strip():
            board.call_after_refresh(drawn.set)

    board.show = shown  # type: ignore[method-assign]  # to see when, not to change what
    start = time.perf_counter()
    seat.app.post_message(events.Key("space" if text[-1] == " " else text[-1], text[-1]))
    if text[-1] == " ":
        return 0.0
    await drawn.wait()
    return (time.perf_counter() - start) * 1e3


async def idle(house: House, seconds: float) -> float:
    """Return the percent of a processor that Tonight takes while nobody types or writes."""
    async with seated(house):
        begun, worked = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        return 100 * (time.process_time() - worked) / (time.perf_counter() - begun)


async def refreshed(house: House, count: int) -> float:
    """Return the MiB that so many refreshes of Tonight leave behind."""
    async with seated(house) as seat:
        await _refresh(seat, _WARM_UP)
        before = _resident()
        await _refresh(seat, count)
        return (_resident() - before) / _MIB


async def _refresh(seat: Seat, count: int) -> None:
    for _ in range(count):
        seat.board.reload()
        await _until_read(seat.board)
    gc.collect()


async def _until_read(board: Board) -> None:
    board.is_read = False
    while not board.is_read:  # noqa: ASYNC110  (a moment finer than what is measured)
        await asyncio.sleep(0.0005)


def _resident() -> int:
    """Return the bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
