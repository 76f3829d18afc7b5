"""What is busy while the crowd is at work: the machine, and what the database's lines wait for."""

import contextlib
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import text

from boxoffice.db import Database

_LOOK_SECONDS = 0.1
_STAT = Path("/proc/stat")  # Linux alone tells
_WAITS = text(
    "SELECT coalesce(wait_event_type, 'CPU'), count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' "
    "AND backend_type = 'client backend' GROUP BY 1"
)


class Watch:
    """Looks ten times a second, from a thread of its own, while its block lasts."""

    def __init__(self, database: Database) -> None:
        """Get ready to look at this machine, and at a PostgreSQL."""
        self._database = database
        self._waits = Counter[str]()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._before = self._after = (0, 0)

    def __enter__(self) -> Self:
        """Start."""
        self._before = self._after = _ticks()
        if not self._database.is_sqlite:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._after = _ticks()
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def cpu_percent(self) -> int | None:
        """How busy the machine was, of all its cores; `None` where nobody tells."""
        worked, all_of_it = (a - b for a, b in zip(self._after, self._before, strict=True))
        return round(100 * worked / all_of_it) if all_of_it > 0 else None

    def wait_percent(self, kind: str) -> int | None:
        """Of the time of its busy lines, how much PostgreSQL waited for `Lock`, `IO` or another."""
        total = sum(self._waits.values())
        return round(100 * self._waits[kind] / total) if total else None

    def _look(self) -> None:
        with contextlib.closing(self._database.reader.connect()) as line:
            while not self._is_over.wait(_LOOK_SECONDS):
                for kind, count in line.execute(_WAITS).all():
                    self._waits[str(kind)] += int(count)
                line.rollback()  # what a transaction has seen of it stands still


def _ticks() -> tuple[int, int]:
    """Return how long the cores have worked so far, and how long they have been there."""
    if not _STAT.exists():
        return 0, 0
    times = [int(word) for word in _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    idle = times[3] + times[4]
    return sum(times) - idle, sum(times)
