"""Write an export: rows to a file that is whole, and a manifest that says what it holds."""

import csv
import fcntl
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BadFile, Busy
from boxoffice.events.queries import event_by_slug
from boxoffice.exports.definitions import Definition
from boxoffice.files import publish
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown, spreadsheet_cell
from boxoffice.times import iso

_CHUNK_ROWS = 500
_CELL_MAX = 1_000  # characters of a cell that are kept
_MAY_ACT = re.compile(r"\|[^\w*|]")  # a cell, behind its separator, that might begin a formula


@dataclass(slots=True)
class Exported:
    """What was written."""

    rows: int = 0
    size: int = 0
    sha256: str = ""


def write_export(
    session: ReadSession,
    actor: Actor,
    definition: Definition,
    event: str,
    out: Path,
    *,
    now: datetime,
) -> Exported:
    """Write one export of one event as CSV (RFC 4180, UTF-8), with a manifest beside it.

    Cells that a spreadsheet would run as formulas get a leading apostrophe. `-` writes to stdout,
    without a manifest.

    Raises:
        Forbidden: the actor may not export.
        NotFound: there is no such event.
        Busy: the same file is being written now.
        BadFile: the file cannot be written.
    """
    actor.must(Permission.EXPORT)
    event_id = event_by_slug(session, event).id
    with _only_one(out):
        written = Exported()
        digest = hashlib.sha256()

        def chunks() -> Iterator[bytes]:
            for chunk in _csv(definition, definition.rows(session, event_id), written):
                digest.update(chunk)
                yield chunk

        written.size = publish(out, chunks())
        written.sha256 = digest.hexdigest()
        if _is_plain(out):
            publish(
                out.with_name(out.name + ".manifest.json"),
                [_manifest(definition, event, out, written, by=actor.name, now=now)],
            )
    return written


def record_export(
    session: WriteSession, actor: Actor, name: str, event: str, rows: int, *, now: datetime
) -> None:
    """Leave an audit entry for an export that was written."""
    row = event_by_slug(session, event)
    record(session, actor, "export.run", "event", row.id, now=now, export=name, rows=rows)


def _csv(
    definition: Definition, rows: Iterator[tuple[str, ...]], written: Exported
) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in definition.columns)
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        writer.writerows(_disarmed(chunk))
        written.rows += len(chunk)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()  # the header, where there is no row


def _disarmed(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Return rows of one line each: what outsiders wrote cannot end it or start a formula."""
    # Rows are mostly harmless. To see so all at once takes a tenth of cleaning cell by cell.
    cells = list(chain.from_iterable(rows))
    joined = "|" + "|".join(cells)
    is_harmless = (
        shown(joined, length_max=len(joined)) == joined
        and not _MAY_ACT.search(joined)
        and max(map(len, cells)) <= _CELL_MAX
    )
    if is_harmless:
        return rows
    return [[spreadsheet_cell(shown(cell, length_max=_CELL_MAX)) for cell in row] for row in rows]


def _manifest(
    definition: Definition, event: str, out: Path, written: Exported, *, by: str, now: datetime
) -> bytes:
    content: dict[str, Any] = {
        "schema": "manifest/1",
        "export": f"{definition.name}/{definition.version}",
        "file": out.name,
        "format": "csv",
        "event": event,
        "as_of": iso(now),
        "rows": written.rows,
        "bytes": written.size,
        "sha256": written.sha256,
        "columns": [column.name for column in definition.columns],
        "personal_columns": [c.name for c in definition.columns if c.is_personal],
        "by": by,
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _is_plain(out: Path) -> bool:
    return str(out) != "-" and out.is_file()


@contextmanager
def _only_one(out: Path) -> Iterator[None]:
    """Hold the lock of an output file: the kernel frees it, however we end."""
    handle = _lock_file(out)
    if handle is None:
        yield
        return
    try:
        # Race: cron starts before the last run has ended. The second leaves at once.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Busy(
            f"another run is writing {out.name} now.", hint="try again later", code="export.locked"
        ) from error
    else:
        yield
    finally:
        os.close(handle)


def _lock_file(out: Path) -> int | None:
    """Open the file whose lock `out` is guarded by; devices, pipes and stdout have none."""
    try:
        is_else = str(out) == "-" or (out.exists() and not out.is_file())
        if is_else or not out.parent.is_dir():
            return None
        lock = out.with_name(f".{out.name}.lock")
        return os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BadFile(f"{out} cannot be written: {error.strerror}.") from error
