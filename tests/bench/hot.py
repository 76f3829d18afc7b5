"""The row that everybody wants: five designs for it by hand, on PostgreSQL, many at once.

Each writes the same order; they differ in how its two places are taken. The floor is the design we
have: the hot rows are updated last, each by a statement of its own.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.bench.crowd import crowd
from tests.bench.databases import POSTGRES
from tests.bench.harness import Bench, Row, duel
from tests.bench.orders import hot_of
from tests.bench.raw import Raw, connect
from tests.bench.raw_orders import Hot, Take, raw_orders, take_by_update

_HANDS = (8, 32)
_SHARDS = 16
_PLACES = 400_000
_SHARDED = f"""
CREATE TABLE hot_shard (
    tier_id UUID, shard INTEGER, places_left INTEGER CHECK (places_left >= 0),
    PRIMARY KEY (tier_id, shard)
);
INSERT INTO hot_shard SELECT id, shard, {_PLACES // _SHARDS} FROM tier
    CROSS JOIN generate_series(1, {_SHARDS}) AS shard;
"""  # noqa: S608  (numbers of ours)
_QUEUED = f"""
CREATE TABLE hot_place (tier_id UUID, number INTEGER, PRIMARY KEY (tier_id, number));
INSERT INTO hot_place SELECT id, number FROM tier
    CROSS JOIN generate_series(1, {_PLACES}) AS number;
"""  # noqa: S608  (the same)
_TAKE_SHARD = (
    "UPDATE hot_shard SET places_left = places_left - 2 "
    "WHERE tier_id = ? AND shard = ? AND places_left >= 2"
)
_TAKE_PLACES = (
    "DELETE FROM hot_place WHERE (tier_id, number) IN (SELECT tier_id, number FROM hot_place "
    "WHERE tier_id = ? ORDER BY number LIMIT 2 FOR UPDATE SKIP LOCKED)"
)


def hot(bench: Bench) -> Iterator[Row]:
    """Compare the designs, in turns with ours."""
    url, office = bench.databases.selling(POSTGRES)
    wanted = hot_of(office)
    office.database.close()  # the hands are forked: nothing is open across that
    raw = connect(url)
    for script in (_SHARDED, _QUEUED):
        with raw.transaction():
            raw.run(script)
    raw.close()
    seconds = bench.pick(4, 15) / 10
    designs: dict[str, Callable[[], Callable[[], object]]] = {
        "hot rows first": partial(_step, url, wanted, take_by_update, is_first=True),
        "one statement": partial(_one_statement, url, wanted),
        f"{_SHARDS} sharded counters": partial(_step, url, wanted, _take_shard),
        "a row a place, SKIP LOCKED": partial(_step, url, wanted, _take_places),
    }
    for hands in _HANDS[: bench.pick(1, len(_HANDS))]:
        for name, make in designs.items():
            met = duel(
                partial(
                    crowd, partial(_step, url, wanted, take_by_update), hands=hands, seconds=seconds
                ),
                partial(crowd, make, hands=hands, seconds=seconds),
                rounds=bench.pick(2, 5),
            )
            row = f"hot drop by hand, {hands} at once: {name}"
            yield met.rates(row, None, note="the floor updates the hot rows last, as we do")
            yield met.waits(f"{row}: p99", 99, None)


def _step(url: str, wanted: Hot, take: Take, *, is_first: bool = False) -> Callable[[], object]:
    return raw_orders(connect(url), wanted, take=take, is_first=is_first)


def _one_statement(url: str, wanted: Hot) -> Callable[[], object]:
    return raw_orders(_Collected(connect(url)), wanted)


def _take_shard(raw: Raw, wanted: Hot) -> None:
    """Take two places of a counter that few others want at this moment."""
    shard = random.randint(1, _SHARDS)  # noqa: S311  (spreads, hides nothing)
    assert raw.run(_TAKE_SHARD, [wanted.tier_id, shard]).rowcount == 1, "it does not sell out"


def _take_places(raw: Raw, wanted: Hot) -> None:
    """Take two places that nobody else has in hand."""
    assert raw.run(_TAKE_PLACES, [wanted.tier_id]).rowcount == 2, "it does not sell out"


class _Collected:
    """A connection that keeps what it is told, and says it all at once when the block ends."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._told: list[tuple[str, list[Any]]] = []

    def run(self, sql: str, values: Any = ()) -> Any:
        """Keep one statement. It will touch one row: that is checked by nobody here."""
        self._told.append((sql, list(values)))
        return SimpleNamespace(rowcount=1)

    def run_many(self, sql: str, rows: Any) -> None:
        """Keep one statement for each row."""
        for row in rows:
            self.run(sql, row)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run all that was kept as one statement with many parts."""
        yield
        *parts, last = self._told
        head = ", ".join(f"part{number} AS ({sql})" for number, (sql, _) in enumerate(parts))
        with self._raw.transaction():
            done = self._raw.run(f"WITH {head} {last[0]}", [v for _, vs in self._told for v in vs])
            assert done.rowcount == 1, "the event does not sell out"
        self._told = []

    def value(self, value: Any) -> Any:
        """Return a value as this database keeps it."""
        return self._raw.value(value)

    def close(self) -> None:
        """Let the connection go."""
        self._raw.close()
