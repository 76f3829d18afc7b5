"""Indexes that the models name and the database lacks, and what that costs."""

import time
from dataclasses import dataclass
from statistics import median

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from boxoffice.db import Database
from boxoffice.migrations.models import metadata

_ROWS = 100_000  # of the table that is tried: a big night has as many
_TRIES = 9
_TEXT_ROWS = (
    f"WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {_ROWS}) "  # noqa: S608  (our own number)
    "INSERT INTO rehearsal_probe SELECT 'row ' || n FROM number"
)


@dataclass(frozen=True, slots=True)
class Missing:
    """One index that is not there."""

    name: str
    table: str
    columns: tuple[str, ...]
    is_unique: bool


@dataclass(frozen=True, slots=True)
class LookUp:
    """Milliseconds that one look-up among `rows` takes here, with an index and without."""

    rows: int
    with_millis: float
    without_millis: float


def missing_indexes(database: Database) -> list[Missing]:
    """Compare the indexes of a database with those of the models."""
    with database.reader.connect() as line:
        look = inspect(line)
        found = {
            index["name"]
            for table in metadata.sorted_tables
            for index in look.get_indexes(table.name)
        }
    return [
        Missing(
            str(index.name),
            table.name,
            tuple(column.name for column in index.columns),
            bool(index.unique),
        )
        for table in metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if index.name not in found
    ]


def look_up_costs(scratch: Database) -> LookUp:
    """Time a look-up on this machine and database, in a table that is dropped again."""
    with scratch.writer.connect() as line:
        line.execute(text("CREATE TEMPORARY TABLE rehearsal_probe (word TEXT)"))
        line.execute(text(_TEXT_ROWS))
        without = _millis(line)
        line.execute(text("CREATE INDEX rehearsal_probe_word ON rehearsal_probe (word)"))
        with_it = _millis(line)
        line.rollback()
    return LookUp(_ROWS, with_it, without)


def _millis(line: Connection) -> float:
    waits = []
    ask = text("SELECT word FROM rehearsal_probe WHERE word = :word")
    for turn in range(_TRIES):
        began = time.perf_counter()
        line.execute(ask, {"word": f"row {_ROWS - turn}"}).all()
        waits.append(1e3 * (time.perf_counter() - began))
    return median(waits)
