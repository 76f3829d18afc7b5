"""The books of a rehearsal: every number found twice, in the database and from outside it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from boxoffice.audit.models import AuditEntry
from boxoffice.db import ReadSession
from boxoffice.demo.books import Check
from boxoffice.demo.stage import Stage
from boxoffice.door.models import Conflict, ConflictKind, DoorList, Entry
from boxoffice.door.rules import Policy, Verdict
from boxoffice.events.models import Category, Event, Tier
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CheckHooks, Reconcile
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.models import Letter, Payment, Stray
from boxoffice.promos.models import Promo, PromoUse
from boxoffice.tickets.models import Ticket
from boxoffice.till.models import EntryKind, TillEntry

_PAGE_ROWS = 100
_BAD_ENDS = (JobState.DEAD, JobState.FAILED)
_COMES_AGAIN = (Reconcile.kind, CheckHooks.kind)  # one that fails is made up by the next slot's
_CAME_IN = frozenset(  # what a charge says once its money was here
    "RECEIVED CONFIRMED REFUNDED REFUND_REQUESTED REFUND_IN_PROGRESS CHARGEBACK_REQUESTED "
    "CHARGEBACK_DISPUTE AWAITING_CHARGEBACK_REVERSAL".split()
)
_TICKETS_MAIL = "tickets"


def checks_of_sale(on: Stage, slug: str) -> list[Check]:
    """Count everything twice after the sale, when no work is left."""
    with on.office.reading() as session:
        event = session.exec(select(Event).where(Event.slug == slug)).one()
        tiers = session.exec(
            select(Tier).where(Tier.event_id == event.id).order_by(col(Tier.turn))
        ).all()
        return [
            *_places(session, event, tiers),
            *_promos(session, event),
            *_money(session, on),
            *_work(session),
            *_mails(session, on),
        ]


def troubles(session: ReadSession) -> list[str]:
    """Return what became of each kind of job that ended badly."""
    rows = session.exec(
        select(Job.kind, Job.state, Job.last_error, func.count())
        .where(col(Job.state).in_(_BAD_ENDS))
        .group_by(col(Job.kind), col(Job.state), col(Job.last_error))
        .order_by(col(Job.kind))
    ).all()
    return [f"{count} × {kind} {state}: {why or ''}" for kind, state, why, count in rows]


def checks_of_door(
    on: Stage, list_name: str, slug: str, told: Mapping[str, Counter[str]]
) -> list[Check]:
    """Count the door twice: `told` is how often each code heard each verdict."""
    admitted = {
        code: sum(count for said, count in heard.items() if _is_admission(said))
        for code, heard in told.items()
    }
    with on.office.reading() as session:
        door = session.exec(
            select(DoorList)
            .join(Event, col(Event.id) == DoorList.event_id)
            .where(Event.slug == slug, DoorList.name == list_name)
        ).one()
        entries = session.exec(
            select(func.count(func.distinct(col(Entry.ticket_id)))).where(Entry.list_id == door.id)
        ).one()
        double = session.exec(
            select(func.count(func.distinct(col(Conflict.ticket_id)))).where(
                Conflict.kind == ConflictKind.DOUBLE_ENTRY
            )
        ).one()
    checks = [Check("tickets that were let in = tickets that are in", entries, _more(admitted, 1))]
    if door.policy is Policy.ONCE:
        checks.append(
            Check("tickets let in twice = double entries listed", double, _more(admitted, 2))
        )
    return checks


def _is_admission(said: str) -> bool:
    return said in set(Verdict) and Verdict(said).admits


def _more(admitted: Mapping[str, int], least: int) -> int:
    return sum(count >= least for count in admitted.values())


def _places(session: ReadSession, event: Event, tiers: Sequence[Tier]) -> Iterator[Check]:
    holding = dict(
        session.exec(
            select(Ticket.tier_id, func.count())
            .where(col(Ticket.holds_place).is_(True))
            .group_by(col(Ticket.tier_id))
        ).all()
    )
    for tier in tiers:
        count = holding.get(tier.id, 0)
        yield Check(f"{tier.name}: no place sold twice", count, tier.quota, at_most=True)
        taken = tier.quota - tier.places_left
        yield Check(f"{tier.name}: places taken = tickets that hold one", taken, count)
    total = sum(holding.get(tier.id, 0) for tier in tiers)
    yield Check("event: places taken = tickets that hold one", event.places_taken, total)
    if event.capacity is not None:
        yield Check("event: within its capacity", total, event.capacity, at_most=True)
    half = sum(holding.get(tier.id, 0) for tier in tiers if tier.category is Category.HALF)
    yield Check("event: half price taken = tickets that hold it", event.half_taken, half)
    if event.half_limit is not None:
        yield Check("event: within its half-price cap", half, event.half_limit, at_most=True)


def _promos(session: ReadSession, event: Event) -> Iterator[Check]:
    limited = session.exec(
        select(Promo).where(Promo.event_id == event.id, col(Promo.uses_max).is_not(None))
    ).all()
    if not limited:
        return
    used = sum((promo.uses_max or 0) - (promo.uses_left or 0) for promo in limited)
    ids = [promo.id for promo in limited]
    rows = _count(session, PromoUse, col(PromoUse.promo_id).in_(ids))
    yield Check("promo uses taken = places made cheaper", used, rows)


def _money(session: ReadSession, on: Stage) -> Iterator[Check]:
    paid = dict(
        session.exec(
            select(Payment.provider, func.sum(col(Payment.paid_minor))).group_by(
                col(Payment.provider)
            )
        ).all()
    )
    strays = session.exec(select(func.coalesce(func.sum(col(Stray.paid_minor)), 0))).one()
    recorded = int(paid.get("asaas") or 0) + int(strays)
    yield Check("PIX in the books = PIX at the gateway (centavos)", recorded, _at_gateway(on))
    taken = session.exec(
        select(func.coalesce(func.sum(col(TillEntry.amount_minor)), 0)).where(
            TillEntry.kind == EntryKind.SALE
        )
    ).one()
    if taken:
        yield Check("cash in the books = cash in the till", int(paid.get("till") or 0), int(taken))
    got = (
        select(func.coalesce(func.sum(col(Payment.paid_minor)), 0))
        .where(Payment.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    short = _count(session, Order, Order.state == OrderState.PAID, got < Order.total_minor)
    yield Check("paid orders with less money than their total", short, 0)
    placed = _count(session, AuditEntry, AuditEntry.verb == "order.place")
    yield Check("orders = orders in the audit trail", _count(session, Order), placed)


def _work(session: ReadSession) -> Iterator[Check]:
    yield Check("letters not read", _count(session, Letter, col(Letter.read_at).is_(None)), 0)
    lost = _count(session, Job, col(Job.state).in_(_BAD_ENDS), col(Job.kind).not_in(_COMES_AGAIN))
    yield Check("jobs that ended badly", lost, 0)


def _mails(session: ReadSession, on: Stage) -> Iterator[Check]:
    paid = _count(session, Order, Order.state == OrderState.PAID, col(Order.buyer_email) != "")
    rows = session.exec(
        select(Message.order_id)
        .join(Order, col(Order.id) == Message.order_id)
        .where(
            Message.template == _TICKETS_MAIL,
            Message.state == MessageState.SENT,
            Order.state == OrderState.PAID,
        )
    ).all()
    yield Check("paid orders with their tickets mailed", len(set(rows)), paid)
    yield Check("their mails = one each", len(rows), len(set(rows)))
    sent = _count(session, Message, Message.state == MessageState.SENT)
    files = len(list((on.folder / "mail" / "new").glob("*.eml")))
    yield Check("mails that left = mails that arrived", sent, files)


def _count(session: ReadSession, kind: type, *where: ColumnElement[bool] | bool) -> int:
    return int(session.exec(select(func.count()).select_from(kind).where(*where)).one())


def _at_gateway(on: Stage) -> int:
    """Add up, in centavos, what the gateway says came in."""
    total = offset = 0
    while True:
        query = {"limit": str(_PAGE_ROWS), "offset": str(offset)}
        listed = on.gateway.charges(query)
        total += sum(
            int(Decimal(str(charge["value"])).scaleb(2))
            for charge in listed["data"]
            if charge["status"] in _CAME_IN
        )
        if not listed["hasMore"]:
            return total
        offset += _PAGE_ROWS
