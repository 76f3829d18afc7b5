"""Rows go in: unless they are there already, several as one statement, or all at once.

Every sale writes six tables. SQLAlchemy would find its way from a statement to the same words each
time, and send several rows one by one: here the words are written once for each table and shape.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from boxoffice.db import WriteSession, Written

_ROWS_MAX = 100  # of one INSERT: SQLite takes 32,766 values, PostgreSQL 65,535
_FEW_ROWS = 20
_DIALECTS = MappingProxyType({"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"})


def insert_once(session: WriteSession, row: SQLModel) -> bool:
    """Insert `row` unless one of its unique keys is taken, and say whether it went in.

    The row object stays outside the session: read it back by its key when it is needed.
    """
    kind = type(row)
    values = {column.key: getattr(row, column.key) for column in _table_of(kind).columns}
    return insert_values_once(session, kind, values)


def insert_values_once(
    session: WriteSession, kind: type[SQLModel], values: Mapping[str, Any]
) -> bool:
    """Insert one row of `kind` as `insert_once` does, from plain values: one for each column."""
    return _insert(session, _table_of(kind), [values], is_once=True) == 1


def insert_rows(
    session: WriteSession, kind: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows of `kind`, all with the same columns, in as few statements as they fit in.

    Only columns that are named are written: the caller knows what the others begin with.
    """
    if session.kept_back is None:
        _insert_all(session, _table_of(kind), rows, is_once=False)
        return
    for first in range(0, len(rows), _ROWS_MAX):
        some = rows[first : first + _ROWS_MAX]
        session.kept_back.append(_told(session, _table_of(kind), some, is_once=False))


@contextmanager
def together(session: WriteSession) -> Iterator[None]:
    """Keep back what `insert_rows` is told in a block, and send it at the end, all at once.

    PostgreSQL takes several INSERTs as one statement: each way to it and back costs more than
    what it does. Nothing in the block sees the rows. SQLite is in this very process.
    """
    assert session.kept_back is None, "one block at a time"
    if session.is_sqlite:
        yield
        return
    session.kept_back = []
    try:
        yield
        *parts, last = session.kept_back
    finally:
        kept, session.kept_back = session.kept_back, None
    heads = [f"part{number} AS ({written.sql})" for number, (written, _) in enumerate(parts)]
    sql = f"WITH {', '.join(heads)} {last[0].sql}" if heads else last[0].sql
    session.line.exec_driver_sql(sql, tuple(value for _, values in kept for value in values))


def insert_all_once(
    session: WriteSession, kind: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert those rows of `kind` whose unique keys are free, and return how many went in."""
    return _insert_all(session, _table_of(kind), rows, is_once=True)


def _table_of(kind: type[SQLModel]) -> Table:
    table = kind.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
    assert isinstance(table, Table), "only a table's model has rows"
    return table


def _insert_all(
    session: WriteSession, table: Table, rows: Sequence[Mapping[str, Any]], *, is_once: bool
) -> int:
    """Insert any number of rows in as few statements as is fastest; return how many went in."""
    if len(rows) > _FEW_ROWS and not session.is_sqlite:
        # psycopg reads a statement anew each time it has more than 50 values; this one is short,
        # and its rows follow one another without waiting.
        written = _written(table, session.line.dialect.name, tuple(rows[0]), 1, is_once=is_once)
        values = list(zip(*_column_by_column(written, rows), strict=True))
        return session.line.exec_driver_sql(written.sql, values).rowcount
    return sum(
        _insert(session, table, rows[first : first + _ROWS_MAX], is_once=is_once)
        for first in range(0, len(rows), _ROWS_MAX)
    )


def _insert(
    session: WriteSession, table: Table, rows: Sequence[Mapping[str, Any]], *, is_once: bool
) -> int:
    """Insert `rows` in one statement, and return how many went in."""
    written, values = _told(session, table, rows, is_once=is_once)
    return session.line.exec_driver_sql(written.sql, tuple(values)).rowcount


def _told(
    session: WriteSession, table: Table, rows: Sequence[Mapping[str, Any]], *, is_once: bool
) -> tuple[Written, list[Any]]:
    """Return the statement and its values, as the driver takes them."""
    name_of_dialect = session.line.dialect.name
    written = _written(table, name_of_dialect, tuple(rows[0]), len(rows), is_once=is_once)
    if len(rows) > _FEW_ROWS:
        columns = _column_by_column(written, rows)
        return written, list(chain.from_iterable(zip(*columns, strict=True)))
    return written, [
        row[name] if tell is None else tell(row[name])
        for row in rows
        for name, tell in written.columns
    ]


def _column_by_column(
    written: Written, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Sequence[Any]]:
    """Yield the values of each column, as the driver takes them."""
    for name, tell in written.columns:
        values = [row[name] for row in rows]
        first = values[0]
        if tell is None:
            yield values
        elif values[-1] is first and all(value is first for value in values):  # a moment, a state
            yield [tell(first)] * len(values)
        else:
            yield [*map(tell, values)]


@cache
def _written(
    table: Table, dialect_name: str, names: tuple[str, ...], count: int, *, is_once: bool
) -> Written:
    """Write the statement, once for each number of rows."""
    dialect = make_url(_DIALECTS[dialect_name]).get_dialect()()
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    quoted = dialect.identifier_preparer.quote
    row = f"({', '.join([mark] * len(names))})"
    sql = (
        f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, names))}) "  # noqa: S608  (ours)
        f"VALUES {', '.join([row] * count)}{' ON CONFLICT DO NOTHING' * is_once}"
    )
    tells = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    return Written(sql, tuple(zip(names, tells, strict=True)))
