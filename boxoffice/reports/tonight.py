"""How an evening stands, in questions cheap enough to be asked every few seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, text
from sqlalchemy import select as columns
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.models import DoorList, Entry
from boxoffice.events.queries import EventView, event_view
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderLine, OrderState
from boxoffice.outbox.models import Job
from boxoffice.outbox.pulse import Pulse, pulses
from boxoffice.payments.models import Letter, Payment
from boxoffice.reports.window import total_of
from boxoffice.times import local_day

HOURS = 24  # of the pace
SOON = timedelta(minutes=15)
_DAY = timedelta(hours=HOURS)
# As the partial indexes have it, word for word: with bound values SQLite would not use them.
_IS_REVIEWED = text("orders.state = 'needs_review'")
_IS_ASKED = text("payment.state IN ('opening', 'waiting')")
_IS_READY = text("job.state IN ('waiting', 'sent')")
_IS_RUNNING = text("job.state = 'running'")
_ENDED_BADLY = text("job.state IN ('failed', 'dead')")


def _placed_within(hour: int) -> ColumnElement[bool]:
    placed = col(Order.placed_at)
    return and_(placed > bindparam(f"hour_{hour}"), placed <= bindparam(f"hour_{hour + 1}"))


_PACE = (  # made once: to make it takes longer than to ask it
    columns(
        *(
            total_of(case((_placed_within(hour), col(OrderLine.quantity)), else_=0))
            for hour in range(HOURS)
        )
    )
    .join(Order, col(Order.id) == OrderLine.order_id)
    .where(
        col(Order.event_id) == bindparam("event_id"),
        col(Order.placed_at) >= bindparam("hour_0"),
        col(Order.paid_at).is_not(None),
    )
)


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs and letters stand, over all events."""

    due_count: int  # could run now, and do not yet
    oldest_seconds: float  # how long the oldest of them has been due; 0 when none is
    running_count: int
    bad_count: int  # failed, or tried too often
    bad_kinds: tuple[str, ...]
    unread_count: int  # letters of the last day that nobody has read
    letter_at: datetime | None  # when the last letter came
    pulses: tuple[Pulse, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came through one door."""

    door: str
    admitted: int
    inside: int


@dataclass(frozen=True, slots=True)
class Tonight:
    """How one event stands. Places `taken` are sold or held; today is a day of its own zone."""

    event: EventView
    taken: int
    quota: int
    today_count: int  # places of orders that were placed today and are paid
    today: Money
    pace: tuple[int, ...]  # paid places by hour of being placed, the last hour last
    held_count: int  # orders whose clock runs
    soon_count: int  # of those, whose clock runs out soon
    asked_count: int  # charges that nobody has paid yet
    asked: Money
    late_count: int  # orders whose money waits for a decision
    arrivals: tuple[Arrival, ...]


def tonight(session: ReadSession, slug: str, *, now: datetime) -> Tonight:
    """Return how an event stands at `now`. Nothing here reads all of its orders.

    Raises:
        NotFound: there is no such event.
    """
    event = event_view(session, slug, now=now)
    pace = _pace(session, event.id, now)
    count, minor = _today(session, event, now)
    held, soon = _held(session, event.id, now)
    asked_count, asked_minor = session.exec(
        select(func.count(), total_of(col(Payment.amount_minor)))
        .join(Order, col(Order.id) == Payment.order_id)
        .where(_IS_ASKED, col(Order.event_id) == event.id)
    ).one()
    quota = sum(tier.quota for tier in event.tiers)
    return Tonight(
        event=event,
        taken=quota - sum(tier.places_left for tier in event.tiers),
        quota=min(quota, event.capacity) if event.capacity else quota,
        today_count=count,
        today=Money(minor, event.currency),
        pace=pace,
        held_count=held,
        soon_count=soon,
        asked_count=asked_count,
        asked=Money(int(asked_minor), event.currency),
        late_count=session.exec(
            select(func.count()).select_from(Order).where(_IS_REVIEWED, Order.event_id == event.id)
        ).one(),
        arrivals=tuple(_arrivals(session, event.id)),
    )


def work(session: ReadSession, *, now: datetime) -> Work:
    """Return how jobs and letters stand at `now`."""
    due_count, oldest = session.exec(
        select(func.count(), func.min(col(Job.run_at))).where(_IS_READY, col(Job.run_at) <= now)
    ).one()
    kinds = session.exec(
        select(Job.kind, func.count()).where(_ENDED_BADLY).group_by(Job.kind).order_by(Job.kind)
    ).all()
    unread = select(func.count()).where(
        col(Letter.received_at) >= now - _DAY, col(Letter.read_at).is_(None)
    )
    return Work(
        due_count=due_count,
        oldest_seconds=(now - oldest).total_seconds() if due_count else 0.0,
        running_count=session.exec(select(func.count()).select_from(Job).where(_IS_RUNNING)).one(),
        bad_count=sum(count for _, count in kinds),
        bad_kinds=tuple(kind for kind, _ in kinds),
        unread_count=session.exec(unread).one(),
        letter_at=session.exec(
            select(Letter.received_at).order_by(col(Letter.received_at).desc()).limit(1)
        ).first(),
        pulses=tuple(pulses(session)),
    )


def _pace(session: ReadSession, event_id: UUID, now: datetime) -> tuple[int, ...]:
    """Count paid places by the hour, from `HOURS` ago until now."""
    hours = {f"hour_{hour}": now - timedelta(hours=HOURS - hour) for hour in range(HOURS + 1)}
    row = session.connection().execute(_PACE, {"event_id": event_id, **hours}).one()
    return tuple(int(count) for count in row)


def _today(session: ReadSession, event: EventView, now: datetime) -> tuple[int, int]:
    day = local_day(now, event.zone)
    start = datetime(day.year, day.month, day.day, tzinfo=event.zone)
    paid = _paid_since(event.id, start)
    places = columns(total_of(col(OrderLine.quantity))).join(
        Order, col(Order.id) == OrderLine.order_id
    )
    count = session.connection().execute(places.where(*paid)).scalar_one()
    minor = session.exec(select(total_of(col(Order.total_minor))).where(*paid)).one()
    return int(count), int(minor)


def _paid_since(event_id: UUID, start: datetime) -> list[Any]:
    """Return the conditions of an event's paid orders that were placed since a moment."""
    return [
        col(Order.event_id) == event_id,
        col(Order.placed_at) >= start,
        col(Order.paid_at).is_not(None),
    ]


def _held(session: ReadSession, event_id: UUID, now: datetime) -> tuple[int, int]:
    is_soon = case((col(Order.expires_at) < now + SOON, 1), else_=0)
    held, soon = session.exec(
        select(func.count(), total_of(is_soon)).where(
            col(Order.expires_at) >= now,
            Order.event_id == event_id,
            Order.state == OrderState.PLACED,
        )
    ).one()
    return held, int(soon)


def _arrivals(session: ReadSession, event_id: UUID) -> list[Arrival]:
    is_inside = case((col(Entry.left_at).is_(None), col(Entry.ticket_id)))
    rows = session.exec(
        select(
            DoorList.name,
            func.count(func.distinct(col(Entry.ticket_id))),
            func.count(func.distinct(is_inside)),
        )
        .join(Entry, col(Entry.list_id) == DoorList.id, isouter=True)
        .where(DoorList.event_id == event_id)
        .group_by(DoorList.name, col(DoorList.turn))
        .order_by(col(DoorList.turn), DoorList.name)
    ).all()
    return [Arrival(name, admitted, inside) for name, admitted, inside in rows]
