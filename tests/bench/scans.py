"""A scan at the door, where there are ten thousand tickets and where there are a million."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import event

from boxoffice.door.rules import Verdict
from tests.bench.databases import DAY, KINDS, Filled
from tests.bench.harness import Bench, Row, at_least, at_most, duel, steps
from tests.bench.raw import connect
from tests.bench.raw_scans import STATEMENTS, raw_scans
from tests.making import shown_at

_SMALL = 10_000


def scans(bench: Bench) -> Iterator[Row]:
    """Compare `scan` with its statements by hand, and many tickets with few."""
    size = bench.pick(100_000, 1_000_000)
    for kind in KINDS:
        small = bench.databases.filled(kind, _SMALL)
        big = bench.databases.filled(kind, size, night_count=bench.pick(50_000, 300_000))
        _check_that_both_say_the_same(small)
        raw = connect(big.url)
        count, rounds = bench.pick(100, 150), bench.pick(5, 6)
        by_hand = duel(
            partial(steps, count, raw_scans(raw, big.codes)),
            partial(steps, count, partial(_scan, big)),
            rounds=rounds,
        )
        raw.close()
        yield by_hand.rates(f"scan, {kind}, {size:,} tickets", at_least(0.4))
        yield by_hand.waits(f"scan, {kind}, {size:,} tickets: p99", 99, None)
        grown = duel(
            partial(steps, count, partial(_scan, small)),
            partial(steps, count, partial(_scan, big)),
            rounds=rounds,
        )
        name = f"scan, {kind}, {size:,} tickets against {_SMALL:,}"
        yield grown.times(name, at_most(1.2), note="the floor is our own scan among few")


def _scan(filled: Filled) -> None:
    admission = shown_at(filled.office, next(filled.codes), event=DAY)
    assert admission.verdict is Verdict.OK, "every guest is shown once"


def _check_that_both_say_the_same(filled: Filled) -> None:
    """Stop when the floor no longer runs as many statements as we do."""
    said: list[str] = []

    def hear(_line: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's way to open the transaction
            said.append(statement)

    engine = filled.office.database.writer
    event.listen(engine, "before_cursor_execute", hear)
    _scan(filled)
    event.remove(engine, "before_cursor_execute", hear)
    wanted = STATEMENTS["sqlite" if filled.office.database.is_sqlite else "postgres"]
    assert len(said) == wanted, f"a scan now runs {len(said)} statements: {said}"
