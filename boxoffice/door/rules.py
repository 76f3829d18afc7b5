"""The one decision at the door: pure, so that every desk decides alike, online or not."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

from boxoffice.orders.models import OrderState
from boxoffice.tickets.models import TicketState


class Direction(StrEnum):
    """Which way somebody goes, or that a scan takes another one back."""

    IN = "in"
    OUT = "out"
    UNDO = "undo"


class Policy(StrEnum):
    """How often a ticket may come in."""

    ONCE = "once"
    DAILY = "daily"
    AFTER_EXIT = "after_exit"
    UNLIMITED = "unlimited"


class VerdictClass(StrEnum):
    """What the operator does: let in, wait, look again, or turn away."""

    ADMIT = "ADMIT"
    HOLD = "HOLD"
    WARN = "WARN"
    REFUSE = "REFUSE"


class ExitOf(IntEnum):
    """The exit code of `door scan CODE`, by class."""

    ADMIT = 0
    HOLD = 10
    WARN = 20
    REFUSE = 30


class Verdict(StrEnum):
    """The answer to one scan."""

    OK = "ok"
    OK_REENTRY = "ok_reentry"
    OK_EXIT = "ok_exit"
    NEEDS_DOCUMENT = "needs_document"
    NEEDS_CONFIRMATION = "needs_confirmation"
    ALREADY_IN = "already_in"
    ALREADY_TODAY = "already_today"
    NOT_INSIDE = "not_inside"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    BAD_SIGNATURE = "bad_signature"
    WRONG_EVENT = "wrong_event"
    NOT_ON_LIST = "not_on_list"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    EXPIRED_ORDER = "expired_order"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    LIST_CLOSED = "list_closed"

    @property
    def family(self) -> VerdictClass:
        """The class this verdict belongs to."""
        return _CLASSES.get(self, VerdictClass.REFUSE)

    @property
    def admits(self) -> bool:
        """Whether the guest goes through."""
        return self.family is VerdictClass.ADMIT


_CLASSES = MappingProxyType(
    {
        Verdict.OK: VerdictClass.ADMIT,
        Verdict.OK_REENTRY: VerdictClass.ADMIT,
        Verdict.OK_EXIT: VerdictClass.ADMIT,
        Verdict.NEEDS_DOCUMENT: VerdictClass.HOLD,
        Verdict.NEEDS_CONFIRMATION: VerdictClass.HOLD,
        Verdict.ALREADY_IN: VerdictClass.WARN,
        Verdict.ALREADY_TODAY: VerdictClass.WARN,
        Verdict.NOT_INSIDE: VerdictClass.WARN,
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text of a scan turned out to be, before anything was looked up."""

    is_readable: bool
    is_genuine: bool = True  # a signed code's signature holds; other codes have none


@dataclass(frozen=True, slots=True)
class Door:
    """The door at which somebody stands."""

    event_id: UUID
    policy: Policy
    is_open: bool
    tier_ids: frozenset[UUID]  # empty: every tier
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entered:
    """One admission that stands."""

    slot: str
    entered_at: datetime
    left_at: datetime | None
    scan_id: UUID


@dataclass(frozen=True, slots=True)
class Guest:
    """All that is known of a ticket when it is shown."""

    event_id: UUID
    tier_id: UUID
    ticket_state: TicketState
    order_state: OrderState
    is_revoked: bool  # the code was replaced by a newer one
    needs_document: bool
    attention: str
    entries: tuple[Entered, ...]  # in the order they happened


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator says along with the code."""

    direction: Direction = Direction.IN
    saw_document: bool = False
    confirms: bool = False


def judge(
    reading: Reading, guest: Guest | None, door: Door, asked: Asked, *, now: datetime, today: date
) -> Verdict:
    """Return the verdict, testing in the order of design §5. `today` is the event's own day."""
    if not reading.is_readable:
        return Verdict.UNREADABLE
    if not reading.is_genuine:
        return Verdict.BAD_SIGNATURE
    if guest is not None and guest.event_id != door.event_id:
        return Verdict.WRONG_EVENT
    if not door.is_open:
        return Verdict.LIST_CLOSED
    if guest is None:
        return Verdict.UNKNOWN
    return (
        _dead(guest)
        or _out_of_place(guest, door, now)
        or (_leaving(guest) if asked.direction is Direction.OUT else None)
        or _already_in(guest, door.policy, today)
        or _held_back(guest, asked)
        or (Verdict.OK_REENTRY if guest.entries else Verdict.OK)
    )


def slot_of(policy: Policy, entries: tuple[Entered, ...], today: date) -> str:
    """Return the slot an admission takes: the key that two gates would fight over."""
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
    if door.opens_at is not None and now < door.opens_at:
        return Verdict.TOO_EARLY
    if door.closes_at is not None and now >= door.closes_at:
        return Verdict.TOO_LATE
    if guest.ticket_state is TicketState.HELD:
        return Verdict.UNPAID
    return None


def _leaving(guest: Guest) -> Verdict:
    is_inside = any(entry.left_at is None for entry in guest.entries)
    return Verdict.OK_EXIT if is_inside else Verdict.NOT_INSIDE


def _already_in(guest: Guest, policy: Policy, today: date) -> Verdict | None:
    if policy is Policy.ONCE and guest.entries:
        return Verdict.ALREADY_IN
    if policy is Policy.DAILY and any(e.slot == today.isoformat() for e in guest.entries):
        return Verdict.ALREADY_TODAY
    if policy is Policy.AFTER_EXIT and any(entry.left_at is None for entry in guest.entries):
        return Verdict.ALREADY_IN
    return None


def _held_back(guest: Guest, asked: Asked) -> Verdict | None:
    if guest.needs_document and not asked.saw_document:
        return Verdict.NEEDS_DOCUMENT
    if guest.attention and not asked.confirms:
        return Verdict.NEEDS_CONFIRMATION
    return None
