"""End one order of a cancelled event: its tickets die, and its money goes back in full."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.events.models import Event, EventState
from boxoffice.events.take import give_back
from boxoffice.money import Money
from boxoffice.orders.change import locked_order
from boxoffice.orders.due import end_tickets, unpaid_fees
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import TellCancelled
from boxoffice.outbox.promise import promise
from boxoffice.payments.call_off import call_off
from boxoffice.payments.collect import stop_asking
from boxoffice.payments.ending import Due, Ending, due_of, kept_fee
from boxoffice.payments.give import give, goes_by_hand
from boxoffice.payments.models import Payment
from boxoffice.promos.redeem import give_back_uses
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket

REASON = "the event was cancelled"


def end_order(session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime) -> Due:
    """End an order because its event is cancelled, and return what became of it.

    Money the gateway has is asked back; what a person has to give back is told, and stands in
    `list_owed` until a refund with a proof answers for it. An order that ended before, and one
    that a bank decides about, stay as they are.

    Raises:
        Forbidden: the actor may not cancel events.
    """
    actor.must(Permission.CANCEL_EVENT)
    # Race: a letter with money, a refund, an expiry. Payments come first, as letters take them.
    payments = session.exec(
        select(Payment)
        .where(Payment.order_id == order_id)
        .order_by(col(Payment.created_at), col(Payment.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    order = locked_order(session, order_id)
    event = session.get_one(Event, order.event_id)
    assert event.state is EventState.CANCELLED, "the event goes first: nothing is sold after it"

    by_gateway = [payment for payment in payments if not goes_by_hand(payment)]
    due = due_of(
        order.state,
        gateway_minor=_left(by_gateway),
        hand_minor=_left(payments) - _left(by_gateway),
        kept_minor=kept_fee(
            order.fee_minor
            - unpaid_fees(session, col(Ticket.order_id) == order.id).get(order.id, 0),
            fee_refundable=event.fee_refundable,
            was_paid=order.paid_at is not None,
        ),
    )
    if due.ending in {Ending.OVER, Ending.BANK}:
        return due
    if order.buyer_email:
        promise(session, TellCancelled(order.id), now=now)
    if due.ending is Ending.CALL_OFF:
        call_off(session, actor, order.id, reason=REASON, now=now)
    else:
        _end_paid(session, actor, order, by_gateway, due, now=now)
    return due


def _end_paid(
    session: WriteSession,
    actor: Actor,
    order: Order,
    by_gateway: list[Payment],
    due: Due,
    *,
    now: datetime,
) -> None:
    parts = []
    if due.asked_minor:
        money = Money(due.asked_minor, order.currency)
        parts = give(session, by_gateway, money, reason=REASON, proof="", key=None, now=now)
    released = end_tickets(session, order.id)
    stop_asking(session, actor, order.id, now=now)
    before = order.state
    to = OrderState.REFUNDED if due.ending is Ending.REFUND else OrderState.CANCELLED
    moved = changed(
        session,
        update(Order).where(col(Order.id) == order.id, col(Order.state) == before).values(state=to),
    )
    assert moved == 1, "nobody else moves an order that we hold"
    record(
        session,
        actor,
        "order.event_cancelled",
        "order",
        order.id,
        now=now,
        before=before,
        asked_minor=due.asked_minor,
        by_hand_minor=due.by_hand_minor,
        refunds=[str(part.id) for part in parts],
    )
    session.flush()
    give_back_uses(session, order.id)
    give_back(session, order.event_id, released)
    session.expire(order)


def _left(payments: Iterable[Payment]) -> int:
    return sum(payment.paid_minor - payment.refunded_minor for payment in payments)
