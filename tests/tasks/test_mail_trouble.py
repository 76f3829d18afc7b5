"""What became of a mail shows on its order; what it says is inert and in the event's language."""

import json

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.change import resend
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.keep_events import keep_events, sendgrid_news
from boxoffice.outbox.mail_rules import MailState
from boxoffice.outbox.models import JobState
from boxoffice.people import Person
from boxoffice.sandbox.mail_faults import faults_of_words
from boxoffice.sandbox.mail_post import MailSandbox
from boxoffice.staff.rules import SYSTEM
from boxoffice.text import shown
from tests.making import Clock, a_sale, an_event, state_of, the_order
from tests.tasks.posting import in_trouble, mail_of, told
from tests.tasks.working import ran


@pytest.fixture
def office(posting: BoxOffice) -> BoxOffice:
    return posting


@pytest.mark.parametrize("fault", ["bad_request", "too_large"])
def test_a_definite_no_ends_the_job_and_shows_on_the_order(
    office: BoxOffice, post: MailSandbox, fault: str
) -> None:
    an_event(office)
    sale = a_sale(office)
    post.board.set(faults_of_words([fault]))

    assert ran(office, DeliverTickets(sale.id)) is JobState.FAILED

    assert post.mails == []
    assert mail_of(office, sale.code)[:2] == (MailState.REFUSED, True)
    assert in_trouble(office) == [sale.code]


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("bounce@example.com", MailState.BOUNCED),
        ("late-bounce@example.com", MailState.BOUNCED),
        ("block@example.com", MailState.BLOCKED),
        ("drop@example.com", MailState.DROPPED),
        ("spam@example.com", MailState.REPORTED),
    ],
)
def test_a_mail_that_did_not_arrive_shows_on_its_order_until_it_goes_elsewhere(
    office: BoxOffice, post: MailSandbox, clock: Clock, address: str, state: MailState
) -> None:
    an_event(office)
    sale, fine = a_sale(office, buyer=Person("Rita", address)), a_sale(office)
    for order in (sale, fine):
        ran(office, DeliverTickets(order.id))
    post.board.set(faults_of_words(["events_shuffled", "events_duplicated=3"]))
    told(office, post)
    before = (mail_of(office, sale.code)[:2], in_trouble(office))
    clock.forward(minutes=1)
    with office.writing() as session:
        again = resend(session, office.actor, sale.id, to="rita@example.org", now=office.now())
    ran(office, again.mail)
    told(office, post)

    assert before == ((state, True), [sale.code])
    assert (mail_of(office, sale.code)[:2], in_trouble(office)) == (
        (MailState.DELIVERED, False),
        [],
    )


def test_an_event_without_our_id_is_matched_by_the_part_before_the_dot(
    office: BoxOffice, post: MailSandbox
) -> None:
    an_event(office)
    sale = a_sale(office, buyer=Person("Rita", "bounce@example.com"))
    ran(office, DeliverTickets(sale.id))
    events = [{k: v for k, v in event.items() if k != "message"} for event in post.batch()]
    news = [one for event in events if (one := sendgrid_news(event, now=office.now()))]
    with office.writing() as session:
        keep_events(session, SYSTEM, news, now=office.now())

    assert mail_of(office, sale.code)[0] is MailState.BOUNCED
    assert in_trouble(office) == [sale.code]


def test_no_event_moves_an_order_or_its_payment(office: BoxOffice, post: MailSandbox) -> None:
    an_event(office)
    sale = a_sale(office, buyer=Person("Rita", "bounce@example.com"))
    ran(office, DeliverTickets(sale.id))
    before = state_of(office, sale.id), the_order(office, sale.code).tickets

    told(office, post)

    assert (state_of(office, sale.id), the_order(office, sale.code).tickets) == before


def test_a_hostile_name_and_event_are_inert_in_every_part(
    office: BoxOffice, post: MailSandbox
) -> None:
    an_event(office, title="Noite <b>& {order} %s</b>", venue='"><img src=x onerror=1>')
    name = "Ana; <script>alert(1)</script>, {order}"
    sale = a_sale(office, buyer=Person(name, "ana@example.com"))

    ran(office, DeliverTickets(sale.id))

    (mail,) = post.mails
    text, html = (part["value"] for part in mail.body["content"])
    assert name in text
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, {order}" in html
    assert mail.body["subject"] == shown(mail.body["subject"])


def test_an_event_in_english_is_written_to_in_english(office: BoxOffice, post: MailSandbox) -> None:
    an_event(office, language="en")
    sale = a_sale(office)

    ran(office, DeliverTickets(sale.id))

    body = post.mails[0].body
    assert body["subject"].startswith("Your tickets: ")
    assert body["attachments"][0]["filename"] == f"tickets-{sale.code}.pdf"


def test_a_copy_says_that_older_codes_may_be_void(office: BoxOffice, post: MailSandbox) -> None:
    an_event(office)
    sale = a_sale(office)

    ran(office, DeliverTickets(sale.id, copy=1))

    assert "um código que mudou desde então já não abre a porta" in json.dumps(
        post.mails[0].body, ensure_ascii=False
    )
