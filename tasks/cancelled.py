"""The news that an event was cancelled, on its way to the buyers."""

from uuid import UUID

from sqlmodel import select

from boxoffice.db import ReadSession, insert_once
from boxoffice.events.models import Event
from boxoffice.mail import Mail
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import TellCancelled
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.payments.end_order import REASON
from boxoffice.payments.ending import kept_fee
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.text import shown
from boxoffice.times import local_text, parse_zone
from tasks.registry import Claim, works

_TEXT = """Olá{comma_name}!

{event}, que seria em {starts}, foi cancelado.

  Pedido    {code}

{money}

Os ingressos deste pedido não valem mais.
"""
_NOTHING = "Nada foi pago por este pedido: não pague cobranças que ainda estejam abertas."
_ASKED = "Vamos devolver {asked} pelo mesmo meio em que foi pago."
_BY_HAND = "{owed} serão devolvidos pessoalmente: responda a este e-mail ou procure a bilheteria."


@works(TellCancelled)
def tell_cancelled(office: BoxOffice, job: TellCancelled, claim: Claim) -> None:
    """Mail the buyer of a cancelled event's order. A second run finds it sent and stops."""
    message = _message(office, job.order_id, claim.job_id)
    if message is None or message.state is MessageState.SENT:
        with claim.finishing():
            return
    # The one window for a duplicate is the carrier's call itself: the id tells it on a repeat.
    was_sent = claim.attempt > 1 and office.mailer.was_sent(str(message.id))
    carrier_id = str(message.id) if was_sent else office.mailer.send(_mail(office, job, message))
    with claim.finishing() as session:
        row = session.get_one(Message, message.id)
        row.state = MessageState.SENT
        row.provider_id = carrier_id
        row.sent_at = office.now()


def _message(office: BoxOffice, order_id: UUID, job_id: UUID) -> Message | None:
    """Return the message of this job, made when it is new; `None` when nobody is to be told."""
    with office.writing() as session:
        order = session.get_one(Order, order_id)
        if not order.buyer_email:
            return None
        insert_once(
            session,
            Message(
                job_id=job_id,
                order_id=order_id,
                recipient=order.buyer_email,
                template="event_cancelled",
                state=MessageState.SENDING,
                provider=office.mailer.name,
                created_at=office.now(),
            ),
        )
        return session.exec(select(Message).where(Message.job_id == job_id)).one()


def _mail(office: BoxOffice, job: TellCancelled, message: Message) -> Mail:
    with office.reading() as session:
        order = session.get_one(Order, job.order_id)
        event = session.get_one(Event, order.event_id)
        money = _money(session, order, event)
    name, title = shown(order.buyer_name), shown(event.title)
    return Mail(
        message_id=str(message.id),
        sender=office.settings.get("mail_from") or "",
        to_name=name,
        to_address=message.recipient,
        subject=f"Evento cancelado: {title} ({order.code})",
        text=_TEXT.format(
            comma_name=f", {name}" if name else "",
            event=title,
            starts=local_text(event.starts_at, parse_zone(event.timezone)),
            code=order.code,
            money=money,
        ),
        attachments=[],
    )


def _money(session: ReadSession, order: Order, event: Event) -> str:
    """Say what goes back, and how: what the rows say now."""
    payments = session.exec(select(Payment).where(Payment.order_id == order.id)).all()
    asked = sum(
        refund.amount_minor
        for refund in session.exec(select(Refund).where(Refund.order_id == order.id))
        if refund.reason == REASON and refund.state is not RefundState.FAILED
    )
    kept = kept_fee(
        order.fee_minor, fee_refundable=event.fee_refundable, was_paid=order.paid_at is not None
    )
    owed = sum(payment.paid_minor - payment.refunded_minor for payment in payments) - kept
    told = []
    if asked:
        told.append(_ASKED.format(asked=Money(asked, order.currency)))
    if owed > 0:
        told.append(_BY_HAND.format(owed=Money(owed, order.currency)))
    if not any(payment.paid_minor for payment in payments):
        told.append(_NOTHING)
    return "\n".join(told)
