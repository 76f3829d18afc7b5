"""Seal the audit: give each entry that has none its place in the chain.

Chaining inside a sale would let sales wait for each other, so it is done a minute later. The rule:
an entry that this transaction can see is committed, and it is sealed when no link names it yet.
Links name their entry, so nothing depends on the order in which transactions end: an entry whose
transaction is still open is not seen, and the next seal takes it. Only entries of the last hour
before the newest sealed one are looked at; nothing of ours is open for so long, and an older entry
without a link is what `verify` calls slipped in.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import col, select

from boxoffice.audit.chain import COLUMNS, LATE, START, next_head
from boxoffice.audit.models import AuditSeal
from boxoffice.columns import UtcDateTime
from boxoffice.db import ReadSession, WriteSession
from boxoffice.outbox.jobs import SealAudit
from boxoffice.outbox.promise import promise
from boxoffice.staff.rules import Actor, Permission

COUNT_MAX = 10_000  # entries of one seal: a quarter of a second in which others wait on SQLite
_LOCK = 0x_B0_0F_5E
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_UNSEALED = (
    text(
        f"SELECT {COLUMNS}, e.at AS moment FROM audit_entry e "  # noqa: S608  (words of our own)
        "WHERE e.at >= :since AND NOT EXISTS "
        "(SELECT 1 FROM audit_link l WHERE l.entry_id = e.id) "
        "ORDER BY e.at, e.id LIMIT :most"
    )
    .bindparams(bindparam("since", type_=UtcDateTime()))
    .columns(moment=UtcDateTime())
)
# The id goes back as the driver brought it: a spoilt one must not stop the sealing of others.
_LINK = text("INSERT INTO audit_link (turn, entry_id, head) VALUES (:turn, :entry_id, :head)")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one seal took in. `head` is what to keep outside."""

    n: int
    count: int
    head: str


def seal(session: WriteSession, actor: Actor, *, now: datetime) -> Sealed | None:
    """Seal at most `COUNT_MAX` entries, the oldest first; `None` when there is none to seal.

    It leaves no entry itself: it would have to be sealed in turn, for ever.

    Raises:
        Forbidden: the actor may not see to the audit.
    """
    actor.must(Permission.AUDIT)
    _wait_for_others(session)
    last = last_seal(session)
    head = start = last.head if last else START
    first = (last.last_turn if last else 0) + 1
    until = last.until if last else _EVER
    links: list[dict[str, Any]] = []
    since = {"since": until - LATE if last else _EVER, "most": COUNT_MAX}
    for *entry, moment in session.connection().execute(_UNSEALED, since):
        head = next_head(head, entry)
        links.append({"turn": first + len(links), "entry_id": entry[0], "head": head})
        until = max(until, min(moment, now))  # a clock that was far ahead hides nothing after it
    if not links:
        return None
    session.connection().execute(_LINK, links)
    row = AuditSeal(
        n=(last.n if last else 0) + 1,
        first_turn=first,
        last_turn=first + len(links) - 1,
        count=len(links),
        prev=start,
        head=head,
        until=until,
        at=now,
    )
    session.add(row)
    session.flush()
    return Sealed(row.n, row.count, head.hex())


def seal_all(
    writing: Callable[[], AbstractContextManager[WriteSession]],
    actor: Actor,
    *,
    now: datetime,
) -> int:
    """Seal until nothing is left, each batch in a transaction of its own; return how many.

    Raises:
        Forbidden: the actor may not see to the audit.
    """
    count = 0
    while True:
        with writing() as session:
            sealed = seal(session, actor, now=now)
        if sealed is None:
            return count
        count += sealed.count


def last_seal(session: ReadSession) -> AuditSeal | None:
    """Return the newest seal."""
    return session.exec(select(AuditSeal).order_by(col(AuditSeal.n).desc()).limit(1)).first()


def _wait_for_others(session: WriteSession) -> None:
    if session.connection().dialect.name == "postgresql":
        # Race: two sealers at once. The second waits here, then begins where the first ended.
        session.connection().execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def promise_seal(session: WriteSession, slot: datetime, now: datetime) -> None:
    """Promise the seal of one minute: what a schedule does each time its time has come."""
    promise(session, SealAudit(slot.isoformat()), now=now)
