"""Make what was deleted or replaced leave the files of the database too."""

from collections.abc import Iterable

from boxoffice.db import Database

_LOG_INTO_FILE = "PRAGMA wal_checkpoint(TRUNCATE)"
_REWRITE = (_LOG_INTO_FILE, "VACUUM", _LOG_INTO_FILE)


def vacuum(database: Database, tables: Iterable[str]) -> None:
    """Rewrite the database without what was there before.

    SQLite: the write-ahead log is emptied into the file, and the whole file is rewritten; freed
    pages were overwritten with zeros already (`secure_delete`). PostgreSQL: `VACUUM FULL` of these
    `tables`, which nobody else can use meanwhile. Neither reaches backups, archived logs or what a
    disk keeps of blocks that it was given back.

    Raises:
        DatabaseBusy: somebody else uses it now; what was erased stays erased, try again later.
        DatabaseSilent: the database cannot be reached.
    """
    with database.rewriting() as connection:
        if database.is_sqlite:
            driver = connection.connection.driver_connection  # no transaction begins on it
            assert driver is not None, "the connection is open"
            for statement in _REWRITE:
                driver.execute(statement)
            return
        connection.exec_driver_sql("SET statement_timeout = '15min'")
        for table in sorted(tables):
            connection.exec_driver_sql(f'VACUUM FULL "{table}"')
