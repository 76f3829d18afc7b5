"""Tickets on their way to the buyer."""

from uuid import UUID

from sqlmodel import select

from boxoffice.db import insert_once
from boxoffice.mail import Attachment, Mail
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.paper import order_pdf
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.text import shown
from boxoffice.tickets.paper import Paper
from boxoffice.times import local_text
from tasks.registry import Claim, works

_TEXT = """Olá{comma_name}!

Seus ingressos para {event} estão no PDF anexo.

  Pedido    {code}
  Ingressos {count}
  Quando    {starts}
  Onde      {venue}

Apresente o código QR na entrada, no papel ou na tela do telefone.
Cada código entra uma só vez: não o publique nem o repasse.
"""

_DELIVERED = (OrderState.PAID, OrderState.PARTLY_REFUNDED)


@works(DeliverTickets)
def deliver_tickets(office: BoxOffice, job: DeliverTickets, claim: Claim) -> None:
    """Mail the tickets of a paid order. A second run finds them sent and stops."""
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
        if order.state not in _DELIVERED or not order.buyer_email:
            return None
        insert_once(
            session,
            Message(
                job_id=job_id,
                order_id=order_id,
                recipient=order.buyer_email,
                template="tickets",
                state=MessageState.SENDING,
                provider=office.mailer.name,
                created_at=office.now(),
            ),
        )
        return session.exec(select(Message).where(Message.job_id == job_id)).one()


def _mail(office: BoxOffice, job: DeliverTickets, message: Message) -> Mail:
    with office.reading() as session:
        paper = order_pdf(session, job.order_id, office.ticket_key, Paper.A4)
    name = shown(paper.buyer_name)
    return Mail(
        message_id=str(message.id),
        sender=office.settings.get("mail_from") or "",
        to_name=name,
        to_address=message.recipient,
        subject=f"Seus ingressos: {shown(paper.event_title)} ({paper.order_code})",
        text=_TEXT.format(
            comma_name=f", {name}" if name else "",
            event=shown(paper.event_title),
            code=paper.order_code,
            count=paper.count,
            starts=local_text(paper.starts_at, paper.zone),
            venue=shown(paper.venue) or "-",
        ),
        attachments=[
            Attachment(f"ingressos-{paper.order_code}.pdf", "application/pdf", paper.content)
        ],
    )
