"""What was exported lately."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.exports.models import ExportRun


@dataclass(frozen=True, slots=True)
class Written:
    """One export that was written whole."""

    name: str
    destination: str
    format: str
    rows: int
    size: int  # bytes
    sha256: str
    by: str
    at: datetime


def latest_exports(session: ReadSession, *, limit: int) -> list[Written]:
    """Return what was exported, the newest first."""
    rows = session.exec(
        select(ExportRun)
        .order_by(col(ExportRun.started_at).desc(), col(ExportRun.id).desc())
        .limit(limit)
    ).all()
    return [
        Written(
            name=row.name,
            destination=row.destination,
            format=row.format,
            rows=row.row_count,
            size=row.size,
            sha256=row.sha256,
            by=row.by,
            at=row.finished_at,
        )
        for row in rows
    ]
