"""Scan a code at a door: judged once, remembered for ever."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import col

from boxoffice.db import WriteSession, changed, insert_values_once
from boxoffice.door.lists import tiers_admitted
from boxoffice.door.look_up import Found, look_up, ticket_scanned
from boxoffice.door.models import DoorList, Entry, Mode, Scan, Source
from boxoffice.door.rules import (
    Asked,
    Door,
    Entered,
    Guest,
    Verdict,
    first_of,
    judge,
    slot_of,
)
from boxoffice.door.words import Admission, First, TicketShown, say
from boxoffice.errors import NonceReused
from boxoffice.events.models import Category, Event, EventState
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown
from boxoffice.times import local_day

_UNKNOWN_MAX = 120  # characters of an unknown text that are kept

# Made once: the line at the door waits for every scan.
_BY_NONCE = select(
    col(Scan.id), col(Scan.list_id), col(Scan.ticket_id), col(Scan.scanned_at), col(Scan.verdict),
    col(Scan.text_digest), col(Scan.first_scan_id),
).where(col(Scan.nonce) == bindparam("nonce"))  # fmt: skip
_ENTRIES = (
    select(col(Entry.slot), col(Entry.entered_at), col(Entry.left_at), col(Entry.scan_id))
    .where(
        col(Entry.list_id) == bindparam("list_id"), col(Entry.ticket_id) == bindparam("ticket_id")
    )
    .order_by(col(Entry.entered_at), col(Entry.slot))
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
    before = _kept(session, what.nonce)
    if before is not None:
        return _replay(session, before, gate, what)

    reading, found = look_up(session, what.text)
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
        and not _enter(session, gate, found.ticket_id, guest, verdict, scan_id=scan_id, now=now)
    ):
        guest = _guest(session, found, gate)
        verdict = judge(reading, guest, door, what.asked, now=now, today=today)
    met = first_of(verdict, guest.entries, today) if guest is not None else None
    kept = _Kept(
        id=scan_id,
        list_id=gate.row.id,
        ticket_id=found.ticket_id if found is not None else None,
        scanned_at=now,
        verdict=verdict,
        text_digest=what.digest,
        first_scan_id=met.scan_id if met is not None else None,
    )
    row = asdict(kept) | {
        "nonce": what.nonce,
        "gate": gate.name,
        "direction": what.asked.direction,
        "mode": Mode.ONLINE,
        "source": what.source,
        "unknown_text": None if found is not None else shown(what.text, length_max=_UNKNOWN_MAX),
        "operator": actor.name,
        "annuls_id": None,
    }
    # Race: one scan sent twice at once. The nonce keeps the first, whose entry stands.
    if not insert_values_once(session, Scan, row):
        session.connection().execute(delete(Entry).where(col(Entry.scan_id) == scan_id))
        before = _kept(session, what.nonce)
        assert before is not None, "the nonce was in our way"
        return _replay(session, before, gate, what)
    return _answer(session, kept, gate, found)


def new_nonce() -> str:
    """Make a nonce for one showing of one ticket."""
    return str(new_id())


def _kept(session: WriteSession, nonce: str) -> _Kept | None:
    row = session.connection().execute(_BY_NONCE, {"nonce": nonce}).first()
    return None if row is None else _Kept(*row)


def _door(session: WriteSession, gate: Gate) -> Door:
    return Door(
        event_id=gate.event.id,
        policy=gate.row.policy,
        is_open=gate.event.state is not EventState.CANCELLED,
        tier_ids=tiers_admitted(session, gate.row.id),
        opens_at=gate.row.opens_at,
        closes_at=gate.row.closes_at,
    )


def _guest(session: WriteSession, found: Found | None, gate: Gate) -> Guest | None:
    if found is None:
        return None
    key = {"list_id": gate.row.id, "ticket_id": found.ticket_id}
    rows = session.connection().execute(_ENTRIES, key).all()
    return Guest(
        event_id=found.event_id,
        tier_id=found.tier_id,
        ticket_state=found.state,
        order_state=found.order_state,
        is_revoked=found.is_revoked,
        needs_document=found.category is Category.HALF,
        attention=found.attention,
        entries=tuple(Entered(*row) for row in rows),
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
        key = {"the_list": gate.row.id, "the_ticket": ticket_id, "now": now}
        return changed(session, _LEAVE, key) > 0
    slot = slot_of(gate.row.policy, guest.entries, local_day(now, gate.zone))
    entry = {
        "list_id": gate.row.id,
        "ticket_id": ticket_id,
        "slot": slot,
        "scan_id": scan_id,
        "entered_at": now,
        "left_at": None,
    }
    return insert_values_once(session, Entry, entry)


def _replay(session: WriteSession, before: _Kept, gate: Gate, what: Shown) -> Admission:
    if before.text_digest != what.digest or before.list_id != gate.row.id:
        raise NonceReused(
            "this nonce was used for another scan.", hint="make a new nonce for each ticket shown"
        )
    found = None if before.ticket_id is None else ticket_scanned(session, before.ticket_id)
    return _answer(session, before, gate, found)


def _answer(session: WriteSession, kept: _Kept, gate: Gate, found: Found | None) -> Admission:
    ticket = first = None
    if found is not None and kept.verdict is not Verdict.WRONG_EVENT:
        ticket = TicketShown(
            short_code=f"{found.order_code}-{found.number}",
            holder_name=found.holder_name,
            holder_company=found.holder_company,
            tier=found.tier,
            attention=found.attention,
        )
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
    )
