"""A database of the same kind as the live one, for as long as a rehearsal lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from boxoffice.db import Database
from boxoffice.errors import Refused
from boxoffice.migrations.run import upgrade
from boxoffice.rehearsal.leftovers import clear_databases, locked_name

_NOT_ALLOWED = "42501"  # insufficient_privilege


@contextmanager
def scratch(live: Database, folder: Path) -> Iterator[str]:
    """Make an empty, migrated database, and yield its URL; it is gone when the block ends.

    On SQLite it is a file in `folder`; on PostgreSQL a database of its own on the same server,
    where those that killed rehearsals of `live` have left are removed first. The live database is
    not written to.

    Raises:
        Refused: the user of the live database may create none (`rehearsal.no_database`).
        DatabaseSilent: the server cannot be reached.
    """
    if live.is_sqlite:
        url = f"sqlite:///{folder / 'boxoffice.db'}"
        upgrade(url)
        yield url
        return
    clear_databases(live)
    with locked_name(live) as name:
        _order(live, f'CREATE DATABASE "{name}"')
        try:
            url = live.url.set(database=name).render_as_string(hide_password=False)
            upgrade(url)
            yield url
        finally:
            _order(live, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _order(live: Database, statement: str) -> None:
    try:
        with live.rewriting() as connection:
            connection.exec_driver_sql("SET statement_timeout = '60s'")
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
            raise
        raise Refused(
            f"the user {live.url.username} may not create the scratch database.",
            hint=f'let it, for the rehearsal: ALTER ROLE "{live.url.username}" CREATEDB',
            code="rehearsal.no_database",
        ) from error
    finally:
        live.close()
