"""Write down what the gateway says of a charge, and do what it means for the order."""

import json
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import Busy
from boxoffice.ids import new_id
from boxoffice.orders.confirm import hold_for_review
from boxoffice.outbox.jobs import CloseCharge
from boxoffice.outbox.promise import promise
from boxoffice.payments.covered import money_came
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.payments.rules import Decision, OrderAct, decide
from boxoffice.staff.rules import Actor
from boxoffice.tickets.code import TicketKey


def payment_of(session: WriteSession, charge: Charge, *, now: datetime) -> Payment | None:
    """Find our payment for a charge: by the gateway's id, else by our own reference.

    Money on a second charge with our reference (an attempt that was believed dead, a copy made in
    the gateway's panel) becomes a payment of its own: none is lost.
    """
    found = session.exec(
        select(Payment).where(Payment.provider_id == charge.provider_id).with_for_update()
    ).first()
    if found is not None or charge.reference is None:
        return found
    try:
        ours = UUID(charge.reference)
    except ValueError:
        return None  # some other system's charge on the same account
    first = session.get(Payment, ours, with_for_update=True)
    if first is None or first.provider_id is None:
        return first
    if charge.state not in {ChargeState.PAID, ChargeState.SETTLED}:
        return None
    second = Payment(
        id=new_id(),
        order_id=first.order_id,
        method=first.method,
        state=PaymentState.CLOSED,  # nobody was asked to pay it; its money moves it on
        provider=first.provider,
        provider_id=charge.provider_id,
        amount_minor=first.amount_minor,
        currency=first.currency,
        created_at=now,
    )
    session.add(second)
    session.flush()
    return second


def settle(
    session: WriteSession,
    actor: Actor,
    payment: Payment,
    charge: Charge,
    key: TicketKey,
    *,
    now: datetime,
) -> Decision:
    """Bring a payment and its order to what `charge` says. Saying it twice changes nothing."""
    decision = decide(payment.state, payment.amount_minor, charge)
    payment.provider_id = charge.provider_id
    payment.pix_payload = charge.pix_payload or payment.pix_payload
    payment.boleto_line = charge.boleto_line or payment.boleto_line
    payment.invoice_url = charge.invoice_url or payment.invoice_url
    payment.raw = json.loads(json.dumps(charge.raw, default=str))  # its amounts are Decimals
    if decision.payment is payment.state:
        return decision
    is_money = decision.order is not OrderAct.NOTHING
    record(
        session,
        actor,
        f"payment.{decision.payment}",
        "order",
        payment.order_id,
        now=now,
        payment=str(payment.id),
        paid_minor=charge.paid.minor,
        why=decision.why,
    )
    payment.state = decision.payment
    if is_money:
        payment.paid_minor = charge.paid.minor
        payment.paid_at = now
    session.flush()
    if decision.order is OrderAct.CONFIRM:
        if money_came(session, actor, payment.order_id, key, now=now):
            _close_others(session, payment, now=now)
    elif decision.order is OrderAct.REVIEW:
        hold_for_review(session, actor, payment.order_id, why=decision.why, now=now)
    return decision


def _close_others(session: WriteSession, paid: Payment, *, now: datetime) -> None:
    """Promise that no other charge of a paid order stays payable."""
    others = session.exec(
        select(Payment.id).where(
            Payment.order_id == paid.order_id,
            col(Payment.id) != paid.id,
            col(Payment.state).in_([PaymentState.OPENING, PaymentState.WAITING]),
        )
    ).all()
    for payment_id in others:
        promise(session, CloseCharge(payment_id), now=now)


def fail(session: WriteSession, actor: Actor, payment_id: UUID, why: str, *, now: datetime) -> None:
    """Write down the gateway's definite no to a payment that was opening."""
    payment = session.get_one(Payment, payment_id, with_for_update=True)
    if payment.state is PaymentState.OPENING:
        payment.state = PaymentState.FAILED
        payment.refusal = why
        record(
            session,
            actor,
            "payment.failed",
            "order",
            payment.order_id,
            now=now,
            payment=str(payment.id),
        )


def close_unanswered(
    session: WriteSession, actor: Actor, before: Payment, *, now: datetime
) -> None:
    """Close a payment for which the gateway has no charge, and none is wanted any more.

    `before` is the payment as it was when the gateway was asked.

    Raises:
        Busy: it got a charge since then; look again.
    """
    payment = session.get_one(Payment, before.id, with_for_update=True)
    # Race: a worker opened the charge just after we had looked for it.
    if payment.provider_id != before.provider_id:
        raise Busy("the payment has got a charge meanwhile.", hint="look again")
    if payment.state in {PaymentState.OPENING, PaymentState.WAITING}:
        payment.state = PaymentState.CLOSED
        record(
            session,
            actor,
            "payment.closed",
            "order",
            payment.order_id,
            now=now,
            payment=str(payment.id),
        )
