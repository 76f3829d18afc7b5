"""Scan a code at a door: judged once, remembered for ever."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from boxoffice.db import WriteSession, changed
from boxoffice.door.gate import Gate
from boxoffice.door.judge import first_of, judge, proof_seen, slot_of
from boxoffice.door.look_up import Found, guest_of, look_up, ticket_scanned
from boxoffice.door.models import DoorList, Entry, Mode, Scan, Source
from boxoffice.door.rules import Asked, Direction, Guest, Verdict
from boxoffice.door.words import Admission, First, TicketShown, say
from boxoffice.errors import NonceReused
from boxoffice.ids import new_id
from boxoffice.inserts import insert_values_once
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown
from boxoffice.tickets.models import Ticket
from boxoffice.times import local_day

_UNKNOWN_MAX = 120  # characters of an unknown text that are kept
_ONLINE: MappingProxyType[str, Any] = MappingProxyType(
    {
        "mode": Mode.ONLINE,
        "skew_seconds": 0,
        "annuls_id": None,
        "desk_id": None,
        "desk_sequence": None,
        "device_at": None,
        "received_at": None,
        "snapshot_at": None,
        "server_verdict": None,
    }
)

# Made once: the line at the door waits for every scan.
_BY_NONCE = select(
    col(Scan.id), col(Scan.list_id), col(Scan.ticket_id), col(Scan.scanned_at), col(Scan.verdict),
    col(Scan.text_digest), col(Scan.first_scan_id),
).where(col(Scan.nonce) == bindparam("nonce"))  # fmt: skip
# Race: a scan, and a desk's journal that is merged. The merge locks the tickets it settles for
# itself; a scan shares its ticket with other scans, and waits for the merge.
_SHARE = select(col(Ticket.id)).where(col(Ticket.id) == bindparam("ticket_id"))
_SHARE = _SHARE.with_for_update(read=True, key_share=True)
_HOLD_LIST = (
    update(DoorList).where(col(DoorList.id) == bindparam("list_id")).values(turn=col(DoorList.turn))
)
_INSIDE = (
    select(func.count())
    .select_from(Entry)
    .where(col(Entry.list_id) == bindparam("list_id"), col(Entry.left_at).is_(None))
)
_LEAVE = (
    update(Entry)
    .where(
        col(Entry.list_id) == bindparam("the_list"),
        col(Entry.ticket_id) == bindparam("the_ticket"),
        col(Entry.left_at).is_(None),
    )
    .values(left_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown at the door. Its nonce is made before the first try and kept for retries."""

    text: str
    nonce: str
    source: Source = Source.SCANNER
    asked: Asked = field(default_factory=Asked)

    @property
    def digest(self) -> str:
        """What the text is known by: a code itself is never stored."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an answer needs of a scan that is kept: the first time, and when its nonce comes again.

    In the order of `_BY_NONCE`.
    """

    id: UUID
    list_id: UUID
    ticket_id: UUID | None
    scanned_at: datetime
    verdict: Verdict
    text_digest: str
    first_scan_id: UUID | None

    def columns(self) -> dict[str, Any]:
        """Return it by column. `asdict` copies every value, which is a tenth of a scan."""
        return {name: getattr(self, name) for name in self.__slots__}


