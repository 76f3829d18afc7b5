"""Start a payment: the intent is kept here; the gateway is asked by a job."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.ids import new_id
from boxoffice.orders.confirm import confirm
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.till.record import record_sale

CHARGE_MIN_MINOR = 500  # R$ 5,00: smaller charges are refused (reference/asaas.md §3)


def check_buyer(buyer: Person, method: Method) -> None:
    """Check that a gateway can charge this buyer, before any place is taken.

    Raises:
        BadValue: the name, the document or the e-mail is missing.
    """
    for name, value in (("name", buyer.name), ("document", buyer.document), ("email", buyer.email)):
        if not value:
            raise BadValue(
                f"the buyer's {name}", f"is needed to pay by {method}.", hint=f"add --buyer-{name}"
            )


def start(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    method: Method,
    provider: str,
    *,
    now: datetime,
) -> UUID:
    """Keep the intent to charge an order through a gateway, and promise the call.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the order's total is under the gateway's minimum.
    """
    actor.must(Permission.SELL)
    order = session.get_one(Order, order_id)
    if order.total_minor < CHARGE_MIN_MINOR:
        raise BadValue(
            "the total",
            f"of {order.total} is under the gateway's minimum of R$ 5,00.",
            hint="sell it at the counter: boxoffice order sell",
        )
    payment = Payment(
        id=new_id(),
        order_id=order_id,
        method=method,
        state=PaymentState.OPENING,
        provider=provider,
        amount_minor=order.total_minor,
        currency=order.currency,
        created_at=now,
    )
    session.add(payment)
    record(
        session,
        actor,
        "payment.start",
        "order",
        order_id,
        now=now,
        payment=str(payment.id),
        method=method,
    )
    session.flush()
    promise(session, OpenCharge(payment.id), now=now)
    return payment.id


def take(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    method: Method,
    key: TicketKey,
    *,
    now: datetime,
) -> UUID:
    """Take money over the counter (or nothing, for a courtesy), and confirm the order.

    What is taken passes the seller's open till.

    Raises:
        Forbidden: the actor may not sell.
        Refused: a clerk has no open till (`till.closed`).
    """
    actor.must(Permission.SELL)
    before = session.exec(select(Payment).where(Payment.order_id == order_id)).first()
    if before is not None:  # the same request again, under its idempotency key
        return before.id
    order = session.get_one(Order, order_id)
    if method is not Method.COURTESY:
        record_sale(session, actor, order_id, method, order.total, now=now)
    payment = Payment(
        id=new_id(),
        order_id=order_id,
        method=method,
        state=PaymentState.SETTLED,
        provider="till",
        amount_minor=order.total_minor,
        paid_minor=order.total_minor,
        currency=order.currency,
        created_at=now,
        paid_at=now,
    )
    session.add(payment)
    record(
        session,
        actor,
        "payment.take",
        "order",
        order_id,
        now=now,
        payment=str(payment.id),
        method=method,
        amount_minor=order.total_minor,
    )
    session.flush()
    confirm(session, actor, order_id, key, now=now)
    return payment.id
