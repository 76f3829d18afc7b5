"""Confirm an order once its money is there: tickets become valid, exactly once."""

from datetime import datetime
from itertools import count
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.errors import EventFull, EventNotOnSale, HalfCapReached, SoldOut
from boxoffice.events.models import Event, EventState, LatePayment
from boxoffice.events.take import take_places
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.rules import STEPS
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.promise import promise
from boxoffice.staff.rules import Actor
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import hold_again, issue

_IN_TIME = (OrderState.PLACED, OrderState.EXPIRING)
_TOO_LATE = (OrderState.EXPIRED, OrderState.CANCELLED)
_SET_ASIDE = tuple(state for state, after in STEPS.items() if OrderState.NEEDS_REVIEW in after)
_PAID_FOR = (OrderState.PAID, OrderState.PARTLY_REFUNDED)


def confirm(
    session: WriteSession, actor: Actor, order_id: UUID, key: TicketKey, *, now: datetime
) -> OrderState:
    """Make an order paid, and return the state it is in afterwards.

    Money for an order that ended follows the event's policy: the places are taken again when
    they are still free, or a person decides (`needs_review`). A second call changes nothing.
    """
    # Race: two letters, an expiry and a cancel meet here. Only one of them moves the order.
    if _move(session, order_id, _IN_TIME, OrderState.PAID, now):
        _deliver(session, actor, order_id, key, now=now, is_late=False)
        return OrderState.PAID
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.state not in _TOO_LATE:
        return order.state
    event = session.get_one(Event, order.event_id)
    # The uses of its promo went back when it ended, and may be somebody else's by now.
    has_lost_a_promo = order.discount_minor > 0 and order.channel is not Channel.COURTESY
    is_welcome = (
        event.late_payment is LatePayment.ACCEPT_IF_SEAT
        and event.state is not EventState.CANCELLED
        and not has_lost_a_promo
    )
    if is_welcome and _revive(session, order, event, now):
        _deliver(session, actor, order_id, key, now=now, is_late=True)
        return OrderState.PAID
    _move(session, order_id, _TOO_LATE, OrderState.NEEDS_REVIEW, now)
    record(session, actor, "order.needs_review", "order", order_id, now=now, why="late money")
    return OrderState.NEEDS_REVIEW


def hold_for_review(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    *,
    why: str,
    now: datetime,
    even_if_paid: bool = False,
) -> None:
    """Set an order aside, because its money does not agree with it. Its places stay as they are.

    One that is paid for is left alone, unless the news takes its money away (`even_if_paid`).
    """
    spared = () if even_if_paid else _PAID_FOR
    before = tuple(state for state in _SET_ASIDE if state not in spared)
    if _move(session, order_id, before, OrderState.NEEDS_REVIEW, now):
        record(session, actor, "order.needs_review", "order", order_id, now=now, why=why)


def promise_mail(session: WriteSession, order_id: UUID, *, now: datetime) -> DeliverTickets:
    """Promise the tickets by mail, once more when they were mailed before under codes that died."""
    mails = (DeliverTickets(order_id, copy) for copy in count())
    return next(mail for mail in mails if promise(session, mail, now=now))


def _move(
    session: WriteSession,
    order_id: UUID,
    before: tuple[OrderState, ...],
    to: OrderState,
    now: datetime,
) -> bool:
    values: dict[str, object] = {"state": to}
    if to is OrderState.PAID:
        values["paid_at"] = now
    moved = changed(
        session,
        update(Order).where(col(Order.id) == order_id, col(Order.state).in_(before)).values(values),
    )
    return moved == 1


def _revive(session: WriteSession, order: Order, event: Event, now: datetime) -> bool:
    """Take the places of an ended order again, if there are any."""
    try:
        with session.begin_nested():  # sold out on the second tier must give the first one back
            if not _move(session, order.id, _TOO_LATE, OrderState.PAID, now):
                return False
            take_places(session, event, hold_again(session, order.id, now=now), on_sale=False)
    except (SoldOut, EventFull, HalfCapReached, EventNotOnSale):
        return False
    return True


def _deliver(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    key: TicketKey,
    *,
    now: datetime,
    is_late: bool,
) -> None:
    order = session.get_one(Order, order_id, populate_existing=True)
    event = session.get_one(Event, order.event_id)
    issue(session, order_id, event.code_scheme, key, now=now)
    record(session, actor, "order.confirm", "order", order_id, now=now, is_late=is_late)
    if order.buyer_email:
        promise_mail(session, order_id, now=now)
