"""Collect what an order still owes: taken over the counter, or asked for through the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, WrongState
from boxoffice.events.models import Event
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.due import complete
from boxoffice.orders.holds import expiry_of
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CloseCharge, EndAddition, ExpireOrder
from boxoffice.outbox.promise import promise
from boxoffice.payments.covered import balance_of, money_came, surplus_of
from boxoffice.payments.models import OPEN, Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.payments.start import check_buyer, start, take_part
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey

AT_THE_COUNTER = (Method.CASH, Method.EXTERNAL)


@dataclass(frozen=True, slots=True)
class Till:
    """How money is collected, and with which key the tickets are signed that it pays for."""

    key: TicketKey
    method: Method | None = None  # none: as it is asked for now
    provider: str = ""  # of a charge; that of the open one, when nothing else is said


def is_at_gateway(method: Method) -> bool:
    """Say whether a gateway collects what is paid by this method."""
    return method in {Method.PIX, Method.BOLETO, Method.CARD}


def pay(session: WriteSession, actor: Actor, order_id: UUID, how: Till, *, now: datetime) -> bool:
    """Collect what an order owes; return whether it owed anything.

    An open charge of another method is replaced. The order is confirmed or completed once all of
    its money is in.

    Raises:
        Forbidden: the actor may not sell.
        WrongState: the order has ended.
        BadValue: it cannot be paid by this method.
        Refused: a clerk has no open till (`till.closed`).
    """
    actor.must(Permission.SELL)
    locked_payments(session, order_id)
    order = locked_order(session, order_id)
    if order.state is not OrderState.PLACED and order.state not in PAID_FOR:
        raise WrongState(
            f"order {order.code} is {order.state}; it cannot be paid.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    owed = balance_of(session, order).minor > 0
    collect(session, actor, order_id, how, now=now)
    return owed


def collect(
    session: WriteSession, actor: Actor, order_id: UUID, how: Till, *, now: datetime
) -> UUID | None:
    """Make what is asked for an order be what it owes; return the payment that was made for it.

    Call it last, with the order's payments and then the order locked: after its total changed.
    """
    session.flush()
    order = session.get_one(Order, order_id, populate_existing=True)
    due = balance_of(session, order)
    if due.minor and order.state in PAID_FOR:  # a free ticket waits for nobody else's money
        complete(session, actor, order_id, how.key, now=now, only_free=True)
    method, provider, asked = how.method, how.provider, _open_payment(session, order_id)
    if asked is not None:
        method, provider = method or asked.method, provider or asked.provider
        if asked.amount_minor == due.minor and asked.method is method:
            return asked.id
        _close(session, actor, asked, now=now)
    if due.minor == 0:
        if order.state is OrderState.PLACED or order.state in PAID_FOR:
            money_came(session, actor, order_id, how.key, now=now)
        return None
    if method is None:
        return None
    if method in AT_THE_COUNTER:
        taken = take_part(session, actor, order_id, method, due, now=now)
        money_came(session, actor, order_id, how.key, now=now)
        return taken
    if method is Method.COURTESY:
        raise BadValue("--method", f"courtesy pays for nothing, and {due} is due.")
    return _ask(session, actor, order, method, provider, now=now)


def stop_asking(session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime) -> None:
    """Close the open charge of an order, if it has one: nothing is wanted any more."""
    asked = _open_payment(session, order_id)
    if asked is not None:
        _close(session, actor, asked, now=now)


def locked_payments(session: WriteSession, order_id: UUID) -> Sequence[Payment]:
    """Return the payments of an order, the oldest first, as nobody else can change them now.

    Call it before the order is locked: letters take payments first.
    """
    return session.exec(
        select(Payment)
        .where(Payment.order_id == order_id)
        .order_by(col(Payment.created_at), col(Payment.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def must_agree(session: WriteSession, order: Order) -> None:
    """Check that no more came in for an order than it costs, before its total changes.

    Raises:
        WrongState: more did, and what a change would cost could not be told from it.
    """
    surplus = surplus_of(session, order)
    if surplus.minor:
        raise WrongState(
            f"{surplus} more came in for order {order.code} than it costs; it cannot be changed.",
            hint="make a new order for what is wanted: boxoffice order sell",
        )


def _open_payment(session: WriteSession, order_id: UUID) -> Payment | None:
    return session.exec(
        select(Payment)
        .where(Payment.order_id == order_id, col(Payment.state).in_(OPEN))
        .with_for_update()
    ).first()


def _close(session: WriteSession, actor: Actor, payment: Payment, *, now: datetime) -> None:
    """Stop asking for a payment. Money that comes in spite of it counts as any other."""
    payment.state = PaymentState.CLOSED
    facts = {"payment": str(payment.id), "why": "replaced"}
    record(session, actor, "payment.closed", "order", payment.order_id, now=now, **facts)
    session.flush()  # before another is opened: an order has one open payment
    promise(session, CloseCharge(payment.id), now=now)


def _ask(
    session: WriteSession,
    actor: Actor,
    order: Order,
    method: Method,
    provider: str,
    *,
    now: datetime,
) -> UUID:
    """Ask for what is due through the gateway. There is time for it, as for a new order."""
    buyer = Person(order.buyer_name, order.buyer_email, order.buyer_document)
    check_buyer(buyer, method)
    due = balance_of(session, order)
    payment_id = start(session, actor, order.id, method, provider, now=now, amount=due)
    until = expiry_of(session.get_one(Event, order.event_id), method, now)
    if order.state in PAID_FOR:
        promise(session, EndAddition(payment_id), now=now, run_at=until)
    elif order.expires_at is not None and order.expires_at < until:
        order.expires_at = until  # a boleto takes days, where a PIX had minutes
        session.flush()
        jobs = (ExpireOrder(order.id, again) for again in count(1))
        next(job for job in jobs if promise(session, job, now=now, run_at=until))
    return payment_id
