"""Settle what desks and the server disagree on; list it; close it with a note."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy import select as columns
from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.door.fold import Folded, Scanned, fold
from boxoffice.door.fold import Found as FoundConflict
from boxoffice.door.gate import Gate
from boxoffice.door.models import Conflict, ConflictKind, Desk, Entry, Scan
from boxoffice.door.rules import Direction, Entered, Verdict
from boxoffice.errors import BadValue, NotFound
from boxoffice.ids import CODE_ALPHABET
from boxoffice.orders.models import Order
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in
from boxoffice.tickets.models import Ticket
from boxoffice.times import local_day

SKEW_SECONDS_MAX = 60  # a clock that is off by more is told
_OF_TICKETS = (
    ConflictKind.DOUBLE_ENTRY,
    ConflictKind.ADMITTED_BUT_INVALID,
    ConflictKind.REFUSED_BUT_VALID,
)
_UNDO = "undo:"


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict as people and programs see it."""

    id: str
    kind: ConflictKind
    ticket: str | None  # its name
    desk: str | None
    gate: str
    at: datetime
    operator: str
    verdict: Verdict
    server_verdict: Verdict | None
    other_at: datetime | None
    other_gate: str | None
    other_desk: str | None
    could_know: bool
    detail: str
    resolved_at: datetime | None
    note: str


def settle_ticket(session: WriteSession, gate: Gate, ticket_id: UUID) -> int:
    """Make entries and conflicts of one ticket what its scans amount to; count what is open.

    Call it while the ticket's row is held.
    """
    scans = _scans_of(session, gate.list_id, ticket_id)
    day_of = partial(local_day, zone=gate.zone)
    changed_at = _changed_at(session, ticket_id)
    folded = fold(scans, gate.policy, day_of, changed_at=changed_at)
    _write_entries(session, gate.list_id, ticket_id, folded)
    standing = select(Conflict).where(
        Conflict.list_id == gate.list_id,
        Conflict.ticket_id == ticket_id,
        col(Conflict.kind).in_(_OF_TICKETS),
    )
    found = [(conflict, "") for conflict in folded.conflicts]
    return _write(session, gate, ticket_id, session.exec(standing).all(), found)


def settle_desk(session: WriteSession, gate: Gate, desk_id: UUID) -> int:
    """Find what is wrong with a desk itself: its clock, scans that are missing, unknown guests."""
    rows = session.exec(
        select(Scan).where(Scan.desk_id == desk_id).order_by(col(Scan.desk_sequence))
    ).all()
    found: list[tuple[FoundConflict, str]] = []
    expected, is_skewed = 1, False
    for row in rows:
        scan = _scanned(row)
        if scan.sequence > expected:
            missing = f"{scan.sequence - expected} before {scan.sequence}"
            found.append((FoundConflict(ConflictKind.GAP, scan), missing))
        expected = scan.sequence + 1
        if abs(row.skew_seconds) > SKEW_SECONDS_MAX and not is_skewed:
            is_skewed = True
            skew = FoundConflict(ConflictKind.CLOCK_SKEW, scan)
            found.append((skew, f"{row.skew_seconds:+d} s"))
        if row.ticket_id is None and scan.comes_in:
            found.append((FoundConflict(ConflictKind.ADMITTED_BUT_INVALID, scan), ""))
    standing = (
        select(Conflict)
        .join(Scan, col(Scan.id) == Conflict.scan_id)
        .where(Scan.desk_id == desk_id, col(Conflict.ticket_id).is_(None))
    )
    return _write(session, gate, None, session.exec(standing).all(), found)


def list_conflicts(
    session: ReadSession, gate: Gate, *, also_closed: bool = False, limit: int = 100
) -> list[ConflictView]:
    """Return the conflicts of a door, in the order of their scans; closed ones if asked."""
    statement = (
        columns(Conflict, Scan, col(Desk.name), col(Order.code), col(Ticket.number))
        .join(Scan, col(Scan.id) == Conflict.scan_id)
        .join(Desk, col(Desk.id) == Scan.desk_id, isouter=True)
        .join(Ticket, col(Ticket.id) == Conflict.ticket_id, isouter=True)
        .join(Order, col(Order.id) == Ticket.order_id, isouter=True)
        .where(col(Conflict.list_id) == gate.list_id)
        .order_by(col(Scan.scanned_at), col(Conflict.code))
        .limit(limit)
    )
    if not also_closed:
        statement = statement.where(col(Conflict.resolved_at).is_(None))
    names = dict(session.exec(select(Desk.id, Desk.name)).all())
    views = []
    for conflict, scan, desk, code, number in session.execute(statement).all():
        other = session.get(Scan, conflict.other_scan_id) if conflict.other_scan_id else None
        views.append(
            ConflictView(
                id=conflict.code,
                kind=conflict.kind,
                ticket=None if code is None else f"{code}-{number}",
                desk=desk,
                gate=scan.gate,
                at=scan.scanned_at,
                operator=scan.operator,
                verdict=scan.verdict,
                server_verdict=scan.server_verdict,
                other_at=other.scanned_at if other else None,
                other_gate=other.gate if other else None,
                other_desk=names.get(other.desk_id) if other and other.desk_id else None,
                could_know=conflict.could_know,
                detail=conflict.detail,
                resolved_at=conflict.resolved_at,
                note=conflict.note,
            )
        )
    return views


