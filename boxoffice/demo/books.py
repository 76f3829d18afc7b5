"""The demo's books: what was sold, issued, mailed, admitted and paid, counted from both ends."""

import csv
import email
import email.policy
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.demo.stage import Stage
from boxoffice.door.models import Entry
from boxoffice.door.rules import Verdict
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import event_by_slug
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.models import Letter, Payment
from boxoffice.tickets.models import Ticket, TicketState


@dataclass(frozen=True, slots=True)
class Check:
    """Two numbers that must be equal (or the first at most the second), found two ways."""

    what: str
    found: int
    expected: int
    at_most: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the books agree here."""
        return self.found <= self.expected if self.at_most else self.found == self.expected


@dataclass(frozen=True, slots=True)
class Books:
    """The night in numbers, and whether they agree."""

    sold_by_tier: dict[str, int]
    verdicts: Counter[Verdict]
    cash: Money
    pix: Money
    checks: list[Check]

    @property
    def agree(self) -> bool:
        """Whether every check is right."""
        return all(check.is_right for check in self.checks)


def check_books(on: Stage, slug: str, verdicts: Counter[Verdict]) -> Books:
    """Count everything twice: in the database, and in what the outside world holds."""
    with on.office.reading() as session:
        event = event_by_slug(session, slug)
        tiers = session.exec(select(Tier).where(Tier.event_id == event.id)).all()
        return Books(
            sold_by_tier={tier.name: tier.quota - tier.places_left for tier in tiers},
            verdicts=verdicts,
            cash=Money(_paid(session, "till")),
            pix=Money(_paid(session, "asaas")),
            checks=[
                *_places(session, event, tiers),
                *_paper(session, event, on),
                *_door(session, verdicts),
                *_money(session, on),
            ],
        )


def _places(session: ReadSession, event: Event, tiers: Sequence[Tier]) -> list[Check]:
    taken = sum(tier.quota - tier.places_left for tier in tiers)
    holding = session.exec(
        select(func.count()).select_from(Ticket).where(col(Ticket.holds_place).is_(True))
    ).one()
    return [
        Check("places taken = tickets that hold one", taken, holding),
        Check("places taken = the event's own count", taken, event.places_taken),
    ]


def _paper(session: ReadSession, event: Event, on: Stage) -> list[Check]:
    valid = session.exec(
        select(func.count()).select_from(Ticket).where(Ticket.state == TicketState.VALID)
    ).one()
    ordered = session.exec(
        select(func.count())
        .select_from(Ticket)
        .join(Order, col(Order.id) == Ticket.order_id)
        .where(Order.event_id == event.id, Order.state == OrderState.PAID)
    ).one()
    issued = session.exec(
        select(func.count()).select_from(Ticket).where(col(Ticket.code_digest).is_not(None))
    ).one()
    mailed = sum(_pages(path) for path in (on.folder / "mail" / "new").glob("*.eml"))
    rows, is_whole = _exported(on.folder / "attendees.csv")
    return [
        Check("tickets of paid orders = valid tickets", ordered, valid),
        Check("tickets mailed = tickets ever issued", mailed, issued),
        Check("rows exported = valid tickets", rows, valid),
        Check("export agrees with its manifest", is_whole, 1),
    ]


def _door(session: ReadSession, verdicts: Counter[Verdict]) -> list[Check]:
    entries = session.exec(select(func.count()).select_from(Entry)).one()
    valid = session.exec(
        select(func.count()).select_from(Ticket).where(Ticket.state == TicketState.VALID)
    ).one()
    return [
        Check("admissions told = entries that stand", verdicts[Verdict.OK], entries),
        Check("admitted at most valid tickets", entries, valid, at_most=True),
    ]


def _money(session: ReadSession, on: Stage) -> list[Check]:
    listed = on.gateway.charges({"status": "RECEIVED", "limit": "100"})
    assert not listed["hasMore"], "the demo sells fewer PIX orders than fit on a page"
    at_gateway = sum(int(charge["value"] * 100) for charge in listed["data"])
    orders = session.exec(
        select(func.coalesce(func.sum(col(Order.total_minor)), 0)).where(
            col(Order.paid_at).is_not(None)
        )
    ).one()
    unread = session.exec(
        select(func.count()).select_from(Letter).where(col(Letter.read_at).is_(None))
    ).one()
    undone = session.exec(
        select(func.count())
        .select_from(Job)
        .where(col(Job.state) != JobState.DONE, col(Job.kind) != "order.expire")
    ).one()
    paid = _paid(session, "till") + _paid(session, "asaas")
    return [
        Check("PIX recorded = PIX at the gateway (centavos)", _paid(session, "asaas"), at_gateway),
        Check("money recorded = totals of paid orders (centavos)", paid, int(orders)),
        Check("letters not read", unread, 0),
        Check("jobs not done", undone, 0),
    ]


def _paid(session: ReadSession, provider: str) -> int:
    total = session.exec(
        select(func.coalesce(func.sum(col(Payment.paid_minor)), 0)).where(
            Payment.provider == provider
        )
    ).one()
    return int(total)


def _pages(path: Path) -> int:
    """Count the pages of the PDF in a mail: one a ticket."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage), "the default policy makes these"
    return sum(part.get_content().count(b"/Type /Page\n") for part in message.iter_attachments())


def _exported(path: Path) -> tuple[int, int]:
    """Count the rows of the export, and say whether the manifest tells the truth of it."""
    manifest = json.loads(path.with_name(path.name + ".manifest.json").read_bytes())
    with path.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return rows, int(digest == manifest["sha256"] and rows == manifest["rows"])
