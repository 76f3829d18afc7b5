"""Record an act in the transaction that does it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from boxoffice.audit.models import AuditEntry, AuditReason
from boxoffice.audit.reasons import salted
from boxoffice.db import WriteSession
from boxoffice.ids import new_id
from boxoffice.inserts import insert_rows
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
    """Add one entry: `actor` did `verb` to the `noun` with this id.

    `facts` name no person. What somebody typed is the fact called `reason`: it can be erased.
    """
    reason = facts.pop("reason", None)
    entry_id = new_id()
    if reason:
        salt, fact = salted(reason)
        facts |= fact
        insert_rows(session, AuditReason, [{"entry_id": entry_id, "salt": salt, "words": reason}])
    elif reason is not None:  # nobody said why: that can stay
        facts["reason"] = ""
    entry = {
        "id": entry_id,
        "at": now,
        "actor": actor.name,
        "verb": verb,
        "subject": f"{noun}:{subject_id}",
        "facts": facts,
    }
    insert_rows(session, AuditEntry, [entry])
