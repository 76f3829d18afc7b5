"""What a test of mails asks: what the office heard, and what became of its mails."""

from boxoffice.office import BoxOffice
from boxoffice.orders.queries import list_orders
from boxoffice.outbox.keep_events import keep_events, sendgrid_news
from boxoffice.outbox.mail_rules import MailState
from boxoffice.outbox.messages import Message
from boxoffice.sandbox.mail_post import MailSandbox
from boxoffice.staff.rules import SYSTEM
from tests.making import rows, the_order


def told(office: BoxOffice, post: MailSandbox) -> int:
    """Let the office hear what happened so far, and return how much of it was new."""
    now = office.now()
    news = [one for event in post.batch() if (one := sendgrid_news(event, now=now))]
    with office.writing() as session:
        return keep_events(session, SYSTEM, news, now=now)


def the_message(office: BoxOffice) -> Message:
    """Return the only mail there is."""
    (message,) = rows(office, Message)
    return message


def in_trouble(office: BoxOffice) -> list[str]:
    """Return the orders whose newest mail did not arrive."""
    with office.reading() as session:
        return [line.code for line in list_orders(session, None, limit=9, is_mail_trouble=True)]


def mail_of(office: BoxOffice, code: str) -> tuple[MailState, bool, str]:
    """Return what became of the newest mail of an order."""
    mail = the_order(office, code).mail
    assert mail is not None
    return mail.state, mail.is_trouble, mail.reason
