"""How long the people of an event are kept, and their erasing when that time is over."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BadValue
from boxoffice.events.models import Event
from boxoffice.events.queries import event_by_slug
from boxoffice.orders.models import Order, SearchTerm
from boxoffice.outbox.jobs import ApplyRetention
from boxoffice.outbox.promise import promise
from boxoffice.payments.letters import charge_in
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.privacy.erase import NOT_OVER, erase_row
from boxoffice.privacy.find import Hit, charges_of, reasons_of
from boxoffice.privacy.map import TABLES
from boxoffice.privacy.models import Retention
from boxoffice.privacy.raw import read_body
from boxoffice.privacy.tables import stream, table_named
from boxoffice.promos.models import Campaign
from boxoffice.staff.rules import Actor, Permission

DAYS_MAX = 36_500
_BATCH = 100  # orders of one transaction

Writing = Callable[[], AbstractContextManager[WriteSession]]


@dataclass(frozen=True, slots=True)
class RetentionView:
    """How long one event keeps its people. `due_at` is none without a rule."""

    event: str
    days: int | None
    due_at: datetime | None
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What one round erased. Orders that are not over wait for another day."""

    events: int = 0
    orders: int = 0
    waiting: int = 0


def set_retention(
    session: WriteSession, actor: Actor, slug: str, days: int, *, now: datetime
) -> RetentionView:
    """Keep the people of an event for so many days past its end, and no longer.

    Raises:
        Forbidden: the actor may not see to people's data.
        NotFound: there is no such event.
        BadValue: no such number of days.
    """
    actor.must(Permission.PRIVACY)
    if not 0 < days <= DAYS_MAX:
        raise BadValue("--days", f"is from 1 to {DAYS_MAX}.")
    event = event_by_slug(session, slug)
    rule = session.get(Retention, event.id) or Retention(event_id=event.id, days=days, set_at=now)
    rule.days, rule.set_at, rule.applied_at = days, now, None
    session.add(rule)
    record(session, actor, "privacy.retention", "event", event.id, now=now, days=days)
    session.flush()
    return _view(event, rule)


def retentions(session: ReadSession, actor: Actor, *, limit: int) -> list[RetentionView]:
    """Return every event with how long it keeps its people, the latest first.

    Raises:
        Forbidden: the actor may not see to people's data.
    """
    actor.must(Permission.PRIVACY)
    found = session.exec(
        select(Event, Retention)
        .join(Retention, col(Retention.event_id) == Event.id, isouter=True)
        .order_by(col(Event.starts_at).desc(), col(Event.id).desc())
        .limit(limit)
    ).all()
    return [_view(event, rule) for event, rule in found]


def _view(event: Event, rule: Retention | None) -> RetentionView:
    if rule is None:
        return RetentionView(event.slug, None, None, None)
    return RetentionView(event.slug, rule.days, _due(event, rule), rule.applied_at)


def _due(event: Event, rule: Retention) -> datetime:
    return (event.ends_at or event.starts_at) + timedelta(days=rule.days)


def apply_retention(
    reading: Callable[[], AbstractContextManager[ReadSession]],
    writing: Writing,
    actor: Actor,
    *,
    now: datetime,
) -> Applied:
    """Erase the people of every event whose time is over, some orders a transaction.

    Killed half way, the next round begins again: what is erased already stays as it is.

    Raises:
        Forbidden: the actor may not see to people's data.
    """
    actor.must(Permission.PRIVACY)
    with reading() as session:
        rules = session.exec(
            select(Event, Retention)
            .join(Retention, col(Retention.event_id) == Event.id)
            .where(col(Retention.applied_at).is_(None))
        ).all()
    events = orders = waiting = 0
    for event, rule in rules:
        if _due(event, rule) <= now:
            erased, not_over = _apply(reading, writing, actor, event.id, now=now)
            events, orders, waiting = events + 1, orders + erased, waiting + not_over
    return Applied(events, orders, waiting)


