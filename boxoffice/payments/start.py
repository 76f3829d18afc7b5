"""Start a payment: the intent is kept here; the gateway is asked by a job."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.events.models import Category, Tier
from boxoffice.ids import new_id
from boxoffice.money import Money
from boxoffice.orders.confirm import confirm
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import Ticket
from boxoffice.till.record import record_sale

INSTALMENTS_MAX = 21  # of Visa and Mastercard (reference/asaas.md §6); others have fewer
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
    amount: Money | None = None,
    instalments: int = 1,
) -> UUID:
    """Keep the intent to charge an order through a gateway, and promise the call.

    Without an `amount` all of the order's total is asked for. A card may pay it in instalments.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the amount, or an instalment of it, is under the gateway's minimum.
    """
    actor.must(Permission.SELL)
    order = session.get_one(Order, order_id)
    asked = order.total if amount is None else amount
    _check_instalments(instalments, method, asked)
    if asked.minor < CHARGE_MIN_MINOR:
        raise BadValue(
            "the total" if amount is None else "the amount",
            f"of {asked} is under the gateway's minimum of R$ 5,00.",
            hint="sell it at the counter: boxoffice order sell"
            if amount is None
            else "take it at the counter: --method cash",
        )
    payment = Payment(
        id=new_id(),
        order_id=order_id,
        method=method,
        state=PaymentState.OPENING,
        provider=provider,
        amount_minor=asked.minor,
        currency=order.currency,
        instalments=instalments,
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


def _check_instalments(count: int, method: Method, asked: Money) -> None:
    """Check in how many parts a card is to pay.

    Raises:
        BadValue: another method knows no instalments, or they are too many or too small.
    """
    if count == 1:
        return
    if method is not Method.CARD:
        raise BadValue("--instalments", f"are for a card, and this is paid by {method}.")
    if not 1 <= count <= INSTALMENTS_MAX:
        raise BadValue("--instalments", f"must be from 1 to {INSTALMENTS_MAX}.")
    if asked.minor < CHARGE_MIN_MINOR * count:
        each = Money(asked.minor // count, asked.currency)
        raise BadValue("--instalments", f"of {each} are under the gateway's minimum of R$ 5,00.")


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
    if order.total_minor == 0 and _is_all_courtesy(session, order_id):
        method = Method.COURTESY  # a courtesy costs nothing, and is no cash
    payment_id = take_part(session, actor, order_id, method, order.total, now=now)
    confirm(session, actor, order_id, key, now=now)
    return payment_id


def take_part(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    method: Method,
    amount: Money,
    *,
    now: datetime,
) -> UUID:
    """Take some money over the counter, through the seller's open till; the order stays as it is.

    Raises:
        Forbidden: the actor may not sell.
        Refused: a clerk has no open till (`till.closed`).
    """
    actor.must(Permission.SELL)
    if method is not Method.COURTESY:
        record_sale(session, actor, order_id, method, amount, now=now)
    payment = Payment(
        id=new_id(),
        order_id=order_id,
        method=method,
        state=PaymentState.SETTLED,
        provider="till",
        amount_minor=amount.minor,
        paid_minor=amount.minor,
        currency=amount.currency,
        created_at=now,
        paid_at=now,
    )
    session.add(payment)
    facts = {"payment": str(payment.id), "method": method, "amount_minor": amount.minor}
    record(session, actor, "payment.take", "order", order_id, now=now, **facts)
    session.flush()
    return payment.id


def _is_all_courtesy(session: WriteSession, order_id: UUID) -> bool:
    """Say whether every ticket of an order is of a courtesy tier."""
    other = (
        select(Ticket.id)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .where(Ticket.order_id == order_id, Tier.category != Category.COURTESY)
    )
    return session.exec(other.limit(1)).first() is None
