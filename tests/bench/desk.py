"""The desk in a real pseudo-terminal: from a scanner's last byte to the verdict in the output."""

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from tests.bench.databases import DAY, SQLITE, TIER
from tests.bench.harness import Bench, Row, Sample, at_most, duel, whole
from tests.bench.startup import environment
from tests.making import a_sale, codes_of
from tests.tui.terminal import Terminal, terminal

_ECHO = (sys.executable, "-m", "tests.bench.echo")
_ECHO_AND_ORM = (
    *(sys.executable, "-c"),
    "import sqlmodel; from tests.bench.echo import Echo; Echo().run(mouse=False)",
)
_DESK = (
    *(sys.executable, "-c", "from boxoffice.cli.main import run; run()"),
    *("desk", "--event", DAY, "--mute", "--lang", "en"),
)
_REST_SECONDS = 0.05  # between two guests: the screen has come to rest
_ORDER_MAX = 10


def desk(bench: Bench) -> Iterator[Row]:
    """Compare the desk with an app that has one field and echoes it: no database, no verdict."""
    url, office = bench.databases.selling(SQLITE)
    more = environment(url, bench.folder)
    count, rounds = bench.pick(20, 50), bench.pick(3, 7)

    def codes() -> list[tuple[str, str]]:
        sales = [
            a_sale(office, (TIER, _ORDER_MAX), event=DAY) for _ in range(-(-count // _ORDER_MAX))
        ]
        tickets = [one for sale in sales for one in sale.tickets]
        texts = [code for sale in sales for code in codes_of(sale)]
        return [(code, one.short_code) for code, one in zip(texts, tickets, strict=True)]

    with terminal(_ECHO, more) as echo, terminal(_DESK, more) as ours:
        echo.wait_for("SCAN")
        ours.wait_for("SCAN")
        (first_code, first_name), *_ = codes()  # the first guest also waits for what is loaded then
        _scans(echo, [(first_code, f"<{first_code}>")])
        _scans(ours, [(first_code, first_name)])
        met = duel(
            lambda: _scans(echo, [(code, f"<{code}>") for code, _ in codes()]),
            lambda: _scans(ours, codes()),
            rounds=rounds,
        )
    note = "plain Textual Input that echoes; both in a pseudo-terminal of 80 × 24"
    yield met.waits("desk: scanner line to verdict, p50", 50, at_most(1.5), note=note)
    yield met.waits("desk: scanner line to verdict, p99", 99, at_most(1.5))

    def first(command: tuple[str, ...]) -> Callable[[], Sample]:
        return partial(whole, 1, partial(_first_paint, command, more))

    met = duel(first(_ECHO_AND_ORM), first(_DESK), rounds=bench.pick(3, 9))
    note = "the same app, when it also imports sqlmodel"
    yield met.times("desk: from start to first paint", at_most(1.5), note=note)


def _scans(terminal: Terminal, codes: list[tuple[str, str]]) -> Sample:
    """Type each code, and wait until its mark is in what the program writes."""
    waits, begin = [], time.perf_counter()
    for code, mark in codes:
        terminal.read(_REST_SECONDS)
        terminal.written = b""
        start = time.perf_counter()
        terminal.type(f"{code}\r".encode())
        terminal.wait_for(mark)
        waits.append(time.perf_counter() - start)
    return Sample(len(codes), time.perf_counter() - begin, tuple(waits))


def _first_paint(command: tuple[str, ...], more: dict[str, str]) -> None:
    with terminal(command, more) as made:
        made.wait_for("SCAN")
