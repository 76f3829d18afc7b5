"""Give money back out of the payments of an order: a refund for each that some comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import update
from sqlmodel import col

from boxoffice.db import WriteSession, changed
from boxoffice.errors import BadValue, KeyReused
from boxoffice.ids import new_id
from boxoffice.inserts import insert_once
from boxoffice.money import Money
from boxoffice.outbox.jobs import SendRefund, TellRefund
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.payments.provider import Method

TILL = "till"  # the provider of what was taken over the counter
_NOT_OURS = frozenset({TILL, "import"})  # no gateway of ours has this money


@dataclass(frozen=True, slots=True)
class Part:
    """What goes back out of one payment."""

    id: UUID  # of the refund
    method: Method
    amount: Money
    is_of_till: bool


def give(
    session: WriteSession,
    payments: Sequence[Payment],
    amount: Money,
    *,
    reason: str,
    proof: str,
    key: str | None,
    now: datetime,
) -> list[Part]:
    """Take `amount` out of `payments` in their order. The caller holds them, and has seen it there.

    What a till took, or was marked at the gateway as paid outside of it, goes back by hand, and so
    does a boleto that has a `proof`. The rest is asked for, and kept so: the gateway is told by a
    job.

    Raises:
        BadValue: a proof is missing.
        KeyReused: the key has refunded another order.
    """
    rest, parts = amount.minor, list[Part]()
    for payment in payments:
        minor = min(rest, payment.paid_minor - payment.refunded_minor)
        if minor <= 0:
            continue
        rest -= minor
        by_hand = _is_by_hand(payment, proof)
        row = Refund(
            id=new_id() if key is None else id_under(key, len(parts)),
            payment_id=payment.id,
            order_id=payment.order_id,
            amount_minor=minor,
            currency=amount.currency,
            state=RefundState.BY_HAND if by_hand else RefundState.REQUESTED,
            reason=reason,
            proof=proof if by_hand else "",
            created_at=now,
            sent_at=now if by_hand else None,
            done_at=now if by_hand else None,
        )
        # Race: one key for two orders at once. The id that is made of it is taken once.
        if not insert_once(session, row):
            raise KeyReused("this idempotency key has refunded another order.", hint="use another")
        _raise_refunded(session, payment.id, minor)
        if not by_hand and payment.provider_id is not None:
            promise(session, SendRefund(row.id), now=now)
        elif by_hand and payment.provider != TILL:  # who stood at the counter has it in hand
            promise(session, TellRefund(row.id), now=now)
        money = Money(minor, amount.currency)
        parts.append(Part(row.id, payment.method, money, payment.provider == TILL))
    assert rest == 0, "no more is given back than is left"
    return parts


def id_under(key: str, number: int) -> UUID:
    """Return the id of the refund that a key makes, so that the same key finds it again."""
    return uuid5(NAMESPACE_OID, f"boxoffice-refund:{number}:{key}")


def _raise_refunded(session: WriteSession, payment_id: UUID, minor: int) -> None:
    # Race: two refunds, one payment. Together they never give back more than came in.
    refunded = Payment.refunded_minor + minor
    taken = changed(
        session,
        update(Payment)
        .where(col(Payment.id) == payment_id, col(Payment.paid_minor) >= refunded)
        .values(refunded_minor=refunded),
    )
    assert taken == 1, "nobody else changes a payment that we hold"


def goes_by_hand(payment: Payment) -> bool:
    """Say whether a person has to give this money back: it never was in a gateway's balance."""
    return payment.provider in _NOT_OURS or payment.is_in_cash


def _is_by_hand(payment: Payment, proof: str) -> bool:
    if goes_by_hand(payment) and not proof:
        raise BadValue(
            "the proof",
            f"is needed: this {payment.method} money goes back by hand.",
            hint="say how it was given back: --proof 'cash, receipt 17'",
        )
    return goes_by_hand(payment) or (payment.method is Method.BOLETO and bool(proof))
