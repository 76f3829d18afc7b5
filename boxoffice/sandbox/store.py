"""What a sandbox remembers when it is started again: its rows, in a SQLite file."""

import sqlite3
import threading
from pathlib import Path

from boxoffice.db import private_file
from boxoffice.errors import Misconfigured
from boxoffice.sandbox.wire import Row, from_json, to_json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS row (
    kind TEXT NOT NULL, id TEXT NOT NULL, turn INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL, UNIQUE (kind, id)
)
"""
_PATIENCE_SECONDS = 0.5
_PUT = """
INSERT INTO row (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""


class Store:
    """Rows by kind and id, written through to `path`; without one, nothing outlives the sandbox.

    Raises:
        Misconfigured: the file cannot be opened, or is in use, or is something else.
    """

    def __init__(self, path: Path | None) -> None:
        # Race: the server's thread and those of the letters write to one connection.
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        if path is None:
            return
        try:
            private_file(path)  # buyers' names and documents lie in it
            self._file = sqlite3.connect(
                path, check_same_thread=False, isolation_level=None, timeout=_PATIENCE_SECONDS
            )
            # Race: a second sandbox on the same file would not know what this one knows.
            self._file.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=NORMAL")
            self._file.execute(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise Misconfigured(
                f"{path} cannot hold the state of a sandbox.",
                hint="name another file, or end the sandbox that uses this one",
            ) from error

    def rows(self, kind: str) -> dict[str, Row]:
        """Return the rows of a kind by id, in the order in which they were first put."""
        if self._file is None:
            return {}
        with self._lock:
            found = self._file.execute(
                "SELECT id, body FROM row WHERE kind = ? ORDER BY turn", (kind,)
            ).fetchall()
        return {row_id: from_json(body.encode()) for row_id, body in found}

    def put(self, kind: str, row_id: str, row: Row) -> None:
        """Keep a row, in place of the one with the same id."""
        if self._file is not None:
            with self._lock:
                self._file.execute(_PUT, (kind, row_id, to_json(row)))

    def drop(self, kind: str, row_id: str) -> None:
        """Forget a row."""
        if self._file is not None:
            with self._lock:
                self._file.execute("DELETE FROM row WHERE kind = ? AND id = ?", (kind, row_id))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with self._lock:
                self._file.close()
                self._file = None
