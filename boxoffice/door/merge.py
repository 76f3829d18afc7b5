"""Merge a desk's journal: every fact is accepted once, and nothing is rejected or deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select as columns
from sqlmodel import col, select

from boxoffice.db import WriteSession
from boxoffice.door.conflicts import settle_desk, settle_ticket
from boxoffice.door.gate import Gate
from boxoffice.door.journal import Fact
from boxoffice.door.judge import judge
from boxoffice.door.look_up import Found, LookedUp, found_by_digest, guest_of, look_up
from boxoffice.door.models import Desk, Mode, Scan
from boxoffice.door.rules import Asked, Direction, Reading, Verdict
from boxoffice.errors import NonceReused
from boxoffice.ids import new_id
from boxoffice.inserts import insert_values_once
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown
from boxoffice.tickets.models import Ticket
from boxoffice.times import local_day

FACTS_MAX = 500  # of one upload
_LINE_SECONDS_MAX = 2  # a smaller difference of clocks is the way the upload took
_AGAIN = "again:"  # a scan that the line cut off: kept online and judged once more by the desk
_UNDO = "undo:"


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of an upload."""

    accepted: int
    known: int  # had come before
    conflicts: int  # open ones about the tickets and the desk of this upload
    last_sequence: int  # up to here the server has all that this upload brought


def merge(
    session: WriteSession,
    actor: Actor,
    gate: Gate,
    desk_id: UUID,
    facts: Sequence[Fact],
    *,
    sent_at: datetime,
    now: datetime,
) -> Merged:
    """Add what a desk judged alone, and settle who is in.

    `sent_at` is what the desk's clock said when it sent the upload; its times are corrected by
    the difference to `now`. Uploads may come in any order, cut off and repeated.

    Raises:
        Forbidden: the actor may not scan.
        NonceReused: the desk has sent another scan under the same number before.
    """
    actor.must(Permission.SCAN)
    assert len(facts) <= FACTS_MAX, "the surface bounds an upload"
    # Race: two uploads of one desk, or a merge and a scan of one ticket. The desk's row and then
    # the tickets are held, in order, until the merge is done.
    session.exec(select(Desk.id).where(Desk.id == desk_id).with_for_update()).one()
    found = {fact.nonce: _found(session, fact, gate) for fact in facts}
    _hold(session, found.values())
    skew = round((now - sent_at).total_seconds())
    skew = 0 if abs(skew) <= _LINE_SECONDS_MAX else skew

    known = _known(session, facts)
    accepted = 0
    for fact in sorted(facts, key=lambda fact: fact.sequence):
        if _came_before(known, fact, desk_id):
            continue
        row = _row(session, gate, fact, found[fact.nonce], known=known, skew=skew)
        row |= {"desk_id": desk_id, "received_at": now, "operator": actor.name}
        if fact.verdict is Verdict.OK_OVERRIDE and actor.may(Permission.OVERRIDE_DOOR):
            row["server_verdict"] = None  # against the rules, and allowed to
        if not insert_values_once(session, Scan, row):
            raise NonceReused(
                f"scan {fact.sequence} of this desk came before, and was another one.",
                hint="enrol the desk again: its journal is not the one it began with",
            )
        known[str(row["nonce"])] = desk_id, fact.sequence, fact.verdict
        accepted += 1
    tickets = {x.found.ticket_id for x in found.values() if x.found is not None}
    count = sum(settle_ticket(session, gate, ticket_id) for ticket_id in sorted(tickets))
    count += settle_desk(session, gate, desk_id)
    last = max((fact.sequence for fact in facts), default=0)
    return Merged(accepted, len(facts) - accepted, count, last)


def _found(session: WriteSession, fact: Fact, gate: Gate) -> LookedUp:
    """Find the ticket of a fact by what was shown; what the desk took it for is not asked."""
    if fact.code_digest is not None:
        return LookedUp(Reading(is_readable=True), found_by_digest(session, fact.code_digest))
    if fact.ticket_name is not None:
        return look_up(session, fact.ticket_name, gate.event_id)
    return LookedUp(Reading(is_readable=False))


def _hold(session: WriteSession, found: Iterable[LookedUp]) -> None:
    ids = sorted({x.found.ticket_id for x in found if x.found is not None})
    statement = columns(col(Ticket.id)).where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id))
    session.connection().execute(statement.with_for_update()).all()


Known = dict[str, tuple[UUID | None, int | None, Verdict]]


def _known(session: WriteSession, facts: Sequence[Fact]) -> Known:
    nonces = [name for fact in facts for name in _names(fact)]
    rows = session.exec(
        select(Scan.nonce, Scan.desk_id, Scan.desk_sequence, Scan.verdict).where(
            col(Scan.nonce).in_(nonces)
        )
    ).all()
    return {
        nonce: (desk_id, sequence, Verdict(verdict)) for nonce, desk_id, sequence, verdict in rows
    }


def _names(fact: Fact) -> tuple[str, str]:
    name = fact.nonce if fact.annuls is None else f"{_UNDO}{fact.annuls}"
    return name, f"{_AGAIN}{fact.nonce}"


def _came_before(known: Known, fact: Fact, desk_id: UUID) -> bool:
    return any(
        known[name][:2] == (desk_id, fact.sequence) for name in _names(fact) if name in known
    )


def _row(
    session: WriteSession, gate: Gate, fact: Fact, looked: LookedUp, *, known: Known, skew: int
) -> dict[str, Any]:
    at = fact.at + timedelta(seconds=skew)
    ticket = looked.found
    name, again = _names(fact)
    before = known.get(name)
    server_verdict = None
    if fact.direction is Direction.IN:
        server_verdict = _judged(session, gate, fact, looked, at)
        if before is not None and before[2].admits and fact.verdict.admits:
            server_verdict = Verdict.OK_REPLAY
    return {
        "id": new_id(),
        "nonce": name if before is None else again,
        "list_id": gate.list_id,
        "ticket_id": None if ticket is None else ticket.ticket_id,
        "gate": fact.gate,
        "direction": fact.direction,
        "scanned_at": at,
        "mode": Mode.OFFLINE,
        "source": fact.source,
        "unknown_text": shown(fact.unknown_text, length_max=120) if fact.unknown_text else None,
        "verdict": fact.verdict,
        "skew_seconds": skew,
        "annuls_id": None,
        "text_digest": fact.text_digest,
        "first_scan_id": None,
        "proof": fact.proof,
        "reason": fact.reason,
        "approved_by": "",
        "desk_sequence": fact.sequence,
        "device_at": fact.at,
        "snapshot_at": fact.snapshot_at,
        "server_verdict": server_verdict,
    }


def _judged(
    session: WriteSession, gate: Gate, fact: Fact, looked: LookedUp, at: datetime
) -> Verdict:
    """Judge the ticket itself by what is known now, as if nobody had come in yet."""
    asked = Asked(saw_document=fact.proof is not None, confirms=fact.confirms, proof=fact.proof)
    ticket: Found | None = looked.found
    guest = guest_of(session, ticket, gate.list_id)
    if guest is not None:
        guest = guest.alone()
    return judge(looked.reading, guest, gate.door(), asked, now=at, today=local_day(at, gate.zone))
