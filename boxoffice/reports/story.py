"""The story of an order or a ticket, in sentences: the audit and the door, told together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.door.models import DoorList, Scan
from boxoffice.door.rules import Direction
from boxoffice.door.words import saying
from boxoffice.errors import NotFound
from boxoffice.events.models import Event, Tier
from boxoffice.orders.models import Order
from boxoffice.orders.queries import order_by_code
from boxoffice.outbox.messages import Message
from boxoffice.payments.models import Payment, Refund
from boxoffice.payments.queries import history
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketName, read_code
from boxoffice.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened."""

    at: datetime
    says: str


@dataclass(frozen=True, slots=True)
class Story:
    """What an order or a ticket is now, and how it came to it. It names no buyer."""

    name: str
    event: str
    zone: ZoneInfo
    now: str
    sentences: tuple[Sentence, ...]


_ACTS = MappingProxyType(
    {
        "order.place": "{actor} placed the order.",
        "order.import": "{actor} imported the order.",
        "order.confirm": "The order was confirmed: its tickets became valid.",
        "order.cancel": "{actor} cancelled the order; its places went back.",
        "order.expire": "Its clock ran out unpaid; its places went back.",
        "order.needs_review": "Money and order did not agree ({why}): a person had to decide.",
        "order.transfer": "{actor} gave ticket {ticket} to somebody else.",
        "order.refund": "{actor} decided that money goes back.",
        "order.swap": "{actor} moved ticket {ticket} from {before} to {to}.",
        "privacy.unmask": "{actor} was shown whole documents of it.",
        "order.event_cancelled": "Its event was cancelled.",
        "ticket.reissue": "{actor} re-issued ticket {ticket}; the old code died.",
        "ticket.block": "{actor} blocked ticket {ticket}.",
        "ticket.unblock": "{actor} let ticket {ticket} in again.",
        "order.resend": "{actor} had the tickets mailed again.",
        "order.note": "{actor} wrote a note on it.",
        "order.drop_ticket": "{actor} cancelled a ticket of it.",
        "payment.start": "{actor} started its payment.",
        "payment.take": "{actor} took the money.",
        "payment.waiting": "The gateway opened its charge.",
        "payment.paid": "The gateway says that it was paid.",
        "payment.settled": "The gateway has the money in the balance.",
        "payment.closed": "Its charge was closed: nobody can pay it any more.",
        "payment.failed": "The gateway refused its charge.",
        "payment.accept": "{actor} accepted the money that was under review.",
        "payment.forgive": "{actor} forgave what was missing of its money.",
        "payment.dismiss": "{actor} dismissed the money that was under review.",
    }
)


class _Facts(dict[str, Any]):
    """What an entry knows; what it does not is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def explain(session: ReadSession, actor: Actor, name: str) -> Story:
    """Return the story of an order (`K7QX2M`) or of one ticket (`K7QX2M-1`), the oldest first.

    Raises:
        Forbidden: the actor may not read the audit.
        NotFound: there is no such order or ticket.
    """
    actor.must(Permission.AUDIT)
    read = read_code(name)
    is_ticket = isinstance(read, TicketName)
    order = order_by_code(session, read.order_code if isinstance(read, TicketName) else name)
    asked = select(Ticket).where(Ticket.order_id == order.id).order_by(col(Ticket.number))
    if isinstance(read, TicketName):
        asked = asked.where(Ticket.number == read.number)
    tickets = list(session.exec(asked).all())
    if is_ticket and not tickets:
        raise NotFound("ticket", name[:20], hint=f"see them: boxoffice order show {order.code}")
    event = session.get_one(Event, order.event_id)
    told = [
        *_acts(session, order.id),
        *_money(session, order.id),
        *_mails(session, order.id),
        *_scans(session, order.code, tickets),
    ]
    return Story(
        name=f"{order.code}-{tickets[0].number}" if is_ticket else order.code,
        event=event.slug,
        zone=ZoneInfo(event.timezone),
        now=_now(session, order, tickets, is_ticket=is_ticket),
        sentences=tuple(sorted(told, key=lambda sentence: sentence.at)),
    )


def subjects_of(session: ReadSession, name: str) -> tuple[str, ...]:
    """Return what the audit calls an order (with its payments), or `noun:ID` as it is.

    Raises:
        NotFound: there is no such order.
    """
    if ":" in name:
        return (name,)
    order = order_by_code(session, name)
    payments = session.exec(select(Payment.id).where(Payment.order_id == order.id)).all()
    return (f"order:{order.id}", *(f"payment:{payment_id}" for payment_id in payments))


def _now(session: ReadSession, order: Order, tickets: list[Ticket], *, is_ticket: bool) -> str:
    if is_ticket:
        tier = session.get_one(Tier, tickets[0].tier_id)
        return f"{tier.name}, {tickets[0].state}; its order is {order.state}."
    many = "ticket" if len(tickets) == 1 else "tickets"
    return f"{order.total}, {len(tickets)} {many}, sold by {order.channel}; it is {order.state}."


def _acts(session: ReadSession, order_id: UUID) -> Iterator[Sentence]:
    for told in history(session, order_id):
        said = _ACTS.get(told.verb, "{actor} did {verb}.")
        facts = _Facts(told.facts, actor=told.actor, verb=told.verb)
        approved = (
            f" {told.facts['approved_by']} approved it." if "approved_by" in told.facts else ""
        )
        yield Sentence(told.at, said.format_map(facts) + approved)


def _money(session: ReadSession, order_id: UUID) -> Iterator[Sentence]:
    for payment in session.exec(select(Payment).where(Payment.order_id == order_id)).all():
        if payment.paid_at is not None:
            amount = payment.amount
            yield Sentence(payment.paid_at, f"{amount} came in by {payment.method}.")
    for refund in session.exec(select(Refund).where(Refund.order_id == order_id)).all():
        yield Sentence(refund.created_at, f"A refund was decided; it is {refund.state}.")


def _mails(session: ReadSession, order_id: UUID) -> Iterator[Sentence]:
    for mail in session.exec(select(Message).where(Message.order_id == order_id)).all():
        yield Sentence(mail.sent_at or mail.created_at, f"Mail {mail.template}: {mail.state}.")


def _scans(session: ReadSession, code: str, tickets: list[Ticket]) -> Iterator[Sentence]:
    numbers = {ticket.id: ticket.number for ticket in tickets}
    rows = session.exec(
        select(Scan, DoorList.name)
        .join(DoorList, col(DoorList.id) == Scan.list_id)
        .where(col(Scan.ticket_id).in_(numbers))
        .order_by(col(Scan.scanned_at), col(Scan.id))
    ).all()
    for scan, door in rows:
        at = f"{door}, gate {scan.gate}" if scan.gate else door
        ticket = f"{code}-{numbers[scan.ticket_id]}" if scan.ticket_id else code
        act = "undid the entry of" if scan.direction is Direction.UNDO else "scanned"
        answer = f": {saying(scan.verdict)}" if scan.direction is not Direction.UNDO else ""
        yield Sentence(scan.scanned_at, f"{scan.operator} {act} {ticket} at {at}{answer}.")
