"""One meaning on two databases: sessions, engines and what their dialects disagree about.

`WriteSession` is one transaction that may change things, `ReadSession` one that the database
itself keeps read-only. SQLite writers begin IMMEDIATE: a transaction that reads first and writes
later would otherwise fail, or lose an update, when another writer came between.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection, CursorResult
from sqlmodel import Session

from boxoffice.engines import (
    in_our_words,
    is_pooled,
    postgres_engine,
    read_url,
    sqlite_engine,
)
from boxoffice.errors import Misconfigured
from boxoffice.schema import must_fit

SCHEMA = "0001"  # the newest migration; a test holds it to boxoffice/migrations

_LONG = (
    "statement_timeout = '15min'",
    "idle_in_transaction_session_timeout = '15min'",
    "cursor_tuple_fraction = 1",  # every row will be read: plan for the last, not for the first
)
_SNAPSHOT = "SELECT pg_current_snapshot()::text"  # moves with each transaction that writes
_MIGRATION_LOCK = 0x_B0_0F_FE
_MIGRATION_WAIT_SECONDS = 60  # for another migration


class ReadSession(Session):
    """A transaction that only reads."""

    @property
    def is_sqlite(self) -> bool:
        """Whether writers wait for one another before they read, and no row needs a lock."""
        return self.get_bind().dialect.name == "sqlite"

    @property
    def line(self) -> Connection:
        """The connection of the transaction, remembered: to ask the session costs a statement."""
        # A savepoint begins on a connection when it is asked for within it, and not before.
        transaction = self.get_nested_transaction() or self.get_transaction()
        if transaction is None or transaction is not self._line_of:
            self._line = self.connection()
            self._line_of = self.get_nested_transaction() or self.get_transaction()
        assert self._line is not None, "it was just opened"
        return self._line

    _line: Connection | None = None
    _line_of: object = None


@dataclass(frozen=True, slots=True)
class Written:
    """An INSERT in the words of one driver, and how each of its values is told to it."""

    sql: str
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]


class WriteSession(ReadSession):
    """A transaction that may write. Everything in it happens, or nothing does."""

    kept_back: list[tuple[Written, list[Any]]] | None = None  # INSERTs of `together`


class Database:
    """The engines of one database. Cheap to make: it connects when first asked."""

    def __init__(self, url: str) -> None:
        """Keep `url` for later.

        Raises:
            Misconfigured: the URL is not one of a SQLite file or a PostgreSQL server.
        """
        self.url = read_url(url)
        self._writer: Engine | None = None
        self._reader: Engine | None = None
        self._marker: Connection | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def writer(self) -> Engine:
        """The engine that writes."""
        if self._writer is None:
            self._writer = self._engine(writes=True)
        return self._writer

    @property
    def reader(self) -> Engine:
        """The engine that only reads."""
        if self._reader is None:
            self._reader = self._engine(writes=False)
        return self._reader

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """Open a transaction that is kept when the block ends well, and dropped otherwise.

        Raises:
            DatabaseBusy: another writer held on for too long.
            DatabaseSilent: the database cannot be reached, or the line broke.
        """
        with (
            in_our_words(),
            WriteSession(self.writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self, *, is_long: bool = False) -> Iterator[ReadSession]:
        """Open a transaction that the database keeps read-only.

        One that `is_long` reads for minutes; a clerk's question must be answered in seconds.

        Raises:
            DatabaseSilent: the database cannot be reached.
        """
        with in_our_words(), ReadSession(self.reader, expire_on_commit=False) as session:
            if is_long and not self.is_sqlite:
                for setting in _LONG:
                    session.connection().exec_driver_sql(f"SET LOCAL {setting}")
            yield session

    def mark(self) -> object:
        """Return what differs from the last answer when somebody else has written since.

        It costs less than any question about rows. A server may change it for what is not ours.
        One thread asks at a time.

        Raises:
            DatabaseSilent: the database cannot be reached.
        """
        if not self.is_sqlite:
            with self.reading() as session:
                return session.connection().exec_driver_sql(_SNAPSHOT).scalar_one()
        with in_our_words():
            # SQLite counts for one connection what the others have committed: so it is kept.
            if self._marker is None:
                self._marker = self.reader.connect()
            with self._marker.begin():
                return self._marker.exec_driver_sql("PRAGMA data_version").scalar_one()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open a connection for a migration: one transaction, and one migration at a time.

        Raises:
            DatabaseBusy: another migration held on for too long.
            DatabaseSilent: the database cannot be reached.
        """
        self.close()  # a connection of its own: its settings are not those of a sale
        with in_our_words(), self.writer.connect() as connection:
            if self.is_sqlite:
                _let_tables_be_rebuilt(connection)
            # Race: two machines start at once. The second waits here, then finds it done.
            with connection.begin():
                if not self.is_sqlite:
                    _wait_for_our_turn(connection)
                yield connection
                if self.is_sqlite:
                    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    assert orphan is None, "a migration leaves every row the row it refers to"
        self.close()

    @contextmanager
    def rewriting(self) -> Iterator[Connection]:
        """Open a connection without a transaction, for what rewrites the files themselves.

        Raises:
            DatabaseBusy: somebody else uses what is to be rewritten.
            DatabaseSilent: the database cannot be reached.
            Misconfigured: a pooler stands between.
        """
        self.must_be_direct()
        self.close()  # no connection of ours may stand in the way
        options = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with in_our_words(), self.writer.connect() as connection:
            yield connection.execution_options(**options)

    def must_be_direct(self) -> None:
        """Check that we have the server to ourselves: what is set for a whole session stays on it.

        `pg_dump` empties the search path of its session. A pooler would hand that session on, and
        whoever gets it next finds no table.

        Raises:
            Misconfigured: a pooler stands between.
        """
        if is_pooled(self.url):
            raise Misconfigured(
                "this cannot be done through a pooler.",
                hint="repeat it with the server itself in BOXOFFICE_DATABASE_URL",
            )

    def close(self) -> None:
        """Let every connection go."""
        if self._marker is not None:
            self._marker.close()
            self._marker = None
        for engine in (self._writer, self._reader):
            if engine is not None:
                engine.dispose()

    def forget(self) -> None:
        """Start anew after a fork: the lines are the parent's, and stay open there."""
        for engine in (self._writer, self._reader):
            if engine is not None:
                engine.dispose(close=False)
        self._writer = self._reader = self._marker = None

    def schema(self) -> str | None:
        """Return the migration this database is at, or `None` when it was never initialised."""
        if self.is_sqlite and not Path(self.url.database or "").exists():
            return None
        with in_our_words(), self.reader.connect() as connection:
            if not self.reader.dialect.has_table(connection, "alembic_version"):
                return None
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return str(found) if found else None

    def must_be_current(self) -> None:
        """Check that the database has a schema that this program may run on.

        Raises:
            Misconfigured: it has none, an older one, or one that is too new.
        """
        must_fit(self.schema(), SCHEMA)

    def _engine(self, *, writes: bool) -> Engine:
        if self.is_sqlite:
            return sqlite_engine(self.url, writes=writes)
        return postgres_engine(self.url, writes=writes)


