"""The dashboard: a letter to its rows, what the window costs while nobody types, and its memory.

A letter is held up to 80 ms before it reaches the field, because it might be a scanner's: that
wait is the guard's, comes on top, and is not counted here.
"""

import asyncio
import gc
import time
from collections.abc import Iterator
from pathlib import Path

from textual.widgets import Input

from boxoffice.office import BoxOffice
from tests.bench.databases import DAY, KINDS
from tests.bench.harness import Bench, Row, at_most, percentile, plain
from tests.tui.boards import Seat, seated
from tui.commands import Place
from tui.house import Answer, House
from tui.screens.board import Board
from tui.words import Language

_TYPED = ("s", "si", "sil", "silv", "silva", "m", "ma", "mar", "mari", "maria")
_MIB = 1024 * 1024


def screens(bench: Bench) -> Iterator[Row]:
    """Measure the window over a million attendees."""
    size = bench.pick(100_000, 1_000_000)
    for kind in KINDS:
        filled = bench.databases.filled(kind, size, night_count=bench.pick(50_000, 300_000))
        waits = asyncio.run(_letters(_house(filled.office), bench.pick(2, 20)))
        name = f"dashboard, {kind}, {size:,} attendees: a letter to its rows, p99"
        yield plain(name, "ms", percentile(waits, 99), waits, at_most(50, "ms"))
        cpu, grown = asyncio.run(
            _idle(_house(filled.office), bench.pick(10, 60), bench.pick(300, 10_000))
        )
        name = f"dashboard, {kind}: Tonight, {size:,} attendees: processor while nobody types"
        yield plain(name, "%", cpu, [cpu], at_most(1, "%"))
        name = f"dashboard, {kind}: memory that refreshes leave behind"
        yield plain(name, "MiB", grown, [grown], at_most(5, "MiB"))


def _house(office: BoxOffice) -> House:
    return House(office, lambda _: Answer(0, "", ""), Language.PT, event=DAY)


async def _letters(house: House, rounds: int) -> list[float]:
    """Return the milliseconds from each letter in the field to the rows that it means."""
    waits = []
    async with seated(house, Place.ORDERS) as seat:
        field = seat.board.query_one("#search", Input)
        for turn in range(rounds + 1):
            for text in _TYPED:
                start = time.perf_counter()
                field.value = text
                await _until_read(seat.board)
                if turn:  # the first round reads what everybody reads
                    waits.append((time.perf_counter() - start) * 1e3)
                await seat.until_read()
    return waits


async def _until_read(board: Board) -> None:
    board.is_read = False
    while not board.is_read:  # noqa: ASYNC110  (a moment finer than what is measured)
        await asyncio.sleep(0.0005)


async def _idle(house: House, seconds: float, refreshes: int) -> tuple[float, float]:
    """Return the percent of a processor that Tonight takes, and the MiB that refreshes leave."""
    async with seated(house) as seat:
        begun, worked = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        cpu = 100 * (time.process_time() - worked) / (time.perf_counter() - begun)
        await _refresh(seat, 50)
        before = _resident()
        await _refresh(seat, refreshes)
        return cpu, (_resident() - before) / _MIB


async def _refresh(seat: Seat, count: int) -> None:
    for _ in range(count):
        seat.board.reload()
        await _until_read(seat.board)
    gc.collect()


def _resident() -> int:
    """Return the bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
