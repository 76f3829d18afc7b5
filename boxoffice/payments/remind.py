"""Remind a buyer: mail once more what is needed in order to pay."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from sqlmodel import select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.orders.change import correct_email, locked_order
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import RequestPayment
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class Reminded:
    """Where the request to pay goes."""

    to: str
    mail: RequestPayment


def remind(
    session: WriteSession, actor: Actor, order_id: UUID, *, to: str | None, now: datetime
) -> Reminded:
    """Promise the buyer of an unpaid order a mail with the PIX text, boleto line or payment page.

    `to` corrects the buyer's address for good, and that of holders who had the same one.

    Raises:
        Forbidden: the actor may not sell.
        WrongState: nothing waits to be paid, or nobody knows where to send it.
    """
    actor.must(Permission.SELL)
    payment = session.exec(
        select(Payment)
        .where(Payment.order_id == order_id, Payment.state == PaymentState.WAITING)
        .with_for_update()
    ).first()
    order = locked_order(session, order_id)
    if payment is None or order.state is not OrderState.PLACED:
        raise WrongState(
            f"order {order.code} is {order.state}: no charge of it waits to be paid.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    is_corrected = correct_email(session, order, to)
    jobs = (RequestPayment(payment.id, copy) for copy in count())
    mail = next(job for job in jobs if promise(session, job, now=now))
    facts = {"payment": str(payment.id), "copy": mail.copy, "is_corrected": is_corrected}
    record(session, actor, "payment.remind", "order", order.id, now=now, **facts)
    session.flush()
    return Reminded(order.buyer_email, mail)
