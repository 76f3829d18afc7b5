"""The raw drivers: a transaction and a statement, as somebody would write them by hand."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url

_SQLITE_WAIT_SECONDS = 5.0


class Raw(Protocol):
    """One connection. Statements are written with `?`; values of ours go through `value`."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run one statement and return its cursor."""

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row."""

    def transaction(self) -> Any:
        """Open a transaction that is kept when its block ends well."""

    def value(self, value: Any) -> Any:
        """Return a value as this database keeps it."""

    def close(self) -> None:
        """Let the connection go."""


class RawPostgres:
    """psycopg 3, with the plans it prepares by itself."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(libpq_url(url))
        self._cursor = self.connection.cursor()

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run one statement and return its cursor."""
        return self._cursor.execute(sql.replace("?", "%s").encode(), values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        self._cursor.executemany(sql.replace("?", "%s").encode(), rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction that is kept when its block ends well."""
        yield
        self.connection.commit()

    def value(self, value: Any) -> Any:
        """Return a value as it is: the driver knows ids and moments."""
        return value

    def close(self) -> None:
        """Let the connection go."""
        self.connection.close()


class RawSqlite:
    """The sqlite3 module, as safe as our own connections: WAL, synchronous, one writer at once."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(
            sqlite_path(url), timeout=_SQLITE_WAIT_SECONDS, isolation_level=None
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute("PRAGMA secure_delete=ON")
        self._cursor = self.connection.cursor()

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run one statement and return its cursor."""
        return self._cursor.execute(sql, values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        self._cursor.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction that is kept when its block ends well."""
        self._cursor.execute("BEGIN IMMEDIATE")
        yield
        self._cursor.execute("COMMIT")

    def value(self, value: Any) -> Any:
        """Return an id as hex digits and a moment as text, as SQLAlchemy keeps them."""
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return value

    def close(self) -> None:
        """Let the connection go."""
        self.connection.close()


def connect(url: str) -> Raw:
    """Open a raw connection to the database at `url`."""
    return RawSqlite(url) if is_sqlite(url) else RawPostgres(url)


def is_sqlite(url: str) -> bool:
    """Whether `url` is one of a SQLite file."""
    return url.startswith("sqlite")


def sqlite_path(url: str) -> str:
    """Return the file of a SQLite database."""
    return make_url(url).database or ""


def libpq_url(url: str) -> str:
    """Return the URL of a PostgreSQL database as its own library reads it."""
    return url.replace("postgresql+psycopg:", "postgresql:")


def insert(table: str, row: dict[str, Any], *more: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return one INSERT of rows with the same columns, and its values."""
    marks = f"({', '.join('?' * len(row))})"
    columns, rows = ", ".join(row), ", ".join([marks] * (1 + len(more)))
    sql = f"INSERT INTO {table} ({columns}) VALUES {rows}"  # noqa: S608  (names of our own)
    return sql, [value for each in (row, *more) for value in each.values()]
