"""Unmask what is masked where people look: whole documents, addresses and phones."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.staff.rules import Actor, Permission


def unmask(
    session: WriteSession,
    actor: Actor,
    noun: str,
    people: Mapping[UUID, int],
    *,
    now: datetime,
) -> None:
    """Leave it in the audit whose data is about to be shown whole: so many people of each thing.

    The surface commits this before it shows any of it.

    Raises:
        Forbidden: the actor may not see whole documents.
    """
    actor.must(Permission.EXPORT_DOCUMENTS)
    for subject_id, count in people.items():
        record(session, actor, "privacy.unmask", noun, subject_id, now=now, people=count)
