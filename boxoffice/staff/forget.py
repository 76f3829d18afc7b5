"""Forget logins, codes and tries that are long over: nobody needs them, and they tell of people."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.ids import new_id
from boxoffice.staff.models import StaffCode, StaffSession, StaffToken, StaffTry
from boxoffice.staff.rules import Actor, Permission

KEPT = timedelta(days=90)  # how long an ended login tells who was in; the audit tells it after
_COUNT_MAX = 5_000  # logins of one transaction: SQLite has one writer


def forget_logins(session: WriteSession, actor: Actor, *, now: datetime) -> int:
    """Take away logins with their refresh families, one-time codes and tries over for 90 days.

    Return how many rows went: call it until none do.

    Raises:
        Forbidden: the actor may not see to people's data.
    """
    actor.must(Permission.PRIVACY)
    before = now - KEPT
    over = (
        select(StaffSession.id)
        .where(or_(col(StaffSession.ends_at) < before, col(StaffSession.ended_at) < before))
        .order_by(col(StaffSession.id))
        .limit(_COUNT_MAX)
    )
    ids = list(session.exec(over))
    gone = {
        "tokens": changed(session, delete(StaffToken).where(col(StaffToken.session_id).in_(ids))),
        "logins": changed(session, delete(StaffSession).where(col(StaffSession.id).in_(ids))),
        "codes": changed(session, delete(StaffCode).where(col(StaffCode.expires_at) < before)),
        "tries": changed(session, delete(StaffTry).where(col(StaffTry.tried_at) < before)),
    }
    count = sum(gone.values())
    if count:
        record(session, actor, "staff.forget_logins", "staff", new_id(), now=now, **gone)
    return count
