"""Mails about money: what is to be paid, what went back, and where its way back is asked for."""

from uuid import UUID

from sqlmodel import select

from boxoffice.db import ReadSession
from boxoffice.events.models import Event
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.change import PAID_FOR
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import AskPayer, RequestPayment, TellRefund
from boxoffice.payments.end_order import REASON
from boxoffice.payments.models import Payment, PaymentState, Refund, RefundState
from boxoffice.times import parse_zone
from boxoffice.wording.compose import Fact
from tasks.mailing import Wanted, send_once
from tasks.registry import Claim, works

_GONE = (RefundState.DONE, RefundState.BY_HAND)


@works(TellRefund)
def tell_refund(office: BoxOffice, job: TellRefund, claim: Claim) -> None:
    """Mail the buyer that money has gone back. A second run finds it sent and stops."""
    send_once(office, claim, lambda session: _refund_done(session, job))


@works(AskPayer)
def ask_payer(office: BoxOffice, job: AskPayer, claim: Claim) -> None:
    """Mail the payer of a boleto the refund's page. A second run finds it sent and stops."""
    send_once(office, claim, lambda session: _refund_page(session, job))


@works(RequestPayment)
def request_payment(office: BoxOffice, job: RequestPayment, claim: Claim) -> None:
    """Mail the buyer how to pay. A second run finds it sent and stops."""
    send_once(office, claim, lambda session: _request(session, job))


def _refund_done(session: ReadSession, job: TellRefund) -> Wanted | None:
    """Return the news, or `None` where the end of the whole event has been told with its money."""
    refund = session.get_one(Refund, job.refund_id)
    if refund.state not in _GONE or refund.reason == REASON:
        return None
    facts: dict[str, Fact] = {"amount": Money(refund.amount_minor, refund.currency)}
    return _wanted(session, refund.order_id, "refund_done", facts | {"proof": refund.proof})


def _refund_page(session: ReadSession, job: AskPayer) -> Wanted | None:
    refund = session.get_one(Refund, job.refund_id)
    if refund.state is not RefundState.SENT or not refund.page_url:
        return None
    facts: dict[str, Fact] = {"amount": Money(refund.amount_minor, refund.currency)}
    return _wanted(session, refund.order_id, "refund_page", facts | {"page_url": refund.page_url})


def _request(session: ReadSession, job: RequestPayment) -> Wanted | None:
    """Return what is to be paid, or `None` when nobody is to pay it any more."""
    payment, order, event = session.exec(
        select(Payment, Order, Event)
        .where(Payment.id == job.payment_id)
        .where(Order.id == Payment.order_id, Event.id == Order.event_id)
    ).one()
    wants_money = order.state is OrderState.PLACED or order.state in PAID_FOR
    if payment.state is not PaymentState.WAITING or not wants_money:
        return None
    facts: dict[str, Fact] = {
        "amount": payment.amount,
        "pix_payload": payment.pix_payload or "",
        "boleto_line": payment.boleto_line or "",
        "invoice_url": payment.invoice_url or "",
    }
    if order.expires_at is not None:
        facts["expires"] = order.expires_at.astimezone(parse_zone(event.timezone))
    return _wanted(session, order.id, "payment_request", facts)


def _wanted(session: ReadSession, order_id: UUID, template: str, facts: dict[str, Fact]) -> Wanted:
    order = session.get_one(Order, order_id)
    event = session.get_one(Event, order.event_id)
    return Wanted(
        to_address=order.buyer_email,
        to_name=order.buyer_name,
        template=template,
        language=event.language,
        order_id=order.id,
        facts={"event": event.title, "order": order.code} | facts,
    )
