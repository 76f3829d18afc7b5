"""One job, one mail: through SendGrid behind a real socket, whatever its line does."""

from contextlib import closing

import pytest

from boxoffice.adapters.sendgrid import SendGrid
from boxoffice.errors import MailRefused, MailSilent
from boxoffice.mail import Mail
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.messages import MessageState
from boxoffice.outbox.models import JobState
from boxoffice.sandbox.mail_faults import faults_of_words
from boxoffice.sandbox.mail_post import API_KEY, MailSandbox
from tasks.mailing import NEWS_SECONDS
from tasks.relay import Ran, run_due
from tests.making import LOTE, Clock, a_sale, an_event
from tests.services.switch import Switch
from tests.tasks.posting import the_message, told
from tests.tasks.working import Carrier, again, ran, seconds_put_off, the_job


@pytest.fixture
def office(posting: BoxOffice) -> BoxOffice:
    return posting


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
