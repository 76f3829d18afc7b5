"""Tickets on their way to the buyer."""

from boxoffice.db import ReadSession
from boxoffice.events.models import Event
from boxoffice.mail import Attachment
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.paper import OrderPaper, order_pdf
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.paper import Paper
from boxoffice.wording.languages import Language
from tasks.mailing import Wanted, send_once
from tasks.registry import Claim, works

_DELIVERED = (OrderState.PAID, OrderState.PARTLY_REFUNDED)
_FILE_NAMES = {Language.PT_BR: "ingressos", Language.EN: "tickets"}


@works(DeliverTickets)
def deliver_tickets(office: BoxOffice, job: DeliverTickets, claim: Claim) -> None:
    """Mail the tickets of a paid order. A second run finds them sent and stops."""
    send_once(office, claim, lambda session: _tickets(session, job, office.ticket_key))


def _tickets(session: ReadSession, job: DeliverTickets, key: TicketKey) -> Wanted | None:
    """Return all tickets of an order in one mail, or `None` when there is nobody to get them."""
    order = session.get_one(Order, job.order_id)
    if order.state not in _DELIVERED or not order.buyer_email:
        return None
    event = session.get_one(Event, order.event_id)
    template = "courtesy_tickets" if order.channel is Channel.COURTESY else "tickets"
    paper = order_pdf(session, order.id, key, Paper.A4)
    return Wanted(
        to_address=order.buyer_email,
        to_name=order.buyer_name,
        template="tickets_again" if job.copy else template,
        language=event.language,
        order_id=order.id,
        facts={
            "event": event.title,
            "order": order.code,
            "count": paper.count,
            "starts": event.starts_at.astimezone(paper.zone),
            "venue": event.venue,
        },
        attachments=[tickets_file(paper, event.language)],
    )


def tickets_file(paper: OrderPaper, language: Language) -> Attachment:
    """Return the tickets of an order as a file that travels with a mail."""
    name = f"{_FILE_NAMES[language]}-{paper.order_code}.pdf"
    return Attachment(name, "application/pdf", paper.content)
