"""What an export has delivered already, so that the next run brings what is new or has changed.

The rule: a row is written when no row with the very same cells was there in the last whole run.
It needs no clock and no counter, so that nothing is missed or repeated whatever is written
meanwhile: what one snapshot of the database did not show, the next one does.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from boxoffice.db import private_file
from boxoffice.exports.block import Block

_DIGEST_BYTES = 16


class Seen:
    """The rows of the last whole run, as digests in a small file, and those of this run.

    `asked` says what was asked for: a question asked in another way has a memory of its own.
    """

    def __init__(self, folder: Path, asked: Sequence[str]) -> None:
        name = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]
        self._last = folder / f"{name}.seen"
        self._sealed = folder / f"{name}.sealed"  # whole, and its file may have got its name
        self._next = folder / f"{name}.next"

    def __enter__(self) -> Self:
        """Begin a run; what a run that was cut off left behind is gone."""
        self._next.unlink(missing_ok=True)
        for path in (self._last, self._next):
            private_file(path)
            _prepare(path)
        self._file = sqlite3.connect(self._next)
        self._file.execute("PRAGMA journal_mode = OFF")  # a run that fails throws it all away
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("ATTACH ? AS last", (str(self._last),))
        self._file.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of what was not kept."""
        self._file.close()

    def adopt(self, digest_of: Callable[[Path], str | None]) -> None:
        """Finish what a run left undone that was killed after its file had got its name.

        Call it before the run begins, under its lock. `digest_of` tells of a file what it is now.
        """
        if not self._sealed.is_file():
            return
        with closing(sqlite3.connect(self._sealed)) as file:
            out, sha256 = file.execute("SELECT out, sha256 FROM delivered").fetchone()
        if digest_of(Path(out)) == sha256:
            self._sealed.replace(self._last)
        else:
            self._sealed.unlink()

    def unseen(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield the rows that the last run did not have; remember all of them."""
        for block in blocks:
            digests = [
                hashlib.blake2b(row.encode(), digest_size=_DIGEST_BYTES).digest()
                for row in block.rows
            ]
            marks = ",".join("?" * len(digests))
            known = {
                found
                for (found,) in self._file.execute(
                    f"SELECT digest FROM last.seen WHERE digest IN ({marks})",  # noqa: S608  (marks alone)
                    digests,
                )
            }
            self._file.executemany(
                "INSERT OR IGNORE INTO seen VALUES (?)", [(digest,) for digest in digests]
            )
            new = [
                row for row, digest in zip(block.rows, digests, strict=True) if digest not in known
            ]
            if new:
                yield Block.of(new)

    def seal(self, out: Path, sha256: str) -> None:
        """Keep this run's rows beside the last ones: the file with this digest is about to be."""
        self._file.execute("INSERT INTO delivered VALUES (?, ?)", (str(out), sha256))
        self._file.execute("COMMIT")
        self._file.close()
        with self._next.open("rb") as file:
            os.fsync(file.fileno())
        self._next.replace(self._sealed)

    def keep(self) -> None:
        """Make this run the last one."""
        self._sealed.replace(self._last)


def _prepare(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE IF NOT EXISTS seen (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        file.execute("CREATE TABLE IF NOT EXISTS delivered (out TEXT, sha256 TEXT)")
