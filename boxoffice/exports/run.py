"""Run an export: rows to a file that is whole, and a manifest that says what it holds."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import Database, ReadSession, WriteSession
from boxoffice.errors import BadFile, BadValue, Busy
from boxoffice.events.queries import event_by_slug
from boxoffice.exports.definition import Definition
from boxoffice.exports.formats import ENCODERS, Format
from boxoffice.exports.manifest import manifest_beside, manifest_bytes
from boxoffice.exports.models import ExportRun
from boxoffice.exports.query import Wanted, blocks_of
from boxoffice.exports.seen import Seen
from boxoffice.exports.sheet import Sheet
from boxoffice.files import publish
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.times import iso, parse_zone

Progress = Callable[[int], None]  # rows written so far

HOUSE_ZONE = "America/Sao_Paulo"  # of an export that is of no one event


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """An export as somebody asked for it."""

    definition: Definition
    out: Path
    event: str | None = None
    format: Format = Format.CSV
    columns: tuple[str, ...] | None = None
    where: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None  # `--as-of`: what came later is left out
    has_documents: bool = False
    # Where it is kept what was delivered, to write only what is new or has changed since then.
    seen_folder: Path | None = None

    @property
    def asked(self) -> list[str]:
        """What makes two runs ask the same."""
        return [
            f"{self.definition.name}/{self.definition.version}",
            *(self.event or "", _destination(self.out), self.format, str(self.has_documents)),
            *("", *(self.columns or ())),
            *("", *self.where),
        ]


@dataclass(slots=True)
class Exported:
    """What was written."""

    id: UUID
    rows: int = 0
    size: int = 0
    sha256: str = ""


def run_export(
    database: Database,
    actor: Actor,
    request: ExportRequest,
    *,
    clock: Callable[[], datetime],
    progress: Progress = lambda _rows: None,
) -> Exported:
    """Write one export, with a manifest beside it, and remember that it was written.

    A reader sees the old file or the new one, never a half, and never a manifest of another file.
    `-`, pipes and devices get the rows alone.

    Raises:
        Forbidden: the actor may not export, or not with whole documents.
        NotFound: there is no such event.
        BadValue: columns or conditions make no sense.
        Busy: the same file is being written now.
        BadFile: the file cannot be written.
        Misconfigured: the format's library is not installed.
    """
    actor.must(Permission.EXPORT)
    if request.has_documents:
        actor.must(Permission.EXPORT_DOCUMENTS)
    began = clock()
    with database.reading(is_long=True) as session:
        wanted = _wanted(session, request)
        before = _last(session, request)
        with _only_one(request.out), _remembering(request) as seen:
            written = Exported(new_id())
            blocks = blocks_of(session, wanted, as_json=request.format is Format.JSONL, now=began)
            news = blocks if seen is None else seen.unseen(blocks)
            sheet = Sheet(wanted.columns, _counted(news, written, progress), wanted.zone)
            _publish(request.out, ENCODERS[request.format](sheet), written, seen)
            ended = clock()
            if _has_manifest(request.out):
                told = _manifest(request, wanted, written, actor=actor, began=began, ended=ended)
                told["previous"] = before
                publish(manifest_beside(request.out), [manifest_bytes(told)])
            if seen is not None:
                seen.keep()
    with database.writing() as writing:
        _remember(writing, actor, request, wanted, written, began=began, ended=ended)
    return written


def _wanted(session: ReadSession, request: ExportRequest) -> Wanted:
    definition = request.definition
    event = None if request.event is None else event_by_slug(session, request.event)
    if event is not None and definition.event_id is None:
        raise BadValue(
            "--event", f"cannot be asked of {definition.name}: it is of all.", hint="leave it out"
        )
    return Wanted(
        definition=definition,
        columns=definition.chosen(request.columns),
        event_id=event.id if event else None,
        conditions=request.where,
        since=request.since,
        until=request.until,
        zone=parse_zone(event.timezone if event else HOUSE_ZONE),
        has_documents=request.has_documents,
    )


def _counted(
    blocks: Iterable[Sequence[str]], written: Exported, progress: Progress
) -> Iterator[Sequence[str]]:
    for block in blocks:
        yield block
        written.rows += len(block)
        progress(written.rows)


@contextmanager
def _remembering(request: ExportRequest) -> Iterator[Seen | None]:
    if request.seen_folder is None:
        yield None
        return
    if not _has_manifest(request.out):
        raise BadValue("--since last", "needs a file to compare with.", hint="name a file: --out")
    seen = Seen(request.seen_folder, request.asked)
    seen.adopt(request.out)
    with seen:
        yield seen


def _publish(out: Path, parts: Iterable[bytes], written: Exported, seen: Seen | None) -> None:
    digest = hashlib.sha256()

    def weighed() -> Iterator[bytes]:
        for part in parts:
            digest.update(part)
            yield part

    def before_naming() -> None:
        # Whoever is killed from here on leaves a file without a manifest, not one with a wrong one.
        manifest_beside(out).unlink(missing_ok=True)
        if seen is not None:
            seen.seal(digest.hexdigest())

    written.size = publish(out, weighed(), before_naming=before_naming)
    written.sha256 = digest.hexdigest()


def _manifest(
    request: ExportRequest,
    wanted: Wanted,
    written: Exported,
    *,
    actor: Actor,
    began: datetime,
    ended: datetime,
) -> dict[str, Any]:
    definition = request.definition
    return {
        "run": str(written.id),
        "export": f"{definition.name}/{definition.version}",
        "file": request.out.name,
        "format": request.format,
        "event": request.event,
        "where": list(request.where),
        "since": "last" if request.seen_folder else iso(request.since),
        "as_of": iso(request.until or began),
        "rows": written.rows,
        "bytes": written.size,
        "sha256": written.sha256,
        "columns": [column.name for column in wanted.columns],
        "personal_columns": [column.name for column in wanted.columns if column.is_personal],
        "has_documents": request.has_documents,
        "by": actor.name,
        "seconds": round((ended - began).total_seconds(), 3),
    }


def _last(session: ReadSession, request: ExportRequest) -> str | None:
    """Return the run before this one, to the same place."""
    found = session.exec(
        select(ExportRun.id)
        .where(
            ExportRun.name == request.definition.name,
            ExportRun.destination == _destination(request.out),
        )
        .order_by(col(ExportRun.started_at).desc(), col(ExportRun.id).desc())
        .limit(1)
    ).first()
    return None if found is None else str(found)


def _remember(
    session: WriteSession,
    actor: Actor,
    request: ExportRequest,
    wanted: Wanted,
    written: Exported,
    *,
    began: datetime,
    ended: datetime,
) -> None:
    run = ExportRun(
        id=written.id,
        name=request.definition.name,
        event_id=wanted.event_id,
        destination=_destination(request.out),
        format=request.format,
        row_count=written.rows,
        size=written.size,
        sha256=written.sha256,
        by=actor.name,
        started_at=began,
        finished_at=ended,
    )
    session.add(run)
    record(
        session,
        actor,
        "export.run",
        "event" if wanted.event_id else "export",
        wanted.event_id or run.id,
        now=ended,
        export=run.name,
        rows=run.row_count,
        has_documents=request.has_documents,
    )


def _destination(out: Path) -> str:
    return "-" if str(out) == "-" else str(out.absolute())


def _has_manifest(out: Path) -> bool:
    return str(out) != "-" and (out.is_file() or not out.exists())


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