def _apply(
    reading: Callable[[], AbstractContextManager[ReadSession]],
    writing: Writing,
    actor: Actor,
    event_id: UUID,
    *,
    now: datetime,
) -> tuple[int, int]:
    with reading() as session:
        ids = session.exec(
            select(Order.id).where(Order.event_id == event_id).order_by(col(Order.id))
        ).all()
    erased, payments = 0, list[UUID]()
    for start in range(0, len(ids), _BATCH):
        with writing() as session:
            over = _over(session, ids[start : start + _BATCH])
            for order_id in over:
                payments += _erase_order(session, order_id)
            erased += len(over)
    with reading() as session:
        hits = list(_rest(session, event_id, payments))
    for start in range(0, len(hits), _BATCH):
        with writing() as session:
            for hit in hits[start : start + _BATCH]:
                erase_row(session, hit, None)
    not_over = len(ids) - erased
    with writing() as session:
        if not not_over:
            session.get_one(Retention, event_id).applied_at = now
        facts = {"orders": erased, "waiting": not_over}
        record(session, actor, "privacy.retain", "event", event_id, now=now, **facts)
    return erased, not_over


def _over(session: WriteSession, ids: Sequence[UUID]) -> list[UUID]:
    """Return those orders in which no money is under way, and hold them."""
    under_way = select(Refund.order_id).where(
        col(Refund.state).in_([RefundState.REQUESTED, RefundState.SENT])
    )
    return list(
        session.exec(
            select(Order.id)
            .where(
                col(Order.id).in_(ids),
                col(Order.state).not_in(NOT_OVER),
                col(Order.id).not_in(under_way),
            )
            .order_by(col(Order.id))
            .with_for_update()
        ).all()
    )


def _erase_order(session: WriteSession, order_id: UUID) -> list[UUID]:
    """Erase everybody in one order; return its payments."""
    erase_row(session, _whole("orders", (order_id,)), None)
    for table in ("ticket", "message", "promo_use", "payment", "refund"):
        here = table_named(table).c.order_id == order_id
        for key, _ in list(stream(session, table, (), here)):
            erase_row(session, _whole(table, key), None)
    session.connection().execute(delete(SearchTerm).where(col(SearchTerm.order_id) == order_id))
    code = session.exec(select(Order.code).where(Order.id == order_id)).one()
    word = {"term": code.lower(), "order_id": order_id}
    session.connection().execute(insert(SearchTerm), [word])
    payments = list(session.exec(select(Payment.id).where(Payment.order_id == order_id)).all())
    subjects = [f"order:{order_id}", *(f"payment:{payment_id}" for payment_id in payments)]
    for entry_id in list(reasons_of(session, subjects)):
        erase_row(session, _whole("audit_reason", (entry_id,)), None)
    return payments


def _rest(session: ReadSession, event_id: UUID, payments: list[UUID]) -> Iterator[Hit]:
    """Yield what hangs on the event itself: guests of campaigns, recipients of codes, letters."""
    campaigns = session.exec(select(Campaign.id).where(Campaign.event_id == event_id)).all()
    guests = table_named("campaign_row").c.campaign_id.in_(campaigns)
    for key, _ in stream(session, "campaign_row", (), guests):
        yield _whole("campaign_row", key)
    for key, _ in stream(session, "promo", (), table_named("promo").c.event_id == event_id):
        yield _whole("promo", key)
    charges = charges_of(session, payments)
    for key, row in stream(session, "letter", ["body"]) if charges else ():
        if charge_in(read_body(row.body)) in charges:
            yield _whole("letter", key)


def _whole(table: str, key: tuple[object, ...]) -> Hit:
    return Hit(table, key, tuple(TABLES[table].personal), is_theirs=True)


def promise_retention(session: WriteSession, slot: datetime, now: datetime) -> None:
    """Promise one day's round: what a schedule does each time its time has come."""
    promise(session, ApplyRetention(slot.isoformat()), now=now)
