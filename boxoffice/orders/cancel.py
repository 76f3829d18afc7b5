"""End an order without money: cancelled by a person, or expired by its clock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.errors import WrongState
from boxoffice.events.take import give_back
from boxoffice.orders.due import end_tickets
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.rules import STEPS
from boxoffice.promos.redeem import give_back_uses
from boxoffice.staff.rules import Actor, Permission


def cancel(
    session: WriteSession, actor: Actor, order_id: UUID, *, reason: str, now: datetime
) -> bool:
    """Cancel an order: its tickets die and its places go back. No money moves.

    Return whether it was cancelled now; an order cancelled before stays so, without a word.

    Raises:
        Forbidden: the actor may not cancel orders.
        WrongState: it has expired.
    """
    actor.must(Permission.CANCEL_ORDER)
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.state is OrderState.CANCELLED:
        return False
    if OrderState.CANCELLED not in STEPS[order.state]:
        raise WrongState(
            f"order {order.code} is {order.state}; it cannot be cancelled.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    return _end(session, actor, order, OrderState.CANCELLED, now=now, reason=reason)


def begin_expiry(session: WriteSession, order_id: UUID, *, now: datetime) -> bool:
    """Start to expire an order whose clock ran out; return whether it is expiring now.

    Its places stay taken until `finish_expiry`: the charge must be closed first.
    """
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.state is OrderState.EXPIRING:
        return True
    if order.expires_at is None or now < order.expires_at:
        return False
    # Race: money may come at this very moment. Whoever moves the order first wins.
    moved = changed(
        session,
        update(Order)
        .where(col(Order.id) == order_id, col(Order.state) == OrderState.PLACED)
        .values(state=OrderState.EXPIRING),
    )
    return moved == 1


def finish_expiry(session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime) -> bool:
    """Expire an order whose charge nobody can pay any more, and give its places back once."""
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.state is not OrderState.EXPIRING:
        return False
    return _end(session, actor, order, OrderState.EXPIRED, now=now, why="its clock ran out")


def _end(
    session: WriteSession,
    actor: Actor,
    order: Order,
    to: OrderState,
    *,
    now: datetime,
    **said: str,
) -> bool:
    before = order.state
    # Race: expiry, cancel and money meet here; the one that moves the order ends its tickets.
    moved = changed(
        session,
        update(Order).where(col(Order.id) == order.id, col(Order.state) == before).values(state=to),
    )
    if not moved:
        return False
    released = end_tickets(session, order.id)
    verb = "order.cancel" if to is OrderState.CANCELLED else "order.expire"
    record(session, actor, verb, "order", order.id, now=now, before=before, **said)
    session.flush()
    give_back_uses(session, order.id)
    give_back(session, order.event_id, released)
    session.expire(order)
    return True
