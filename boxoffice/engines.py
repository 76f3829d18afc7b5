"""How each database is dialled, and its drivers' errors in our words."""

import re
import select
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from boxoffice.errors import DatabaseBusy, DatabaseSilent, Misconfigured

_SQLITE_WAIT_MILLIS = 5_000
_POSTGRES_LIMITS = MappingProxyType(
    {
        "lock_timeout": "2s",
        "statement_timeout": "10s",
        "idle_in_transaction_session_timeout": "10s",
        "timezone": "UTC",
        "max_parallel_workers_per_gather": "0",  # a clerk's search must not start workers: 100 ms
    }
)
_TRUSTED_SECONDS = 1.0  # a line that was used so lately is not asked whether it is there
_OPTION = re.compile(r"(?:-c\s*|--)([a-z_.]+)=(\S+)")
_POOLER, _POOLED = "pooler", "transaction"
_BUSY_STATES = {"55P03", "40P01", "40001", "57014"}  # lock, deadlock, serialisation, time-out
_NO_TABLE_STATE = "42P01"


def read_url(url: str) -> URL:
    """Return the URL of a database as its driver wants it.

    Raises:
        Misconfigured: it is none of a SQLite file or a PostgreSQL server.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Misconfigured(
            "BOXOFFICE_DATABASE_URL is not a database URL.",
            hint="write sqlite:////absolute/path.db or postgresql://user@host/name",
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite")
    if backend in {"postgresql", "postgres"}:
        if parsed.query.get(_POOLER, _POOLED) != _POOLED:
            raise Misconfigured(
                "pooler in BOXOFFICE_DATABASE_URL knows one word: transaction.",
                hint="without a pooler, leave it out",
            )
        return parsed.set(drivername="postgresql+psycopg")
    raise Misconfigured(
        "BOXOFFICE_DATABASE_URL must name a SQLite file or a PostgreSQL server.",
        hint="write sqlite:////absolute/path.db or postgresql://user@host/name",
    )


def sqlite_engine(url: URL, *, writes: bool) -> Engine:
    """Return an engine whose writers begin IMMEDIATE, and whose readers cannot write."""
    engine = create_engine(
        url,
        connect_args={"timeout": _SQLITE_WAIT_MILLIS / 1000},
        hide_parameters=True,  # a failed statement must not carry names into the log
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            f"busy_timeout={_SQLITE_WAIT_MILLIS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",  # what is erased leaves the file
            f"query_only={'OFF' if writes else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Race: two writers. IMMEDIATE makes the second wait before it reads, not after.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def is_pooled(url: URL) -> bool:
    """Whether the URL says that a pooler gives us a session for a transaction, and no longer."""
    return url.query.get(_POOLER) == _POOLED


def postgres_engine(url: URL, *, writes: bool) -> Engine:
    """Return an engine whose every wait has an end, and which finds a restarted server again.

    `options` of the URL may move an end. Behind a pooler nothing of a session is relied on: the
    limits come with each transaction, and no statement is prepared. PgBouncer refuses, or drops,
    limits that come with the connection.
    """
    asked = str(url.query.get("options", ""))
    ours = " ".join(f"-c {name}={value}" for name, value in _POSTGRES_LIMITS.items())
    session: dict[str, Any] = {"options": f"{ours} {asked}"}  # the later of two wins
    if is_pooled(url):
        session = {"prepare_threshold": None}
    engine = create_engine(
        url.difference_update_query(["options", _POOLER]),
        hide_parameters=True,
        pool_size=5,
        max_overflow=5,
        pool_timeout=5,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 3,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            "application_name": "boxoffice",
            **session,
        },
        execution_options={"postgresql_readonly": not writes},
    )
    _ask_when_in_doubt(engine)
    if is_pooled(url):
        _limit_each_transaction(engine, _POSTGRES_LIMITS | dict(_OPTION.findall(asked)))
    return engine


def _limit_each_transaction(engine: Engine, limits: Mapping[str, str]) -> None:
    """Have every transaction begin with its own limits, which end with it: one more question."""
    statement = "SELECT " + ", ".join("set_config(%s, %s, true)" for _ in limits)
    parameters = tuple(part for limit in limits.items() for part in limit)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement, parameters)


def _ask_when_in_doubt(engine: Engine) -> None:
    """Ask a line whether its server is there, as `pool_pre_ping`, but not each time.

    Asking costs 0.24 ms, a quarter of a scan. A line that was used a moment ago is not asked,
    unless its server said something since: it says goodbye.
    """

    @event.listens_for(engine, "connect")
    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["answered_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        is_recent = time.monotonic() - record.info["answered_at"] < _TRUSTED_SECONDS
        if is_recent and not _has_news(connection.fileno()):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool dials anew


def _has_news(fileno: int) -> bool:
    """Whether something has arrived on a line, or it is closed. Never waits."""
    line = select.poll()
    line.register(fileno, select.POLLIN)
    return bool(line.poll(0))


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn the drivers' errors into refusals; what is our own mistake passes unchanged."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseBusy("every database connection is in use.", hint="try again") from error
    except (OperationalError, InterfaceError) as error:
        raise _translated(error) from error
    except DBAPIError as error:
        is_no_database = "not a database" in str(error.orig)
        if is_no_database or _state(error) in _BUSY_STATES | {_NO_TABLE_STATE}:
            raise _translated(error) from error
        raise


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _translated(error: DBAPIError) -> Exception:
    said = str(error.orig)
    if _state(error) in _BUSY_STATES or "locked" in said or "busy" in said:
        return DatabaseBusy(
            "another writer holds the database.", hint="nothing was changed; try again"
        )
    if _state(error) == _NO_TABLE_STATE or "no such table" in said:
        return Misconfigured("the database is not initialised.", hint="run: boxoffice init")
    if "readonly" in said or "unable to open" in said or "not a database" in said:
        return Misconfigured(
            "the database file cannot be opened for writing.",
            hint="check BOXOFFICE_DATABASE_URL, the file and its folder: boxoffice doctor",
        )
    if "unsupported startup parameter" in said:
        return Misconfigured(
            "a pooler stands before the database, and BOXOFFICE_DATABASE_URL does not say so.",
            hint="add ?pooler=transaction to it (&pooler=transaction after other words)",
        )
    return DatabaseSilent(
        "the database cannot be reached, or the line to it broke.",
        hint="check it with: boxoffice doctor; then repeat the command",
    )
