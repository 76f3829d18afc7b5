"""Do what a decision on money asks of the order: each act once, however often it is asked."""

from datetime import datetime
from itertools import count
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.events.models import Event, LatePayment
from boxoffice.money import Money
from boxoffice.orders.confirm import confirm, hold_for_review
from boxoffice.orders.due import complete
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.money_back import charge_back, dispute, money_went, win
from boxoffice.outbox.jobs import CloseCharge
from boxoffice.outbox.promise import promise
from boxoffice.payments.booking import book_refunds, sums_of, take_back
from boxoffice.payments.covered import is_covered, set_aside_part_paid
from boxoffice.payments.give import give
from boxoffice.payments.models import OPEN, Payment, PaymentState
from boxoffice.payments.provider import Charge
from boxoffice.payments.rules import Act, Decision
from boxoffice.staff.rules import Actor
from boxoffice.tickets.code import TicketKey

_GOOD = frozenset({OrderState.PAID, OrderState.PARTLY_REFUNDED, OrderState.DISPUTED})
_OVER = frozenset({OrderState.REFUNDED, OrderState.CHARGED_BACK})


def act_on(
    session: WriteSession,
    actor: Actor,
    payment: Payment,
    charge: Charge,
    *,
    decision: Decision,
    key: TicketKey,
    now: datetime,
) -> None:
    """Do the acts of a decision, in its order. The payment is held and has its new state."""
    order_id = payment.order_id
    for act in decision.acts:
        match act:
            case Act.REOPEN:
                _reopen(session, payment, now=now)
            case Act.CONFIRM:
                _money_came(session, actor, payment, decision=decision, key=key, now=now)
            case Act.REVIEW:
                _short(session, actor, payment, decision, now=now)
            case Act.WIN:
                is_whole = sums_of(session, order_id).refunded == 0
                win(session, actor, order_id, is_whole=is_whole, now=now)
            case Act.REFUND:
                book_refunds(session, actor, payment, charge, now=now)
            case Act.DISPUTE:
                dispute(session, actor, order_id, now=now)
            case Act.CHARGE_BACK:
                _lose(session, actor, payment, now=now)
            case Act.UNDO:
                _undo(session, actor, payment, now=now)
    _ask_no_more(session, payment, now=now)


def close_again(session: WriteSession, payment_id: UUID, *, now: datetime) -> CloseCharge:
    """Promise to close a charge, once more when it was closed before."""
    jobs = (CloseCharge(payment_id, again) for again in count())
    return next(job for job in jobs if promise(session, job, now=now))


def _money_came(
    session: WriteSession,
    actor: Actor,
    payment: Payment,
    *,
    decision: Decision,
    key: TicketKey,
    now: datetime,
) -> None:
    """Confirm the order once all of its payments together cover it, or complete a paid one."""
    session.flush()
    order = session.get_one(Order, payment.order_id, populate_existing=True, with_for_update=True)
    is_leaving = decision.payment in {PaymentState.REFUNDING, PaymentState.REFUNDED}
    if order.state in _GOOD and is_covered(session, order, without=payment.paid_minor):
        if not is_leaving:
            _give_again(session, actor, payment, order, why="paid twice", now=now)
        return
    if not is_covered(session, order):
        set_aside_part_paid(session, actor, order.id, now=now)
        # What else is asked for was reckoned without this money: nobody is to pay it twice.
        _close_others(session, payment, now=now)
        return
    event = session.get_one(Event, order.event_id)
    is_refunded = event.late_payment is LatePayment.REFUND and not is_leaving
    if _was_decided(session, order):
        if is_refunded:  # it stays ended: what it had before is not given back with it
            _give_again(session, actor, payment, order, why="late money", now=now)
        else:
            hold_for_review(session, actor, order.id, why="late money", now=now)
        _close_others(session, payment, now=now)
        return
    after = confirm(session, actor, order.id, key, now=now)
    complete(session, actor, order.id, key, now=now)
    if after not in _GOOD:
        why = f"money for an order that is {after}"
        hold_for_review(session, actor, order.id, why=why, now=now)
        if is_refunded:
            _give_again(session, actor, payment, order, why="late money", now=now)
            money_went(session, actor, order.id, is_over=True, now=now)
    _close_others(session, payment, now=now)


