"""Whether all the money of an order is in: several payments may make it up."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.money import Money
from boxoffice.orders.change import PAID_FOR
from boxoffice.orders.confirm import confirm, hold_for_review
from boxoffice.orders.due import complete
from boxoffice.orders.models import Order, OrderState
from boxoffice.payments.models import Payment
from boxoffice.staff.rules import Actor
from boxoffice.tickets.code import TicketKey

_WAITING = (OrderState.PLACED, OrderState.EXPIRING)
_ENDED = (OrderState.EXPIRED, OrderState.CANCELLED)


def balance_of(session: ReadSession, order: Order) -> Money:
    """Return what is still to be paid for an order: nothing once it has ended, never less.

    What was refunded of a paid order is not asked for again.
    """
    if order.state not in PAID_FOR and order.state not in _WAITING:
        return Money(0, order.currency)
    return Money(max(0, order.total_minor - _counted(session, order)), order.currency)


def surplus_of(session: ReadSession, order: Order) -> Money:
    """Return what came in beyond all that an order costs."""
    return Money(max(0, _counted(session, order) - order.total_minor), order.currency)


def kept_of(session: ReadSession, order: Order) -> Money:
    """Return what came in for an order and was not given back."""
    paid, refunded = _sums(session, order)
    return Money(paid - refunded, order.currency)


def is_covered(session: ReadSession, order: Order, *, without: int = 0) -> bool:
    """Say whether the payments of an order come to its total, `without` so many minor units."""
    return _counted(session, order) - without >= order.total_minor


def money_came(
    session: WriteSession, actor: Actor, order_id: UUID, key: TicketKey, *, now: datetime
) -> bool:
    """Do what money that came in means for its order, and return whether all of it is in.

    All of it confirms the order, or completes a paid one. A part waits for the rest; of an order
    that has ended it waits for a person. A second call changes nothing.
    """
    session.flush()
    order = session.get_one(Order, order_id, populate_existing=True)
    if is_covered(session, order):
        confirm(session, actor, order_id, key, now=now)
        complete(session, actor, order_id, key, now=now)
        return True
    set_aside_part_paid(session, actor, order_id, now=now)
    return False


def set_aside_part_paid(
    session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime
) -> bool:
    """Have a person decide about an order that ended with a part of its money in."""
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.state not in _ENDED or _counted(session, order) <= 0:
        return False
    hold_for_review(session, actor, order_id, why="only a part of its money came", now=now)
    return True


def _counted(session: ReadSession, order: Order) -> int:
    """Return the minor units that count towards an order's total.

    Of a paid order all that ever came in: a refund ends tickets, or lowers what one costs, and
    leaves the total. Of any other, what has not gone back.
    """
    paid, refunded = _sums(session, order)
    return paid if order.state in PAID_FOR else paid - refunded


def _sums(session: ReadSession, order: Order) -> tuple[int, int]:
    paid, refunded = session.exec(
        select(func.sum(Payment.paid_minor), func.sum(Payment.refunded_minor)).where(
            col(Payment.order_id) == order.id
        )
    ).one()
    return int(paid or 0), int(refunded or 0)  # PostgreSQL sums to Decimal