def scan(
    session: WriteSession,
    actor: Actor,
    gate: Gate,
    what: Shown,
    *,
    now: datetime,
    approved_by: Actor | None = None,
) -> Admission:
    """Judge what was shown at `gate`, admit at most once, and keep the scan either way.

    A refusal at the door is an answer, not an error. A nonce seen before answers as it did then.
    `approved_by` has lent the permission for an override: see `staff/approve.py`.

    Raises:
        Forbidden: the actor may not scan, or nobody here may let a guest in against the rules.
        NonceReused: the nonce came before with another text or at another door.
    """
    actor.must(Permission.SCAN)
    if what.asked.override:
        (approved_by or actor).must(Permission.OVERRIDE_DOOR)
    if what.asked.direction is Direction.OUT:
        # The way out is not undone by its nonce, as the way in is: it is asked for first.
        before = _kept(session, what.nonce)
        if before is not None:
            return _replay(session, before, gate, what)

    looked = look_up(session, what.text, gate.event_id)
    found = looked.found
    if found is not None and not session.is_sqlite:
        session.line.execute(_SHARE, {"ticket_id": found.ticket_id})
    door = gate.door(_room_left(session, gate, what.asked))
    today = local_day(now, gate.zone)
    guest = guest_of(session, found, gate.list_id)
    verdict = judge(looked.reading, guest, door, what.asked, now=now, today=today)
    scan_id = new_id()

    # Race: two gates scan one ticket. The entry's key lets one in; the other judges again and
    # sees the first.
    while (
        found is not None
        and guest is not None
        and verdict.admits
        and not _enter(session, gate, found.ticket_id, guest, verdict, scan_id=scan_id, now=now)
    ):
        guest = guest_of(session, found, gate.list_id)
        verdict = judge(looked.reading, guest, door, what.asked, now=now, today=today)
    met = first_of(verdict, guest.entries, today) if guest is not None else None
    kept = _Kept(
        id=scan_id,
        list_id=gate.list_id,
        ticket_id=found.ticket_id if found is not None else None,
        scanned_at=now,
        verdict=verdict,
        text_digest=what.digest,
        first_scan_id=met.scan_id if met is not None else None,
    )
    row = (
        _ONLINE
        | kept.columns()
        | {
            "nonce": what.nonce,
            "gate": gate.name,
            "direction": what.asked.direction,
            "source": what.source,
            "unknown_text": None
            if found is not None
            else shown(what.text, length_max=_UNKNOWN_MAX),
            "operator": actor.name,
            "proof": proof_seen(what.asked, guest, verdict),
            "reason": what.asked.override if verdict is Verdict.OK_OVERRIDE else "",
            "approved_by": approved_by.name
            if approved_by and verdict is Verdict.OK_OVERRIDE
            else "",
        }
    )
    # Race: one scan sent twice at once, or once more. The nonce keeps the first, whose entry
    # stands.
    if not insert_values_once(session, Scan, row):
        session.line.execute(delete(Entry).where(col(Entry.scan_id) == scan_id))
        before = _kept(session, what.nonce)
        assert before is not None, "the nonce was in our way"
        return _replay(session, before, gate, what)
    if verdict is Verdict.OK_OVERRIDE and found is not None:
        from boxoffice.audit.record import record  # noqa: PLC0415  (no desk waits for its table)

        facts = {} if approved_by is None else {"approved_by": approved_by.name}
        record(session, actor, "door.override", "ticket", found.ticket_id, now=now, **facts)
    return _answer(session, kept, gate, found, looked.choices)


def new_nonce() -> str:
    """Make a nonce for one showing of one ticket."""
    return str(new_id())


def _kept(session: WriteSession, nonce: str) -> _Kept | None:
    row = session.line.execute(_BY_NONCE, {"nonce": nonce}).first()
    return None if row is None else _Kept(*row)


def _room_left(session: WriteSession, gate: Gate, asked: Asked) -> int | None:
    if gate.room is None or asked.direction is Direction.OUT:
        return None
    # Race: two gates, room for one. The list is held while we count and enter.
    changed(session, _HOLD_LIST, {"list_id": gate.list_id})
    inside = session.line.execute(_INSIDE, {"list_id": gate.list_id}).scalar_one()
    return gate.room - inside


def _enter(
    session: WriteSession,
    gate: Gate,
    ticket_id: UUID,
    guest: Guest,
    verdict: Verdict,
    *,
    scan_id: UUID,
    now: datetime,
) -> bool:
    """Write the entry, or the way out; `False` when another gate was faster."""
    if verdict is Verdict.OK_EXIT:
        key = {"the_list": gate.list_id, "the_ticket": ticket_id, "now": now}
        return changed(session, _LEAVE, key) > 0
    today, against = local_day(now, gate.zone), verdict is Verdict.OK_OVERRIDE
    slot = slot_of(gate.policy, guest.entries, today, is_override=against)
    entry = {
        "list_id": gate.list_id,
        "ticket_id": ticket_id,
        "slot": slot,
        "scan_id": scan_id,
        "entered_at": now,
        "left_at": None,
    }
    return insert_values_once(session, Entry, entry)


def _replay(session: WriteSession, before: _Kept, gate: Gate, what: Shown) -> Admission:
    if before.text_digest != what.digest or before.list_id != gate.list_id:
        raise NonceReused(
            "this nonce was used for another scan.", hint="make a new nonce for each ticket shown"
        )
    found = None if before.ticket_id is None else ticket_scanned(session, before.ticket_id)
    choices: tuple[Found, ...] = ()
    if before.verdict is Verdict.CHOOSE_TICKET:
        choices = look_up(session, what.text, gate.event_id).choices
    return _answer(session, before, gate, found, choices)


def _answer(
    session: WriteSession,
    kept: _Kept,
    gate: Gate,
    found: Found | None,
    choices: tuple[Found, ...],
) -> Admission:
    ticket = first = None
    if found is not None and kept.verdict is not Verdict.WRONG_EVENT:
        ticket = shown_of(found)
    if kept.first_scan_id is not None:
        met = session.get_one(Scan, kept.first_scan_id)
        first = First(at=met.scanned_at, gate=met.gate, by=met.operator)
    return say(
        kept.id,
        kept.verdict,
        ticket=ticket,
        first=first,
        scanned_at=kept.scanned_at,
        zone=gate.zone,
        choices=tuple(shown_of(choice) for choice in choices),
    )


def shown_of(found: Found) -> TicketShown:
    """Return what the operator may see of a ticket."""
    return TicketShown(
        short_code=found.short_code,
        holder_name=found.holder_name,
        holder_company=found.holder_company,
        tier=found.tier,
        attention=found.attention,
    )
