"""Scan a code at a door: judged once, remembered for ever."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import col, select

from boxoffice.db import WriteSession, changed, insert_once
from boxoffice.door.lists import tiers_admitted
from boxoffice.door.models import DoorList, Entry, Scan, Source
from boxoffice.door.rules import (
    Asked,
    Door,
    Entered,
    Guest,
    Reading,
    Verdict,
    first_of,
    judge,
    slot_of,
)
from boxoffice.door.words import Admission, First, TicketShown, say
from boxoffice.errors import NonceReused
from boxoffice.events.models import Category, Event, EventState, Tier
from boxoffice.ids import new_id
from boxoffice.orders.models import Order
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown
from boxoffice.tickets.code import ShortCode, SignedCode, TicketName, read_code
from boxoffice.tickets.models import PublicKey, RevokedCode, Ticket
from boxoffice.times import local_day

_UNKNOWN_MAX = 120  # characters of an unknown text that are kept


@dataclass(frozen=True, slots=True)
class Gate:
    """A door as a desk stands at it."""

    row: DoorList
    event: Event
    name: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The event's own zone."""
        return ZoneInfo(self.event.timezone)


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
class _Found:
    """A ticket that answers to a code."""

    ticket: Ticket
    tier: Tier
    order: Order
    is_revoked: bool = False


def scan(
    session: WriteSession, actor: Actor, gate: Gate, what: Shown, *, now: datetime
) -> Admission:
    """Judge what was shown at `gate`, admit at most once, and keep the scan either way.

    A refusal at the door is an answer, not an error. A nonce seen before answers as it did then.

    Raises:
        Forbidden: the actor may not scan.
        NonceReused: the nonce came before with another text or at another door.
    """
    actor.must(Permission.SCAN)
    before = session.exec(select(Scan).where(Scan.nonce == what.nonce)).first()
    if before is not None:
        return _replay(session, before, gate, what)

    reading, found = _look_up(session, what.text)
    door = _door(session, gate)
    today = local_day(now, gate.zone)
    guest = _guest(session, found, gate)
    verdict = judge(reading, guest, door, what.asked, now=now, today=today)
    scan_id = new_id()

    # Race: two gates scan one ticket. The entry's key lets one in; the other judges again and
    # sees the first.
    if (
        found is not None
        and guest is not None
        and verdict.admits
        and not _enter(session, gate, found.ticket.id, guest, verdict, scan_id=scan_id, now=now)
    ):
        guest = _guest(session, found, gate)
        verdict = judge(reading, guest, door, what.asked, now=now, today=today)
    met = first_of(verdict, guest.entries, today) if guest is not None else None
    row = Scan(
        id=scan_id,
        nonce=what.nonce,
        list_id=gate.row.id,
        ticket_id=found.ticket.id if found is not None else None,
        gate=gate.name,
        direction=what.asked.direction,
        scanned_at=now,
        source=what.source,
        unknown_text=None if found is not None else shown(what.text, length_max=_UNKNOWN_MAX),
        verdict=verdict,
        operator=actor.name,
        text_digest=what.digest,
        first_scan_id=met.scan_id if met is not None else None,
    )
    # Race: one scan sent twice at once. The nonce keeps the first, whose entry stands.
    if not insert_once(session, row):
        session.connection().execute(delete(Entry).where(col(Entry.scan_id) == scan_id))
        before = session.exec(select(Scan).where(Scan.nonce == what.nonce)).one()
        return _replay(session, before, gate, what)
    return _answer(session, row, gate)


def new_nonce() -> str:
    """Make a nonce for one showing of one ticket."""
    return str(new_id())


def _look_up(session: WriteSession, text: str) -> tuple[Reading, _Found | None]:
    code = read_code(text)
    match code:
        case None:
            return Reading(is_readable=False), None
        case TicketName(order_code, number):
            named = _found(session, Order.code == order_code, Ticket.number == number)
            return Reading(is_readable=True), named
        case SignedCode():
            key = session.get(PublicKey, code.key_id)
            if key is None or not code.is_signed_by(key.public_key):
                return Reading(is_readable=True, is_genuine=False), None
        case ShortCode():
            pass
    found = _found(session, Ticket.code_digest == code.digest)
    return Reading(is_readable=True), found or _revoked(session, code.digest)


def _found(session: WriteSession, *where: Any) -> _Found | None:
    row = session.exec(
        select(Ticket, Tier, Order)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(Order, col(Order.id) == Ticket.order_id)
        .where(*where)
    ).first()
    return None if row is None else _Found(*row)


def _revoked(session: WriteSession, digest: str) -> _Found | None:
    old = session.get(RevokedCode, digest)
    found = None if old is None else _found(session, Ticket.id == old.ticket_id)
    return None if found is None else replace(found, is_revoked=True)


def _door(session: WriteSession, gate: Gate) -> Door:
    return Door(
        event_id=gate.event.id,
        policy=gate.row.policy,
        is_open=gate.event.state is not EventState.CANCELLED,
        tier_ids=tiers_admitted(session, gate.row.id),
        opens_at=gate.row.opens_at,
        closes_at=gate.row.closes_at,
    )


def _guest(session: WriteSession, found: _Found | None, gate: Gate) -> Guest | None:
    if found is None:
        return None
    rows = session.exec(
        select(Entry)
        .where(Entry.list_id == gate.row.id, Entry.ticket_id == found.ticket.id)
        .order_by(col(Entry.entered_at), col(Entry.slot))
        .execution_options(populate_existing=True)
    ).all()
    return Guest(
        event_id=found.ticket.event_id,
        tier_id=found.ticket.tier_id,
        ticket_state=found.ticket.state,
        order_state=found.order.state,
        is_revoked=found.is_revoked,
        needs_document=found.tier.category is Category.HALF,
        attention=found.ticket.attention,
        entries=tuple(Entered(e.slot, e.entered_at, e.left_at, e.scan_id) for e in rows),
    )


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
        left = changed(
            session,
            update(Entry)
            .where(
                col(Entry.list_id) == gate.row.id,
                col(Entry.ticket_id) == ticket_id,
                col(Entry.left_at).is_(None),
            )
            .values(left_at=now),
        )
        return left > 0
    slot = slot_of(gate.row.policy, guest.entries, local_day(now, gate.zone))
    return insert_once(
        session,
        Entry(
            list_id=gate.row.id,
            ticket_id=ticket_id,
            slot=slot,
            scan_id=scan_id,
            entered_at=now,
        ),
    )


def _replay(session: WriteSession, before: Scan, gate: Gate, what: Shown) -> Admission:
    if before.text_digest != what.digest or before.list_id != gate.row.id:
        raise NonceReused(
            "this nonce was used for another scan.", hint="make a new nonce for each ticket shown"
        )
    return _answer(session, before, gate)


def _answer(session: WriteSession, row: Scan, gate: Gate) -> Admission:
    ticket = first = None
    if row.ticket_id is not None and row.verdict is not Verdict.WRONG_EVENT:
        found = _found(session, Ticket.id == row.ticket_id)
        assert found is not None, "a ticket that was scanned is never deleted"
        ticket = TicketShown(
            short_code=f"{found.order.code}-{found.ticket.number}",
            holder_name=found.ticket.holder_name,
            holder_company=found.ticket.holder_company,
            tier=found.tier.name,
            attention=found.ticket.attention,
        )
    if row.first_scan_id is not None:
        met = session.get_one(Scan, row.first_scan_id)
        first = First(at=met.scanned_at, gate=met.gate, by=met.operator)
    return say(
        row.id, row.verdict, ticket=ticket, first=first, scanned_at=row.scanned_at, zone=gate.zone
    )