def resolve(session: WriteSession, actor: Actor, code: str, note: str, *, now: datetime) -> str:
    """Close a conflict with a note, and return its id. What is closed already keeps its note.

    Raises:
        Forbidden: the actor may not close conflicts.
        BadValue: there is no note, or it is too long.
        NotFound: there is no such conflict.
    """
    actor.must(Permission.RESOLVE_CONFLICT)
    said = clean_in(note, name="--note")
    tidy = code.strip().upper()
    conflict = session.get(Conflict, tidy, with_for_update=True) if tidy.isascii() else None
    if conflict is None:
        raise NotFound("conflict", code[:20], hint="see them all: boxoffice door conflicts")
    if conflict.resolved_at is not None:
        if conflict.note != said:
            raise BadValue("the conflict", "was closed before, with another note.")
        return conflict.code
    conflict.resolved_at, conflict.resolved_by, conflict.note = now, actor.name, said
    record(session, actor, "door.resolve", "scan", conflict.scan_id, now=now, kind=conflict.kind)
    return conflict.code


def _scans_of(session: WriteSession, list_id: UUID, ticket_id: UUID) -> list[Scanned]:
    rows = session.exec(
        select(Scan).where(Scan.list_id == list_id, Scan.ticket_id == ticket_id)
    ).all()
    return [_scanned(row) for row in rows]


def _scanned(row: Scan) -> Scanned:
    annuls = str(row.annuls_id) if row.annuls_id else None
    if row.direction is Direction.UNDO and annuls is None:
        annuls = row.nonce.removeprefix(_UNDO)
    return Scanned(
        id=row.id,
        nonce=row.nonce,
        at=row.scanned_at,
        direction=row.direction,
        verdict=row.verdict,
        desk_id=row.desk_id,
        sequence=row.desk_sequence or 0,
        received_at=row.received_at,
        snapshot_at=row.snapshot_at,
        server_verdict=row.server_verdict,
        operator=row.operator,
        annuls=annuls,
    )


def _changed_at(session: WriteSession, ticket_id: UUID) -> datetime | None:
    """Return when somebody last changed a ticket or its order, as the audit has it."""
    ticket = session.get_one(Ticket, ticket_id)
    subjects = [f"ticket:{ticket_id}", f"order:{ticket.order_id}"]
    statement = select(func.max(AuditEntry.at)).where(
        col(AuditEntry.subject).in_(subjects), ~col(AuditEntry.verb).startswith("door.")
    )
    return session.exec(statement).one()


def _write_entries(session: WriteSession, list_id: UUID, ticket_id: UUID, folded: Folded) -> None:
    here = select(Entry).where(Entry.list_id == list_id, Entry.ticket_id == ticket_id)
    now_in = {
        Entered(row.slot, row.entered_at, row.left_at, row.scan_id)
        for row in session.exec(here).all()
    }
    if now_in == set(folded.entries):
        return
    gone = delete(Entry).where(col(Entry.list_id) == list_id, col(Entry.ticket_id) == ticket_id)
    changed(session, gone)
    session.expunge_all()
    for entry in folded.entries:
        session.add(
            Entry(
                list_id=list_id,
                ticket_id=ticket_id,
                slot=entry.slot,
                scan_id=entry.scan_id,
                entered_at=entry.entered_at,
                left_at=entry.left_at,
            )
        )
    session.flush()


def _write(
    session: WriteSession,
    gate: Gate,
    ticket_id: UUID | None,
    standing: Iterable[Conflict],
    found: Iterable[tuple[FoundConflict, str]],
) -> int:
    """Bring the conflicts that stand in line with those found. Closed ones stay as they are."""
    before: Mapping[str, Conflict] = {row.code: row for row in standing}
    wanted = {_code(conflict): (conflict, detail) for conflict, detail in found}
    for code, row in before.items():
        if code not in wanted and row.resolved_at is None:
            session.delete(row)
    for code, (conflict, detail) in wanted.items():
        row = before.get(code) or Conflict(
            code=code,
            kind=conflict.kind,
            scan_id=conflict.scan.id,
            list_id=gate.list_id,
            ticket_id=ticket_id,
        )
        if row.resolved_at is None:
            row.other_scan_id = conflict.other.id if conflict.other else None
            row.could_know, row.detail = conflict.could_know, detail
            session.add(row)
    session.flush()
    closed = {code for code, row in before.items() if row.resolved_at is not None}
    return len(wanted.keys() - closed)


def _code(conflict: FoundConflict) -> str:
    """Return the id of a conflict: always the same for the same scan."""
    number = int(hashlib.sha256(f"{conflict.kind}:{conflict.scan.nonce}".encode()).hexdigest(), 16)
    letters = []
    for _ in range(8):
        number, digit = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[digit])
    return "".join(letters)
