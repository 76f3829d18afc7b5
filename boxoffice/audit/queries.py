"""Questions about the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry, AuditLink, AuditSeal
from boxoffice.audit.reasons import Entry, read_entries
from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with its place in the chain; none has one for the first minute."""

    entry: Entry
    turn: int | None
    seal: int | None


def log_of(
    session: ReadSession,
    actor: Actor,
    *,
    by: str | None = None,
    subjects: Sequence[str] = (),
    verb: str | None = None,
    since: datetime | None = None,
    limit: int,
) -> list[Entry]:
    """Return entries, the newest first. `verb` may be a noun alone: `order` means all of its verbs.

    Raises:
        Forbidden: the actor may not read the audit.
    """
    actor.must(Permission.AUDIT)
    asked = select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    if by is not None:
        asked = asked.where(AuditEntry.actor == by)
    if subjects:
        asked = asked.where(col(AuditEntry.subject).in_(subjects))
    if verb is not None:
        is_noun = "." not in verb
        asked = asked.where(
            col(AuditEntry.verb).startswith(f"{verb}.", autoescape=True)
            if is_noun
            else AuditEntry.verb == verb
        )
    if since is not None:
        asked = asked.where(col(AuditEntry.at) >= since)
    return read_entries(session, session.exec(asked.limit(limit)).all())


def entry_view(session: ReadSession, actor: Actor, entry_id: str) -> EntryView:
    """Return one entry.

    Raises:
        Forbidden: the actor may not read the audit.
        NotFound: there is no such entry.
    """
    actor.must(Permission.AUDIT)
    try:
        entry = session.get(AuditEntry, UUID(entry_id))
    except ValueError:
        entry = None
    if entry is None:
        raise NotFound("entry", entry_id[:40], hint="see them: boxoffice audit log")
    turn = session.exec(select(AuditLink.turn).where(AuditLink.entry_id == entry.id)).first()
    seal = None
    if turn is not None:
        seal = session.exec(
            select(AuditSeal.n)
            .where(col(AuditSeal.last_turn) >= turn)
            .order_by(col(AuditSeal.n))
            .limit(1)
        ).first()
    (read,) = read_entries(session, [entry])
    return EntryView(read, turn, seal)
