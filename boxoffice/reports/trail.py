"""What was done lately, and by whom: the newest lines of the audit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.reasons import read_entries
from boxoffice.db import ReadSession
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the audit. It names no buyer."""

    at: datetime
    actor: str
    verb: str
    subject: str
    facts: dict[str, Any]


def latest_acts(session: ReadSession, actor: Actor, *, limit: int) -> list[Act]:
    """Return what was done, the newest first.

    Raises:
        Forbidden: the actor may not read the audit.
    """
    actor.must(Permission.AUDIT)
    rows = session.exec(
        select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(limit)
    ).all()  # fmt: skip
    read = read_entries(session, rows)
    return [Act(one.at, one.actor, one.verb, one.subject, one.facts) for one in read]
