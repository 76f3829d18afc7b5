"""The words of the door, and the facts a decision is made of. The decision is in `judge.py`."""

from dataclasses import dataclass, replace
from datetime import datetime
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
    FAULT = "FAULT"  # we could not tell


class ExitOf(IntEnum):
    """The exit code of `door scan CODE`, by class."""

    ADMIT = 0
    HOLD = 10
    WARN = 20
    REFUSE = 30
    FAULT = 40


class Proof(StrEnum):
    """The document that gives a right to half price (Lei 12.933/2013, Lei 10.741/2003)."""

    STUDENT = "student"  # Carteira de Identificação Estudantil
    YOUTH = "youth"  # ID Jovem
    SENIOR = "senior"  # from 60 years on
    DISABILITY = "disability"  # and one companion
    TEACHER = "teacher"  # by law of some states
    OTHER = "other"


class Verdict(StrEnum):
    """The answer to one scan."""

    OK = "ok"
    OK_REENTRY = "ok_reentry"
    OK_EXIT = "ok_exit"
    OK_UNSYNCED = "ok_unsynced"  # by the snapshot; the server has not heard of it yet
    OK_SIGNATURE_ONLY = "ok_signature_only"  # sold after the snapshot, and signed by us
    OK_OVERRIDE = "ok_override"  # a door lead says so, and why
    OK_REPLAY = "ok_replay"  # this very scan has come in before
    NEEDS_DOCUMENT = "needs_document"
    NEEDS_CONFIRMATION = "needs_confirmation"
    MUST_PAY = "must_pay"
    CHOOSE_TICKET = "choose_ticket"
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
    AREA_FULL = "area_full"
    STALE_SNAPSHOT = "stale_snapshot"
    UNAVAILABLE = "unavailable"

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
        Verdict.OK_UNSYNCED: VerdictClass.ADMIT,
        Verdict.OK_SIGNATURE_ONLY: VerdictClass.ADMIT,
        Verdict.OK_OVERRIDE: VerdictClass.ADMIT,
        Verdict.OK_REPLAY: VerdictClass.ADMIT,
        Verdict.NEEDS_DOCUMENT: VerdictClass.HOLD,
        Verdict.NEEDS_CONFIRMATION: VerdictClass.HOLD,
        Verdict.MUST_PAY: VerdictClass.HOLD,
        Verdict.CHOOSE_TICKET: VerdictClass.HOLD,
        Verdict.ALREADY_IN: VerdictClass.WARN,
        Verdict.ALREADY_TODAY: VerdictClass.WARN,
        Verdict.NOT_INSIDE: VerdictClass.WARN,
        Verdict.STALE_SNAPSHOT: VerdictClass.FAULT,
        Verdict.UNAVAILABLE: VerdictClass.FAULT,
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text of a scan turned out to be."""

    is_readable: bool
    is_genuine: bool = True  # a signed code's signature holds; other codes have none
    has_choices: bool = False  # an order's code, and the order has several tickets
    is_newer: bool = False  # a genuine signed code, of a ticket made after our snapshot


@dataclass(frozen=True, slots=True)
class Door:
    """The door at which somebody stands."""

    event_id: UUID
    policy: Policy
    is_open: bool
    tier_ids: frozenset[UUID]  # empty: every tier
    opens_at: datetime | None
    closes_at: datetime | None
    takes_payment: bool = False  # who has not paid may pay here
    room_left: int | None = None  # how many more may be inside at once; none: no limit
    is_offline: bool = False  # judged on a snapshot
    is_stale: bool = False  # and that snapshot is too old to judge on


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

    def alone(self) -> "Guest":
        """Return the guest as if nobody had come in yet."""
        return replace(self, entries=())


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator says along with the code."""

    direction: Direction = Direction.IN
    saw_document: bool = False
    confirms: bool = False
    proof: Proof | None = None  # which document was seen
    override: str = ""  # why a door lead lets the guest in against the rules
    replays: UUID | None = None  # the scan that is judged once more, when it is kept already
