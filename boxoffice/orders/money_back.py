"""What money that goes away means for an order: refunded, disputed, won, charged back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.events.take import give_back
from boxoffice.orders.change import locked_order
from boxoffice.orders.due import end_tickets
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.rules import STEPS
from boxoffice.promos.redeem import give_back_uses
from boxoffice.staff.rules import Actor


def money_went(
    session: WriteSession, actor: Actor, order_id: UUID, *, is_over: bool, now: datetime
) -> bool:
    """Move an order whose money was given back outside of us; return whether it moved.

    When nothing is left (`is_over`), its tickets die and its places go back, once.
    """
    to = OrderState.REFUNDED if is_over else OrderState.PARTLY_REFUNDED
    if not _moved(session, actor, order_id, to, now=now, why="refunded at the gateway"):
        return False
    if is_over:
        _release(session, order_id)
    return True


def money_stays(
    session: WriteSession, actor: Actor, order_id: UUID, *, is_whole: bool, now: datetime
) -> bool:
    """Bring an order back whose refund was refused; return whether it moved.

    One that was refunded whole has lost its tickets: a person decides. One that lost only money,
    and has all of it again (`is_whole`), is paid as before.
    """
    order = locked_order(session, order_id)
    if order.state is OrderState.REFUNDED:
        to, why = OrderState.NEEDS_REVIEW, "its refund was refused"
    elif order.state is OrderState.PARTLY_REFUNDED and is_whole:
        to, why = OrderState.PAID, "its refund was refused"
    else:
        return False
    return _moved(session, actor, order_id, to, now=now, why=why)


def dispute(session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime) -> bool:
    """Mark an order as disputed: the door stops its tickets, and its places stay taken."""
    return _moved(session, actor, order_id, OrderState.DISPUTED, now=now, why="disputed")


def win(
    session: WriteSession, actor: Actor, order_id: UUID, *, is_whole: bool, now: datetime
) -> bool:
    """Take an order out of dispute, its money being ours. Its tickets are good again; no mail."""
    if locked_order(session, order_id).state is not OrderState.DISPUTED:
        return False
    to = OrderState.PAID if is_whole else OrderState.PARTLY_REFUNDED
    return _moved(session, actor, order_id, to, now=now, why="dispute won")


def charge_back(session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime) -> bool:
    """End an order whose dispute was lost: its tickets die, and its places go back once."""
    dispute(session, actor, order_id, now=now)  # its news may have been lost on the way
    if not _moved(session, actor, order_id, OrderState.CHARGED_BACK, now=now, why="charged back"):
        return False
    _release(session, order_id)
    return True


def _moved(
    session: WriteSession, actor: Actor, order_id: UUID, to: OrderState, *, now: datetime, why: str
) -> bool:
    """Move an order where a step leads there, and write it down."""
    order = locked_order(session, order_id)
    before = order.state
    if before is to or to not in STEPS[before]:
        return False
    # Race: a letter, a refund and a cancel meet here. Only one of them moves the order.
    moved = changed(
        session,
        update(Order).where(col(Order.id) == order_id, col(Order.state) == before).values(state=to),
    )
    assert moved == 1, "nobody else moves an order that we hold"
    session.expire(order)
    record(session, actor, f"order.{to}", "order", order_id, now=now, before=before, why=why)
    return True


def _release(session: WriteSession, order_id: UUID) -> None:
    event_id = locked_order(session, order_id).event_id
    released = end_tickets(session, order_id)
    session.flush()
    give_back_uses(session, order_id)
    give_back(session, event_id, released)
    session.expire_all()
