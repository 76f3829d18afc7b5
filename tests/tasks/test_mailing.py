"""One job, one mail: through SendGrid behind a real socket, whatever its line does."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from boxoffice.adapters.sendgrid import SendGrid
from boxoffice.errors import MailRefused, MailSilent
from boxoffice.mail import Mail
from boxoffice.office import BoxOffice
from boxoffice.orders.change import resend
from boxoffice.orders.queries import list_orders
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.keep_events import keep_events, sendgrid_news
from boxoffice.outbox.mail_rules import MailState
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import JobState
from boxoffice.people import Person
from boxoffice.sandbox.mail_faults import faults_of_words
from boxoffice.sandbox.mail_post import API_KEY, MailSandbox
from boxoffice.sandbox.sendgrid import create_app
from boxoffice.staff.rules import SYSTEM
from boxoffice.text import shown
from tasks.mailing import NEWS_SECONDS
from tasks.relay import Ran, run_due
from tests.making import LOTE, Clock, a_sale, an_event, an_office, rows, state_of, the_order
from tests.services.switch import Switch
from tests.tasks.working import Carrier, again, ran, seconds_put_off, the_job


@pytest.fixture
def post(server: Switch) -> Iterator[MailSandbox]:
    with closing(MailSandbox()) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def office(
    database_url: str, tmp_path: Any, clock: Clock, server: Switch, post: MailSandbox
) -> Iterator[BoxOffice]:
    """An office whose mail goes through SendGrid, which tells it of events."""
    with closing(
        an_office(
            database_url,
            tmp_path / "home",
            clock,
            mail_url="sendgrid:",
            sendgrid_url=server.url,
            sendgrid_api_key=API_KEY,
            sendgrid_webhook_key=post.public_key,
        )
    ) as made:
        made.mailer = SendGrid(server.url, API_KEY, timeout_seconds=0.7)
        yield made


def told(office: BoxOffice, post: MailSandbox) -> int:
    """Let the office hear what happened so far, and return how much of it was new."""
    now = office.now()
    news = [one for event in post.batch() if (one := sendgrid_news(event, now=now))]
    with office.writing() as session:
        return keep_events(session, SYSTEM, news, now=now)


def the_message(office: BoxOffice) -> Message:
    (message,) = rows(office, Message)
    return message


def in_trouble(office: BoxOffice) -> list[str]:
    with office.reading() as session:
        return [line.code for line in list_orders(session, None, limit=9, is_mail_trouble=True)]


def mail_of(office: BoxOffice, code: str) -> tuple[MailState, bool, str]:
    mail = the_order(office, code).mail
    assert mail is not None
    return mail.state, mail.is_trouble, mail.reason


def test_the_tickets_of_an_order_go_out_in_one_mail(office: BoxOffice, post: MailSandbox) -> None:
    an_event(office, venue="Clube Naval")
    sale = a_sale(office, (LOTE, 3))

    assert ran(office, DeliverTickets(sale.id)) is JobState.DONE

    (mail,) = post.mails
    message = the_message(office)
    assert (message.state, message.provider, message.provider_id, message.called_at) == (
        MessageState.SENT,
        "sendgrid",
        mail.message_id,
        None,
    )
    assert mail.body["personalizations"][0]["custom_args"] == {"message": str(message.id)}
    assert len(mail.body["attachments"]) == 1
    assert mail.body["content"][0]["value"].startswith("Olá, Rita Nogueira!")


def test_deliver_tickets_twice_is_once(office: BoxOffice, post: MailSandbox) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    ran(office, job)

    assert again(office, job) is JobState.DONE
    assert len(post.mails) == 1


def test_deliver_tickets_twice_is_once_though_the_call_hangs_after_it_was_accepted(
    office: BoxOffice, post: MailSandbox, clock: Clock
) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    post.board.set(faults_of_words(["hang_after_accept"]))

    assert ran(office, job) is JobState.WAITING
    told(office, post)
    clock.forward(minutes=10)

    assert run_due(office, limit=1) == Ran(done_count=1)
    assert len(post.mails) == 1
    assert the_message(office).state is MessageState.SENT


def test_deliver_tickets_twice_is_once_though_the_worker_dies_between_accept_and_write(
    office: BoxOffice, post: MailSandbox, clock: Clock, server: Switch
) -> None:
    class Dies(SendGrid):
        def send(self, mail: Mail) -> str:
            super().send(mail)
            raise SystemExit("killed")

    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    with closing(Dies(server.url, API_KEY)) as office.mailer, pytest.raises(SystemExit):
        ran(office, job)
    office.mailer = SendGrid(server.url, API_KEY)
    told(office, post)
    clock.forward(minutes=1)

    assert run_due(office, limit=1) == Ran(done_count=1)
    assert len(post.mails) == 1


def test_a_mail_that_may_have_left_waits_for_its_events_and_then_goes_again(
    office: BoxOffice, post: MailSandbox, clock: Clock
) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    post.board.set(faults_of_words(["hang_after_accept"]))
    ran(office, job)
    clock.forward(seconds=NEWS_SECONDS - 30)

    first = run_due(office, limit=1)
    waits, count = seconds_put_off(office, job), len(post.mails)
    clock.forward(seconds=waits + 1)

    assert (first, count) == (Ran(trouble_count=1), 1)
    assert waits >= 30
    assert run_due(office, limit=1) == Ran(done_count=1)
    assert len(post.mails) == 2  # the window that docs/mail.md tells of
    assert (
        len({mail.body["personalizations"][0]["custom_args"]["message"] for mail in post.mails})
        == 1
    )


@pytest.mark.parametrize("fault", ["too_many", "error_500", "html_error", "unauthorized"])
def test_a_mail_that_did_not_leave_is_tried_again_and_leaves_once(
    office: BoxOffice, post: MailSandbox, clock: Clock, fault: str
) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    post.board.set(faults_of_words([fault]))

    assert ran(office, job) is JobState.WAITING
    assert the_message(office).called_at is None
    clock.forward(minutes=10)

    assert run_due(office, limit=1) == Ran(done_count=1)
    assert len(post.mails) == 1


def test_too_many_is_obeyed_to_the_second(office: BoxOffice, post: MailSandbox) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    post.board.set(faults_of_words(["too_many", "reset_seconds=600"]))

    ran(office, job)

    assert seconds_put_off(office, job) >= 598


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


def test_a_carrier_without_events_is_not_waited_for(office: BoxOffice, clock: Clock) -> None:
    def cut_off() -> None:
        raise MailSilent("cut off", may_have_left=True)

    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    office.mailer = Carrier(meanwhile=cut_off)
    ran(office, job)
    office.mailer = carrier = Carrier()
    clock.forward(seconds=60)

    assert run_due(office, limit=1) == Ran(done_count=1)
    assert len(carrier.sent) == 1
    assert the_job(office, job).state is JobState.DONE


def test_a_worker_that_comes_back_late_does_not_unsay_what_another_sent(
    office: BoxOffice, clock: Clock
) -> None:
    def overtaken() -> None:
        clock.forward(minutes=5)
        office.mailer = other
        run_due(office, limit=1)
        raise MailRefused("no")

    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    other = Carrier()
    office.mailer = Carrier(meanwhile=overtaken)

    ran(office, job)

    assert len(other.sent) == 1
    assert the_message(office).state is MessageState.SENT
    assert the_job(office, job).state is JobState.DONE
