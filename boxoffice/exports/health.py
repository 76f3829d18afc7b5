"""How the saved exports are: when each was last written, and whether that is long enough ago."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.exports.models import ExportFailure, ExportRun
from boxoffice.exports.saved import Saved


@dataclass(frozen=True, slots=True)
class Health:
    """One saved export: its last whole file, and the failure since then, if there was one."""

    saved: Saved
    run: ExportRun | None
    failure: ExportFailure | None
    is_stale: bool


def health_of(
    session: ReadSession,
    saved: Iterable[Saved],
    *,
    now: datetime,
    age_max: timedelta | None = None,
) -> list[Health]:
    """Say how each saved export is. One that was never written is stale, whatever the age."""
    return [_health(session, one, now=now, age_max=age_max) for one in saved]


def _health(
    session: ReadSession, saved: Saved, *, now: datetime, age_max: timedelta | None
) -> Health:
    run = session.exec(
        select(ExportRun)
        .where(ExportRun.saved == saved.name)
        .order_by(col(ExportRun.started_at).desc(), col(ExportRun.id).desc())
        .limit(1)
    ).first()
    failure = session.exec(
        select(ExportFailure)
        .where(ExportFailure.name == saved.name)
        .order_by(col(ExportFailure.failed_at).desc(), col(ExportFailure.id).desc())
        .limit(1)
    ).first()
    if failure is not None and run is not None and failure.failed_at < run.finished_at:
        failure = None
    is_old = age_max is not None and (run is None or now - run.finished_at > age_max)
    return Health(saved, run, failure, is_old or failure is not None)
