"""What is kept of an export that was written: its manifest, its row, its audit entry."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.exports.formats import Format
from boxoffice.exports.models import ExportRun
from boxoffice.exports.query import Wanted
from boxoffice.exports.request import Exported, ExportRequest
from boxoffice.inserts import insert_once
from boxoffice.staff.rules import Actor
from boxoffice.times import iso


def manifest_told(
    request: ExportRequest,
    wanted: Wanted,
    written: Exported,
    *,
    actor: Actor,
    began: datetime,
    ended: datetime,
) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    definition = request.definition
    return {
        "run": str(written.id),
        "export": f"{definition.name}/{definition.version}",
        "saved": request.saved,
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


def last_run(session: ReadSession, name: str, asked_out: str) -> str | None:
    """Return the run before this one, to the same place."""
    found = session.exec(
        select(ExportRun.id)
        .where(ExportRun.name == name, ExportRun.asked_out == asked_out)
        .order_by(col(ExportRun.started_at).desc(), col(ExportRun.id).desc())
        .limit(1)
    ).first()
    return None if found is None else str(found)


def slot_run(session: ReadSession, request: ExportRequest) -> Exported | None:
    """Return the run of this slot, if cron or a worker has run it already."""
    if request.slot_at is None:
        return None
    slot = (ExportRun.saved == request.saved, ExportRun.slot_at == request.slot_at)
    run = session.exec(select(ExportRun).where(*slot)).first()
    if run is None:
        return None
    form = Format(run.format)
    return Exported(
        run.id, run.destination, form, run.row_count, run.size, run.sha256, was_there=True
    )


def remember(
    session: WriteSession,
    actor: Actor,
    request: ExportRequest,
    wanted: Wanted,
    written: Exported,
    *,
    began: datetime,
    ended: datetime,
) -> None:
    """Keep that an export was written. A slot that another worker has kept meanwhile is its."""
    run = ExportRun(
        id=written.id,
        name=request.definition.name,
        saved=request.saved,
        slot_at=request.slot_at,
        event_id=wanted.event_id,
        asked_out=request.goes_to,
        destination=request.store.told(request.out),
        format=request.format,
        row_count=written.rows,
        size=written.size,
        sha256=written.sha256,
        by=actor.name,
        started_at=began,
        finished_at=ended,
    )
    if not insert_once(session, run):
        return
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
