"""Copying a SQLite database while it is in use, both ways."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from boxoffice.errors import BadFile, DatabaseBusy, DatabaseSilent

_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}
_WAIT_SECONDS = 30  # for a writer that holds the database


def dump(source: Path, out: Path) -> dict[str, int]:
    """Copy the database as it is now; nobody waits for it. Return the rows of each table.

    Raises:
        DatabaseSilent: it cannot be read.
        BadFile: the copy is not sound: the database itself is damaged.
        OSError: the copy cannot be written: its disk is full.
    """
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(out)) as copy,
        ):
            live.backup(copy)  # all pages in one step: one moment, and writers go on in the log
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) in _NO_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise DatabaseSilent(f"the database cannot be copied: {error}.") from error
    return sound_counts(out)


def sound_counts(path: Path) -> dict[str, int]:
    """Check that a copy is sound, and return the rows of each table.

    Raises:
        BadFile: it is not.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            (said,) = copy.execute("PRAGMA integrity_check").fetchone()
            orphan = copy.execute("PRAGMA foreign_key_check").fetchone()
            if said != "ok" or orphan is not None:
                raise BadFile("the copy of the database is not sound.", hint="boxoffice doctor")
            return counts(copy)
    except sqlite3.Error as error:
        raise BadFile(f"the copy of the database cannot be read: {error}.") from error


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the rows of each table."""
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = sorted(name for (name,) in connection.execute(asked))
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (ours)
        for name in names
    }


def load(copy: Path, target: Path) -> None:
    """Put a copy in the place of a database, as one transaction: whoever is killed leaves the old.

    Raises:
        DatabaseBusy: somebody else holds it.
        DatabaseSilent: it cannot be written.
    """
    try:
        with (
            closing(sqlite3.connect(copy)) as source,
            closing(sqlite3.connect(target, timeout=_WAIT_SECONDS)) as live,
        ):
            live.execute("PRAGMA synchronous = FULL")
            source.backup(live)
            live.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        if "locked" in str(error) or "busy" in str(error):
            raise DatabaseBusy("somebody else holds the database.", hint="try again") from error
        raise DatabaseSilent(f"the database cannot be written: {error}.") from error
