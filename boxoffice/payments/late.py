"""Money that came late or short: listed until somebody accepts the order, or dismisses it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, func, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.errors import EventFull, EventNotOnSale, HalfCapReached, SoldOut, WrongState
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.take import take_places
from boxoffice.money import Money
from boxoffice.orders.confirm import promise_mail
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.payments.call_off import call_off
from boxoffice.payments.models import Payment
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import hold_again, issue
from boxoffice.tickets.models import Ticket


class Room(StrEnum):
    """Whether an order under review could have its places."""

    HELD = "held"  # it has them still
    FREE = "free"
    GONE = "gone"
    CANCELLED = "cancelled"  # the whole event is


@dataclass(frozen=True, slots=True)
class LateMoney:
    """An order that waits for somebody's decision, with what was paid for it."""

    id: UUID
    code: str
    event_slug: str
    buyer_name: str
    total: Money
    discount: Money  # its promo's uses went back when it ended: to accept is to honour it anyway
    paid: Money  # of it, what has not been given back
    why: str
    since: datetime | None
    wanted: Mapping[str, int]  # places to be taken again, by tier
    room: Room


def list_late(session: ReadSession, *, limit: int, event: str | None = None) -> list[LateMoney]:
    """Return the orders under review, the oldest first; of one event when it is named."""
    statement = (
        select(Order, Event)
        .join(Event, col(Event.id) == Order.event_id)
        .where(Order.state == OrderState.NEEDS_REVIEW)
        .order_by(col(Order.placed_at), col(Order.id))
    )
    if event is not None:
        statement = statement.where(Event.slug == event)
    found = session.exec(statement.limit(limit)).all()
    return [_late(session, order, of) for order, of in found]


def accept(
    session: WriteSession, actor: Actor, order_id: UUID, key: TicketKey, *, note: str, now: datetime
) -> DeliverTickets | None:
    """Accept the money of an order under review: its places are taken again, its tickets issued.

    Return the mail that was promised; `None` when there is nobody to write to.

    Raises:
        Forbidden: the actor may not decide on late money.
        WrongState: the order is not under review, or its money was given back.
        EventNotOnSale: the event was cancelled.
        SoldOut, EventFull, HalfCapReached: its places were sold to others meanwhile.
    """
    actor.must(Permission.SETTLE_LATE)
    order = _under_review(session, order_id)
    event = session.get_one(Event, order.event_id, populate_existing=True)
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(
            f"{event.slug} was cancelled; the money has to go back.", hint=_dismissal(order)
        )
    paid = _paid(session, order)
    if paid.minor <= 0:
        raise WrongState(
            f"the money of order {order.code} has gone back already.", hint=_dismissal(order)
        )
    # Race: two people decide at once. The one who moves the order out of review has decided.
    moved = changed(
        session,
        update(Order)
        .where(col(Order.id) == order_id, col(Order.state) == OrderState.NEEDS_REVIEW)
        .values(state=OrderState.PAID, paid_at=now),
    )
    assert moved == 1, "its row was locked when it was read"
    needed = Counter[UUID]()
    if not _holds_places(session, order_id):
        needed = hold_again(session, order_id, now=now)
    issue(session, order_id, event.code_scheme, key, now=now)
    facts = {"paid_minor": paid.minor, "total_minor": order.total_minor}
    record(session, actor, "payment.accept", "order", order_id, now=now, reason=note, **facts)
    mail = promise_mail(session, order_id, now=now) if order.buyer_email else None
    session.expire(order)
    session.flush()
    try:
        if needed:
            take_places(session, event, needed, on_sale=False)
    except (SoldOut, EventFull, HalfCapReached, EventNotOnSale) as error:
        error.hint = _dismissal(order)
        raise
    return mail


