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
from boxoffice.payments.acting import act_on
from boxoffice.payments.models import MONEY, OPEN, Payment, PaymentState
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.payments.rules import Act, Decision, decide
from boxoffice.payments.stray import reference_of
from boxoffice.staff.rules import Actor
from boxoffice.tickets.code import TicketKey

_UNPAID = frozenset({ChargeState.WAITING, ChargeState.REVIEWING, ChargeState.CLOSED})


def payment_of(session: WriteSession, charge: Charge, *, now: datetime) -> Payment | None:
    """Find our payment for a charge: by the gateway's id, by its plan, else by our own reference.

    Money on a second charge with our reference (an attempt that was believed dead, a copy made in
    the gateway's panel) becomes a payment of its own: none is lost.
    """
    known = col(Payment.provider_id) == charge.provider_id
    if charge.plan is not None:
        known |= col(Payment.plan) == charge.plan
    found = session.exec(
        select(Payment)
        .where(known)
        .order_by(col(Payment.created_at), col(Payment.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    ours = reference_of(charge)
    if found is not None or ours is None:
        return found
    first = session.get(Payment, ours, with_for_update=True, populate_existing=True)
    if first is None or first.provider_id is None:
        return first
    if charge.state in _UNPAID or charge.state is ChargeState.OTHER:
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
    looked_at: datetime | None = None,
) -> Decision:
    """Bring a payment and its order to what `charge` says. Saying it twice changes nothing.

    `looked_at` is the moment just before the gateway was asked: what was asked before the last
    answer that we wrote down is old, and changes nothing.
    """
    # Race: two workers look one after the other, and write in the other order.
    if looked_at is not None and payment.told_at is not None and looked_at < payment.told_at:
        return Decision(payment.state, (), "overtaken")
    payment.told_at = looked_at or payment.told_at
    before = payment.state
    decision = decide(before, payment.amount_minor, charge, is_in_cash=payment.is_in_cash)
    _note(payment, charge)
    if decision.payment is before and not decision.acts:
        return decision
    if decision.payment in MONEY and before not in MONEY:
        payment.paid_minor = charge.paid.minor
        payment.paid_at = now
        payment.is_in_cash = charge.state is ChargeState.IN_CASH
    payment.state = decision.payment
    if decision.payment is not before:
        facts = {"payment": str(payment.id), "paid_minor": charge.paid.minor, "why": decision.why}
        record(
            session,
            actor,
            f"payment.{decision.payment}",
            "order",
            payment.order_id,
            now=now,
            **facts,
        )
    session.flush()
    if Act.CONFIRM in decision.acts and _conflicts(session, payment, charge):
        hold_for_review(session, actor, payment.order_id, why="two references", now=now)
        return Decision(decision.payment, (Act.REVIEW,), "two references")
    act_on(session, actor, payment, charge, decision=decision, key=key, now=now)
    return decision


def _note(payment: Payment, charge: Charge) -> None:
    """Keep what the charge says of itself. A later answer without a code takes none away."""
    if charge.plan is None or payment.provider_id is None:
        payment.provider_id = charge.provider_id
    payment.plan = charge.plan or payment.plan
    payment.pix_payload = charge.pix_payload or payment.pix_payload
    payment.boleto_line = charge.boleto_line or payment.boleto_line
    payment.boleto_bar_code = charge.boleto_bar_code or payment.boleto_bar_code
    payment.boleto_url = charge.boleto_url or payment.boleto_url
    payment.invoice_url = charge.invoice_url or payment.invoice_url
    if charge.net is not None and charge.state not in _UNPAID:
        payment.net_minor = charge.net.minor
        payment.credited_on = charge.credited_on or payment.credited_on
    payment.raw = json.loads(json.dumps(charge.raw, default=str))  # its amounts are Decimals


def _conflicts(session: WriteSession, payment: Payment, charge: Charge) -> bool:
    """Say whether a charge that we know by its id refers to the payment of another order."""
    ours = reference_of(charge)
    if ours is None or ours == payment.id:
        return False
    named = session.get(Payment, ours)
    return named is not None and named.order_id != payment.order_id


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
    if payment.state in OPEN:
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
