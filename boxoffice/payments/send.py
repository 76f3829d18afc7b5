"""A refund on its way to the gateway: what to ask there, and what to write down of the answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import WrongState
from boxoffice.money import Money
from boxoffice.outbox.jobs import AskPayer, SendRefund
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.staff.rules import Actor, Permission

WAITS_FOR_PAYER = "payer"  # of a boleto: who has to leave a bank account on the gateway's page


@dataclass(frozen=True, slots=True)
class ToSend:
    """A refund that the gateway has to know of."""

    id: UUID
    payment_id: UUID
    provider_id: str
    method: Method
    amount: Money
    page_url: str | None


def to_send(session: ReadSession, refund_id: UUID) -> ToSend | None:
    """Return a refund that is still to be sent, or `None`: it is sent, done, failed or by hand."""
    refund, payment = session.exec(
        select(Refund, Payment).where(Refund.id == refund_id, Payment.id == Refund.payment_id)
    ).one()
    if refund.state is not RefundState.REQUESTED or payment.provider_id is None:
        return None
    return ToSend(
        refund.id,
        payment.id,
        payment.provider_id,
        payment.method,
        Money(refund.amount_minor, refund.currency),
        refund.page_url,
    )


def was_sent(
    session: WriteSession,
    actor: Actor,
    refund_id: UUID,
    *,
    now: datetime,
    page_url: str | None = None,
) -> None:
    """Write down that the gateway has taken a refund. A later answer says when it is done."""
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund.state is not RefundState.REQUESTED:
        return
    refund.state, refund.sent_at = RefundState.SENT, now
    if page_url is not None:
        refund.page_url, refund.waits_for = page_url, WAITS_FOR_PAYER
        promise(session, AskPayer(refund.id), now=now)
    facts = {"refund": str(refund.id), "amount_minor": refund.amount_minor}
    record(session, actor, "refund.sent", "order", refund.order_id, now=now, **facts)


def send_again(
    session: WriteSession, actor: Actor, refund_id: UUID, *, now: datetime
) -> SendRefund:
    """Promise once more to send a refund whose job has ended without an answer.

    Raises:
        Forbidden: the actor may not cancel orders.
        WrongState: the gateway knows of it, or has refused it.
    """
    actor.must(Permission.CANCEL_ORDER)
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund.state is not RefundState.REQUESTED:
        raise WrongState(f"this refund is {refund.state}; it was sent before.")
    again = 0
    while not promise(session, SendRefund(refund_id, again), now=now):
        again += 1
    return SendRefund(refund_id, again)
