"""Lend an exported file out for a while: an address that opens it without a key of the bucket."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, NotFound
from boxoffice.exports.models import ExportRun
from boxoffice.exports.store import Store
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown

MINUTES_MAX = 7 * 24 * 60  # Signature Version 4 signs for no longer than a week


@dataclass(frozen=True, slots=True)
class Lent:
    """An address of a file. Whoever has it reads the file until `expires_at`."""

    url: str
    expires_at: datetime


def link(
    session: WriteSession,
    actor: Actor,
    *,
    store: Store,
    file: Path,
    minutes: int,
    now: datetime,
) -> Lent:
    """Make an address for a file that an export of ours wrote, good for `minutes`.

    Raises:
        Forbidden: the actor may not export.
        BadValue: it is for no time or for over a week, or the file is one of this machine.
        NotFound: no export wrote such a file, or it was deleted since.
    """
    actor.must(Permission.EXPORT)
    if not 1 <= minutes <= MINUTES_MAX:
        raise BadValue("--minutes", f"must be from 1 to {MINUTES_MAX}.")
    told = store.told(file)
    run = session.exec(
        select(ExportRun.id)
        .where(ExportRun.destination == told)
        .order_by(col(ExportRun.started_at).desc())
        .limit(1)
    ).first()
    if run is None:
        raise NotFound("export", shown(told, length_max=120), hint="see: boxoffice export status")
    lent = Lent(store.link(file, seconds=minutes * 60), now + timedelta(minutes=minutes))
    record(session, actor, "export.link", "export", run, now=now, minutes=minutes)
    return lent