def dismiss(
    session: WriteSession, actor: Actor, order_id: UUID, *, note: str, now: datetime
) -> Money:
    """Close an order under review as cancelled, and return the money that is owed to its buyer.

    No money moves here: what is owed stands in the audit until a refund answers for it.

    Raises:
        Forbidden: the actor may not decide on late money.
        WrongState: the order is not under review.
    """
    actor.must(Permission.SETTLE_LATE)
    order = _under_review(session, order_id)
    owed = _paid(session, order)
    facts = {"owed_minor": owed.minor, "currency": owed.currency}
    record(session, actor, "payment.dismiss", "order", order_id, now=now, reason=note, **facts)
    ended = call_off(session, actor, order_id, reason=note, now=now)
    assert ended, "its row was locked when it was read"
    return owed


def room_of(wanted: Mapping[UUID, int], left: Mapping[UUID, int], event_left: int | None) -> Room:
    """Say whether `wanted` places of each tier are free, and as many of the event.

    `event_left` is `None` for an event without a capacity.
    """
    is_free = all(left[tier_id] >= places for tier_id, places in wanted.items())
    if event_left is not None and event_left < sum(wanted.values()):
        is_free = False
    return Room.FREE if is_free else Room.GONE


def _under_review(session: WriteSession, order_id: UUID) -> Order:
    # Race: two people decide at once. The second waits here for the row, and finds it decided.
    order = session.get_one(Order, order_id, populate_existing=True, with_for_update=True)
    if order.state is not OrderState.NEEDS_REVIEW:
        raise WrongState(
            f"order {order.code} is {order.state}; nobody has to decide on it.",
            hint="see what waits: boxoffice payment late",
        )
    return order


def _dismissal(order: Order) -> str:
    return f"close it: boxoffice payment resolve {order.code} --dismiss --note …"


def _paid(session: ReadSession, order: Order) -> Money:
    paid, refunded = session.exec(
        select(func.sum(Payment.paid_minor), func.sum(Payment.refunded_minor)).where(
            Payment.order_id == order.id
        )
    ).one()
    return Money(int(paid or 0) - int(refunded or 0), order.currency)  # PostgreSQL sums to Decimal


def _holds_places(session: ReadSession, order_id: UUID) -> bool:
    held = select(Ticket.id).where(Ticket.order_id == order_id, col(Ticket.holds_place).is_(True))
    return session.exec(held.limit(1)).first() is not None


def _late(session: ReadSession, order: Order, event: Event) -> LateMoney:
    tiers: dict[UUID, Tier] = {}
    wanted = Counter[UUID]()
    if not _holds_places(session, order.id):
        for tier in session.exec(
            select(Tier)
            .join(Ticket, col(Ticket.tier_id) == Tier.id)
            .where(Ticket.order_id == order.id, col(Ticket.ended_alone).is_(False))
            .order_by(col(Ticket.number))
        ):
            tiers[tier.id] = tier
            wanted[tier.id] += 1
    why, since = _reason(session, order.id)
    return LateMoney(
        id=order.id,
        code=order.code,
        event_slug=event.slug,
        buyer_name=order.buyer_name,
        total=order.total,
        discount=Money(order.discount_minor, order.currency),
        paid=_paid(session, order),
        why=why,
        since=since,
        wanted={tiers[tier_id].name: places for tier_id, places in wanted.items()},
        room=_room(event, tiers, wanted),
    )


def _room(event: Event, tiers: Mapping[UUID, Tier], wanted: Mapping[UUID, int]) -> Room:
    if event.state is EventState.CANCELLED:
        return Room.CANCELLED
    if not wanted:
        return Room.HELD
    event_left = None if event.capacity is None else event.capacity - event.places_taken
    return room_of(wanted, {tier.id: tier.places_left for tier in tiers.values()}, event_left)


def _reason(session: ReadSession, order_id: UUID) -> tuple[str, datetime | None]:
    """Return why the order was set aside last, and when."""
    entry: Any = session.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == f"order:{order_id}", AuditEntry.verb == "order.needs_review")
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(1)
    ).first()
    return ("", None) if entry is None else (str(entry.facts.get("why", "")), entry.at)
