"""The news that an event was cancelled, on its way to the buyers."""

from collections.abc import Sequence

from sqlmodel import select

from boxoffice.db import ReadSession
from boxoffice.events.models import Event
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import TellCancelled
from boxoffice.payments.end_order import REASON
from boxoffice.payments.ending import kept_fee
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.times import parse_zone
from boxoffice.wording.compose import Fact
from tasks.mailing import Wanted, send_once
from tasks.registry import Claim, works


@works(TellCancelled)
def tell_cancelled(office: BoxOffice, job: TellCancelled, claim: Claim) -> None:
    """Mail the buyer of a cancelled event's order. A second run finds it sent and stops."""
    send_once(office, claim, lambda session: _news(session, job))


def _news(session: ReadSession, job: TellCancelled) -> Wanted:
    order = session.get_one(Order, job.order_id)
    event = session.get_one(Event, order.event_id)
    payments = session.exec(select(Payment).where(Payment.order_id == order.id)).all()
    facts: dict[str, Fact] = {
        "event": event.title,
        "order": order.code,
        "starts": event.starts_at.astimezone(parse_zone(event.timezone)),
        "venue": event.venue,
    }
    was_paid = any(payment.paid_minor for payment in payments)
    return Wanted(
        to_address=order.buyer_email,
        to_name=order.buyer_name,
        template="event_cancelled" if was_paid else "event_cancelled_free",
        language=event.language,
        order_id=order.id,
        facts=facts | _money(session, order, event, payments),
    )


def _money(
    session: ReadSession, order: Order, event: Event, payments: Sequence[Payment]
) -> dict[str, Fact]:
    """Say what goes back, and how: what the rows say now."""
    asked = sum(
        refund.amount_minor
        for refund in session.exec(select(Refund).where(Refund.order_id == order.id))
        if refund.reason == REASON and refund.state is not RefundState.FAILED
    )
    kept = kept_fee(
        order.fee_minor, fee_refundable=event.fee_refundable, was_paid=order.paid_at is not None
    )
    owed = sum(payment.paid_minor - payment.refunded_minor for payment in payments) - kept
    told = {"amount": asked, "owed": owed}
    return {name: Money(minor, order.currency) for name, minor in told.items() if minor > 0}
