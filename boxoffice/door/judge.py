"""The one decision at the door: pure, so that every desk decides alike, online or not."""

from datetime import date, datetime

from boxoffice.door.rules import (
    Asked,
    Direction,
    Door,
    Entered,
    Guest,
    Policy,
    Proof,
    Reading,
    Verdict,
)
from boxoffice.orders.models import OrderState
from boxoffice.tickets.models import TicketState

# Against these nobody can be let in: there is no ticket of this event, or no event.
_FINAL = frozenset(
    {
        Verdict.STALE_SNAPSHOT,
        Verdict.UNREADABLE,
        Verdict.BAD_SIGNATURE,
        Verdict.WRONG_EVENT,
        Verdict.LIST_CLOSED,
        Verdict.CHOOSE_TICKET,
        Verdict.UNKNOWN,
        Verdict.NOT_INSIDE,
    }
)
_OVERRIDDEN = "+"  # how the slot of an admission against the rules begins


def judge(
    reading: Reading, guest: Guest | None, door: Door, asked: Asked, *, now: datetime, today: date
) -> Verdict:
    """Return the verdict, testing in the order of design §5. `today` is the event's own day."""
    verdict = _by_the_rules(reading, guest, door, asked, now=now, today=today)
    if verdict.admits or not asked.override or verdict in _FINAL:
        return verdict
    return Verdict.OK_OVERRIDE


def _by_the_rules(
    reading: Reading, guest: Guest | None, door: Door, asked: Asked, *, now: datetime, today: date
) -> Verdict:
    if door.is_stale:
        return Verdict.STALE_SNAPSHOT
    if not reading.is_readable:
        return Verdict.UNREADABLE
    if not reading.is_genuine:
        return Verdict.BAD_SIGNATURE
    if guest is not None and guest.event_id != door.event_id:
        return Verdict.WRONG_EVENT
    if not door.is_open:
        return Verdict.LIST_CLOSED
    if guest is None:
        return _without_ticket(reading, door, asked, now)
    return (
        _dead(guest)
        or _out_of_place(guest, door, now)
        or (_leaving(guest) if asked.direction is Direction.OUT else None)
        or _already_in(guest, door.policy, asked, today)
        or (Verdict.AREA_FULL if door.room_left is not None and door.room_left <= 0 else None)
        or _held_back(guest, asked)
        or _welcome(guest, door)
    )


def slot_of(
    policy: Policy, entries: tuple[Entered, ...], today: date, *, is_override: bool = False
) -> str:
    """Return the slot an admission takes: the key that two gates would fight over."""
    if is_override:
        marked = [entry.slot for entry in entries if entry.slot.startswith(_OVERRIDDEN)]
        return f"{_OVERRIDDEN}{1 + max((int(slot[1:]) for slot in marked), default=0)}"
    if policy is Policy.ONCE:
        return ""
    if policy is Policy.DAILY:
        return today.isoformat()
    # An entry from before the policy changed has another kind of slot.
    numbers = [int(entry.slot) for entry in entries if entry.slot.isdecimal()]
    return str(1 + max(numbers, default=0))


def first_of(verdict: Verdict, entries: tuple[Entered, ...], today: date) -> Entered | None:
    """Return the entry that a repeated scan has run into."""
    if verdict is Verdict.ALREADY_TODAY:
        return next(entry for entry in entries if entry.slot == today.isoformat())
    if verdict is Verdict.ALREADY_IN:
        return next((entry for entry in entries if entry.left_at is None), entries[0])
    return None


def _without_ticket(reading: Reading, door: Door, asked: Asked, now: datetime) -> Verdict:
    """Judge what no ticket we know answers to."""
    if reading.has_choices:
        return Verdict.CHOOSE_TICKET
    # Of a ticket newer than the snapshot we know that it is ours, and not its tier.
    if not reading.is_newer or door.tier_ids or asked.direction is Direction.OUT:
        return Verdict.UNKNOWN
    return _outside_hours(door, now) or Verdict.OK_SIGNATURE_ONLY


def proof_seen(asked: Asked, guest: Guest | None, verdict: Verdict) -> Proof | None:
    """Return the proof that is kept with an admission at half price."""
    if guest is None or not guest.needs_document or not verdict.admits:
        return None
    return asked.proof or (Proof.OTHER if asked.saw_document else None)


def _dead(guest: Guest) -> Verdict | None:
    if guest.is_revoked:
        return Verdict.REVOKED
    if guest.order_state is OrderState.CHARGED_BACK:
        return Verdict.CHARGED_BACK
    if guest.ticket_state is TicketState.BLOCKED or guest.order_state is OrderState.DISPUTED:
        return Verdict.BLOCKED
    if guest.order_state is OrderState.EXPIRED:
        return Verdict.EXPIRED_ORDER
    if guest.order_state is OrderState.REFUNDED:
        return Verdict.REFUNDED
    if guest.order_state is OrderState.CANCELLED or guest.ticket_state is TicketState.VOID:
        return Verdict.CANCELLED
    return None


def _out_of_place(guest: Guest, door: Door, now: datetime) -> Verdict | None:
    if door.tier_ids and guest.tier_id not in door.tier_ids:
        return Verdict.NOT_ON_LIST
    outside = _outside_hours(door, now)
    if outside is not None:
        return outside
    if guest.ticket_state is TicketState.HELD:
        return Verdict.MUST_PAY if door.takes_payment else Verdict.UNPAID
    return None


def _outside_hours(door: Door, now: datetime) -> Verdict | None:
    if door.opens_at is not None and now < door.opens_at:
        return Verdict.TOO_EARLY
    if door.closes_at is not None and now >= door.closes_at:
        return Verdict.TOO_LATE
    return None


def _leaving(guest: Guest) -> Verdict:
    is_inside = any(entry.left_at is None for entry in guest.entries)
    return Verdict.OK_EXIT if is_inside else Verdict.NOT_INSIDE


def _already_in(guest: Guest, policy: Policy, asked: Asked, today: date) -> Verdict | None:
    if any(entry.scan_id == asked.replays for entry in guest.entries):
        return Verdict.OK_REPLAY
    if policy is Policy.ONCE and guest.entries:
        return Verdict.ALREADY_IN
    if policy is Policy.DAILY and any(e.slot == today.isoformat() for e in guest.entries):
        return Verdict.ALREADY_TODAY
    if policy is Policy.AFTER_EXIT and any(entry.left_at is None for entry in guest.entries):
        return Verdict.ALREADY_IN
    return None


def _held_back(guest: Guest, asked: Asked) -> Verdict | None:
    if guest.needs_document and not (asked.saw_document or asked.proof):
        return Verdict.NEEDS_DOCUMENT
    if guest.attention and not asked.confirms:
        return Verdict.NEEDS_CONFIRMATION
    return None


def _welcome(guest: Guest, door: Door) -> Verdict:
    if door.is_offline:
        return Verdict.OK_UNSYNCED
    return Verdict.OK_REENTRY if guest.entries else Verdict.OK