def _let_tables_be_rebuilt(connection: Connection) -> None:
    """Let a migration of SQLite change a table by making it anew, rows and all.

    The driver is spoken to before the transaction begins: within one, these do nothing.
    """
    driver = connection.connection.dbapi_connection
    assert driver is not None, "it has just been opened"
    for pragma in ("foreign_keys=OFF", f"busy_timeout={_MIGRATION_WAIT_SECONDS * 1000}"):
        driver.cursor().execute(f"PRAGMA {pragma}")


def _wait_for_our_turn(connection: Connection) -> None:
    """Wait until no other migration runs. After that, whoever sells must not wait for us long.

    A change of a table that waits for a long reader makes all who come later wait behind it.
    """
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_MIGRATION_WAIT_SECONDS}s'")
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
    connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")


def changed(
    session: WriteSession,
    statement: Any,
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
) -> int:
    """Run a Core INSERT, UPDATE or DELETE and return how many rows it touched."""
    # Without the option an INSERT through psycopg counts -1 rows, whatever went in.
    options = {"preserve_rowcount": True}
    result = session.line.execute(statement, parameters, execution_options=options)
    assert isinstance(result, CursorResult)
    assert result.rowcount >= 0, "the driver counts rows"
    return result.rowcount


def private_file(path: Path) -> None:
    """Make an empty file that only its owner can read, with its folder, unless it is there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
