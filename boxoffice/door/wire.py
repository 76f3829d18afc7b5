"""What the door says, as JSON: on the command line, on the line to a desk, and back again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from boxoffice.door.offers import Offer
from boxoffice.door.queries import DoorStats
from boxoffice.door.rules import Verdict, VerdictClass
from boxoffice.door.search import Hit
from boxoffice.door.words import Admission, First, TicketShown
from boxoffice.money import Money
from boxoffice.tickets.models import TicketState
from boxoffice.times import iso


def admission_json(admission: Admission) -> dict[str, Any]:
    """Return the answer to one scan."""
    ticket, first = admission.ticket, admission.first
    return {
        "class": admission.verdict.family,
        "verdict": admission.verdict,
        "message": admission.message,
        "hint": admission.hint,
        "ticket": None if ticket is None else ticket_json(ticket),
        "first": None
        if first is None
        else {"at": iso(first.at), "gate": first.gate, "by": first.by},
        "choices": [ticket_json(choice) for choice in admission.choices],
    }


def ticket_json(ticket: TicketShown) -> dict[str, Any]:
    """Return what the operator may see of a ticket."""
    return {
        "short_code": ticket.short_code,
        "holder_name": ticket.holder_name,
        "holder_company": ticket.holder_company,
        "tier": ticket.tier,
        "attention": ticket.attention,
    }


def read_admission(found: dict[str, Any], scan_id: UUID, *, at: datetime) -> Admission:
    """Read an answer that came over the line, for the scan that was asked.

    Raises:
        KeyError, TypeError, ValueError: it is no such answer.
    """
    ticket, first = found["ticket"], found["first"]
    return Admission(
        scan_id=scan_id,
        verdict=Verdict(found["verdict"]),
        message=found["message"],
        hint=found["hint"],
        scanned_at=at,
        ticket=None if ticket is None else TicketShown(**ticket),
        first=None
        if first is None
        else First(datetime.fromisoformat(first["at"]), first["gate"], first["by"]),
        choices=tuple(TicketShown(**choice) for choice in found["choices"]),
    )


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a ticket that a search has found. Its document is masked."""
    return {
        "short_code": hit.short_code,
        "holder_name": hit.holder_name,
        "holder_company": hit.holder_company,
        "tier": hit.tier,
        "state": hit.state,
        "is_in": hit.is_in,
        "document": hit.document,
        "buyer_name": hit.buyer_name,
    }


def read_hit(found: dict[str, Any]) -> Hit:
    """Read a hit that came over the line."""
    return Hit(**{**found, "state": TicketState(found["state"])})


def offer_json(offer: Offer) -> dict[str, Any]:
    """Return a tier that is for sale at the door."""
    return {
        "tier": offer.tier,
        "price_minor": offer.price.minor,
        "currency": offer.price.currency,
        "places_left": offer.left_count,
    }


def read_offer(found: dict[str, Any]) -> Offer:
    """Read an offer that came over the line.

    Raises:
        KeyError, TypeError, ValueError: it is no such answer.
    """
    price = Money(int(found["price_minor"]), str(found["currency"]))
    return Offer(str(found["tier"]), price, int(found["places_left"]))


def sold_json(order: str, total: Money, tickets: Sequence[str]) -> dict[str, Any]:
    """Return what was sold at the door."""
    return {
        "order": order,
        "total_minor": total.minor,
        "currency": total.currency,
        "tickets": list(tickets),
    }


def owed_json(owed: Money) -> dict[str, Any]:
    """Return what an order owes."""
    return {"owed_minor": owed.minor, "currency": owed.currency}


def door_stats_json(stats: DoorStats) -> dict[str, Any]:
    """Return the numbers of one door."""
    return {
        "event": stats.event,
        "list": stats.list,
        "expected": stats.expected,
        "admitted": stats.admitted,
        "inside": stats.inside,
        "scans": stats.scans,
        "refused": stats.of_class(VerdictClass.REFUSE),
        "warned": stats.of_class(VerdictClass.WARN),
        "held": stats.of_class(VerdictClass.HOLD),
        "verdicts": stats.verdicts,
    }


def read_stats(found: dict[str, Any]) -> DoorStats:
    """Read the numbers that came over the line."""
    names = ("event", "list", "expected", "admitted", "inside", "scans", "verdicts")
    return DoorStats(**{name: found[name] for name in names})