def _was_decided(session: WriteSession, order: Order) -> bool:
    """Say whether a person ended an order that was paid, or dismissed its money.

    More money does not undo that. One that had only a part is brought back by the rest.
    """
    dismissed = select(AuditEntry.id).where(
        AuditEntry.subject == f"order:{order.id}", AuditEntry.verb == "payment.dismiss"
    )
    return order.state is OrderState.CANCELLED and (
        order.paid_at is not None or session.exec(dismissed.limit(1)).first() is not None
    )


def _short(
    session: WriteSession, actor: Actor, payment: Payment, decision: Decision, *, now: datetime
) -> None:
    """Set an order aside that got less than was asked; one that is paid for needs none of it."""
    order = session.get_one(Order, payment.order_id, populate_existing=True, with_for_update=True)
    if order.state in _GOOD:
        _give_again(session, actor, payment, order, why="paid twice", now=now)
        return
    hold_for_review(session, actor, order.id, why=decision.why, now=now)


def _give_again(
    session: WriteSession, actor: Actor, payment: Payment, order: Order, *, why: str, now: datetime
) -> None:
    """Ask for all of one payment back. A person who is to decide is asked by `reconcile` instead.

    A refund that is refused stays an exception until somebody settles it.
    """
    event = session.get_one(Event, order.event_id)
    is_ours_to_do = payment.provider_id is not None and not payment.is_in_cash
    if event.late_payment is LatePayment.REVIEW or not is_ours_to_do:
        return
    amount = Money(payment.paid_minor - payment.refunded_minor, payment.currency)
    parts = give(session, [payment], amount, reason=why, proof="", key=None, now=now)
    session.flush()
    session.refresh(payment)
    refunds = [str(part.id) for part in parts]
    facts = {"amount_minor": amount.minor, "refunds": refunds, "why": why}
    record(session, actor, "payment.give_again", "order", order.id, now=now, **facts)


def _reopen(session: WriteSession, payment: Payment, *, now: datetime) -> None:
    """Let a charge that was deleted, and brought back, be paid; or close it for good."""
    order = session.get_one(Order, payment.order_id, populate_existing=True, with_for_update=True)
    other = session.exec(
        select(Payment.id).where(
            Payment.order_id == payment.order_id,
            col(Payment.id) != payment.id,
            col(Payment.state).in_(OPEN),
        )
    ).first()
    if order.state is OrderState.PLACED and other is None:
        payment.state = PaymentState.WAITING
        session.flush()
    else:
        close_again(session, payment.id, now=now)


def _lose(session: WriteSession, actor: Actor, payment: Payment, *, now: datetime) -> None:
    take_back(session, payment, "charged back", now=now)
    order = session.get_one(Order, payment.order_id, populate_existing=True, with_for_update=True)
    if sums_of(session, order.id).left < order.total_minor:
        charge_back(session, actor, order.id, now=now)
    else:
        win(session, actor, order.id, is_whole=True, now=now)  # other money covers it


def _undo(session: WriteSession, actor: Actor, payment: Payment, *, now: datetime) -> None:
    """Take back money that was marked as paid outside of the gateway: its tickets may be out."""
    payment.paid_minor = payment.refunded_minor
    payment.is_in_cash = False
    payment.paid_at = payment.paid_at if payment.refunded_minor else None
    session.flush()
    hold_for_review(session, actor, payment.order_id, why="cash undone", now=now, even_if_paid=True)


def _ask_no_more(session: WriteSession, payment: Payment, *, now: datetime) -> None:
    """Promise to close what else is asked for an order whose money went away."""
    order = session.get_one(Order, payment.order_id, populate_existing=True)
    if order.state in _OVER:
        _close_others(session, payment, now=now)


def _close_others(session: WriteSession, paid: Payment, *, now: datetime) -> None:
    """Promise that no other charge of an order stays payable."""
    others = session.exec(
        select(Payment.id).where(
            Payment.order_id == paid.order_id,
            col(Payment.id) != paid.id,
            col(Payment.state).in_(OPEN),
        )
    ).all()
    for payment_id in others:
        promise(session, CloseCharge(payment_id), now=now)
