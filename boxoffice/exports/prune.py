"""Keep the newest files of one export, and delete the older ones that it named itself."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import Database, changed
from boxoffice.errors import BoxOfficeError
from boxoffice.exports.models import ExportRun
from boxoffice.exports.request import Exported, ExportRequest
from boxoffice.exports.store import manifest_beside
from boxoffice.staff.rules import Actor, Permission

Pruned = tuple[int, int]  # files deleted, files that could not be


def prune(
    database: Database,
    actor: Actor,
    request: ExportRequest,
    written: Exported,
    *,
    keep: int,
    path_of: Callable[[str], Path],
    now: datetime,
) -> Pruned:
    """Delete what earlier runs of this export to this place wrote, but for the newest `keep` files.

    Only a file whose manifest is of the very run that named it is ours to delete: one that somebody
    has put there since stays. The manifest goes last, so that a run cut off here is made up for.

    Raises:
        Forbidden: the actor may not export.
    """
    assert keep > 0, "the file that was just written is kept"
    actor.must(Permission.EXPORT)
    deleted = failed = 0
    for run in _older(database, request, keep):
        out = path_of(run.destination)
        try:
            said = request.store.manifest_of(out)
            if said is not None and said.get("run") == str(run.id):
                request.store.remove(out)
                request.store.remove(manifest_beside(out))
                deleted += 1
        except BoxOfficeError:
            failed += 1
            continue
        _forget(database, actor, run, written, now=now)
    return deleted, failed


def _older(database: Database, request: ExportRequest, keep: int) -> list[ExportRun]:
    """Return the newest run of each file beyond those that are kept, and runs long replaced."""
    with database.reading() as session:
        runs = session.exec(
            select(ExportRun)
            .where(
                ExportRun.name == request.definition.name,
                ExportRun.asked_out == request.goes_to,
                ExportRun.destination != "",
            )
            .order_by(col(ExportRun.started_at).desc(), col(ExportRun.id).desc())
        ).all()
    kept: set[str] = set()
    older = []
    for run in runs:
        if run.destination in kept:
            continue
        if len(kept) < keep:
            kept.add(run.destination)
        else:
            older.append(run)
    return older


def _forget(
    database: Database, actor: Actor, run: ExportRun, written: Exported, *, now: datetime
) -> None:
    with database.writing() as session:
        gone = update(ExportRun).where(col(ExportRun.id) == run.id).values(destination="")
        changed(session, gone)
        record(
            session, actor, "export.prune", "export", run.id, now=now, after=str(written.id)
        )  # fmt: skip
