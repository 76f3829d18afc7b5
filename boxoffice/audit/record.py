"""Record an act in the transaction that does it."""

from collections.abc import Iterable
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
    told = {"id": entry_id, "subject": f"{noun}:{subject_id}", "facts": facts}
    insert_rows(session, AuditEntry, [told | {"at": now, "actor": actor.name, "verb": verb}])


def record_all(
    session: WriteSession,
    actor: Actor,
    verb: str,
    noun: str,
    done: Iterable[tuple[UUID, dict[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Add an entry, as `record` does, for each subject of one act: its id and its facts.

    Nobody has typed any of them.
    """
    same = {"at": now, "actor": actor.name, "verb": verb}
    entries = [
        {"id": new_id(), "subject": f"{noun}:{subject_id}", "facts": facts} | same
        for subject_id, facts in done
    ]
    insert_rows(session, AuditEntry, entries)
