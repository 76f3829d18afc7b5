"""What the door says: one line of what is so, one of what the operator does next."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from types import MappingProxyType
from uuid import UUID

from boxoffice.door.rules import Verdict, VerdictClass
from boxoffice.times import ago_text

_SAYINGS = MappingProxyType(
    {
        Verdict.OK: ("welcome", ""),
        Verdict.OK_REENTRY: ("welcome back", ""),
        Verdict.OK_EXIT: ("out; may come back as the list allows", ""),
        Verdict.OK_UNSYNCED: ("welcome, by the snapshot", ""),
        Verdict.OK_SIGNATURE_ONLY: ("welcome: newer than the snapshot, and signed by us", ""),
        Verdict.OK_OVERRIDE: ("let in by the door lead", ""),
        Verdict.OK_REPLAY: ("welcome: this very scan is known already", ""),
        Verdict.NEEDS_DOCUMENT: (
            "half price: ask for the proof",
            "seen it? scan again with --proof student, or --document",
        ),
        Verdict.MUST_PAY: ("not paid yet", "take the payment at the counter, then scan again"),
        Verdict.CHOOSE_TICKET: ("an order with several tickets", "scan one of its tickets"),
        Verdict.NEEDS_CONFIRMATION: ("read the note first", "done? scan again with --confirm"),
        Verdict.ALREADY_IN: ("already in", "look for who came first, or call the door lead"),
        Verdict.ALREADY_TODAY: (
            "already in today",
            "this list admits once a day; call the door lead",
        ),
        Verdict.NOT_INSIDE: ("is not inside", "scan for entry instead, with --direction in"),
        Verdict.UNREADABLE: ("this is not a ticket code", "scan again, or type the code by hand"),
        Verdict.UNKNOWN: ("no such ticket", "search by name: boxoffice order find NAME"),
        Verdict.BAD_SIGNATURE: (
            "the signature is not ours: a forgery",
            "keep the ticket, call the door lead",
        ),
        Verdict.WRONG_EVENT: ("a ticket for another event", "check the date on the ticket"),
        Verdict.NOT_ON_LIST: (
            "this door does not admit this tier",
            "send the guest to the right door",
        ),
        Verdict.UNPAID: ("the order is not paid", "take the payment at the counter"),
        Verdict.CANCELLED: ("the ticket was cancelled", "send the guest to the counter"),
        Verdict.EXPIRED_ORDER: ("the order expired unpaid", "send the guest to the counter"),
        Verdict.REFUNDED: ("the money went back", "send the guest to the counter"),
        Verdict.CHARGED_BACK: ("the buyer's bank took the money back", "call the door lead"),
        Verdict.REVOKED: ("replaced by a newer ticket", "ask for the newest mail, or reprint it"),
        Verdict.BLOCKED: ("the ticket is blocked", "call the door lead"),
        Verdict.TOO_EARLY: ("this door is not open yet", "ask the guest to wait"),
        Verdict.TOO_LATE: ("this door has closed", "call the door lead"),
        Verdict.LIST_CLOSED: ("the event is cancelled", "send the guest to the counter"),
        Verdict.AREA_FULL: ("full inside", "let a guest out first, or call the door lead"),
        Verdict.STALE_SNAPSHOT: (
            "the snapshot is too old to judge on",
            "bring a fresh one: boxoffice desk pull",
        ),
        Verdict.UNAVAILABLE: ("we could not tell", "scan again"),
    }
)

SYMBOLS = MappingProxyType(
    {
        VerdictClass.ADMIT: "✔",
        VerdictClass.HOLD: "●",
        VerdictClass.WARN: "▲",
        VerdictClass.REFUSE: "✖",
        VerdictClass.FAULT: "?",
    }
)


@dataclass(frozen=True, slots=True)
class TicketShown:
    """What the operator may see of the ticket."""

    short_code: str
    holder_name: str
    holder_company: str
    tier: str
    attention: str


@dataclass(frozen=True, slots=True)
class First:
    """The entry that a repeated scan ran into."""

    at: datetime
    gate: str
    by: str


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer to one scan, the same however often its nonce is sent."""

    scan_id: UUID
    verdict: Verdict
    message: str
    hint: str
    scanned_at: datetime
    ticket: TicketShown | None
    first: First | None
    choices: tuple[TicketShown, ...] = ()


def say(
    scan_id: UUID,
    verdict: Verdict,
    *,
    ticket: TicketShown | None,
    first: First | None,
    scanned_at: datetime,
    zone: tzinfo,
    choices: tuple[TicketShown, ...] = (),
) -> Admission:
    """Put a verdict into words. The time that has passed is counted up to the scan itself."""
    message, hint = _SAYINGS[verdict]
    if first is not None:
        clock = first.at.astimezone(zone).strftime("%H:%M:%S")
        gate = f" at {first.gate}" if first.gate else ""
        message = f"{message} since {clock}{gate}, by {first.by} ({ago_text(first.at, scanned_at)})"
    if verdict is Verdict.NEEDS_CONFIRMATION and ticket is not None:
        message = f"{message}: {ticket.attention}"
    return Admission(scan_id, verdict, message, hint, scanned_at, ticket, first, choices)


def saying(verdict: Verdict) -> str:
    """Return what a verdict says, in a few words."""
    return _SAYINGS[verdict][0]
