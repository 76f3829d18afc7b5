"""Record an act in the transaction that does it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from boxoffice.audit.models import AuditEntry
from boxoffice.db import WriteSession, insert_rows
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor


def record(
    session: WriteSession,
    actor: Actor,
    verb: str,
    noun: str,
    subject_id: UUID,
    *,
    now: datetime,
    **facts: Any,
) -> None:
    """Add one entry: `actor` did `verb` to the `noun` with this id. `facts` name no person."""
    entry = {
        "id": new_id(),
        "at": now,
        "actor": actor.name,
        "verb": verb,
        "subject": f"{noun}:{subject_id}",
        "facts": facts,
    }
    insert_rows(session, AuditEntry, [entry])
