"""Tickets on their way: one mail with a stable name, however often it is tried."""

import email
import email.policy
from pathlib import Path

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import JobState
from boxoffice.people import Person
from tasks.relay import Ran, run_due
from tests.making import LOTE, RITA, Clock, a_sale, an_event, an_order, codes_of, rows
from tests.tasks.working import Carrier, again, ran


def mails(office: BoxOffice) -> list[Path]:
    return sorted((office.settings.home / "mail" / "new").glob("*"))


def test_the_buyer_gets_one_mail_with_every_ticket_in_a_pdf(office: BoxOffice) -> None:
    an_event(office, venue="Clube Naval")
    sale = a_sale(office, (LOTE, 2))

    assert ran(office, DeliverTickets(sale.id)) is JobState.DONE

    (path,) = mails(office)
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    (pdf,) = mail.iter_attachments()
    assert str(mail["To"]) == f"{RITA.name} <{RITA.email}>"
    assert sale.code in str(mail["Subject"])
    assert pdf.get_filename() == f"ingressos-{sale.code}.pdf"
    assert pdf.get_content().startswith(b"%PDF-")
    (message,) = rows(office, Message)
    assert (message.state, message.recipient) == (MessageState.SENT, RITA.email)
    assert str(mail["Message-ID"]) == f"<{message.id}@boxoffice.invalid>"


def test_no_code_stands_in_the_text_of_the_mail(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    office.mailer = carrier = Carrier()

    ran(office, DeliverTickets(sale.id))

    assert codes_of(sale)[0] not in carrier.sent[0].text + carrier.sent[0].subject


def test_delivering_twice_is_once(office: BoxOffice) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    ran(office, job)
    before = [path.read_bytes() for path in mails(office)], rows(office, Message)

    assert again(office, job) is JobState.DONE

    assert ([path.read_bytes() for path in mails(office)], rows(office, Message)) == before


def test_a_mail_that_left_before_its_worker_died_does_not_leave_again(
    office: BoxOffice, clock: Clock
) -> None:
    def die() -> None:
        raise SystemExit("killed")

    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    office.mailer = carrier = Carrier(afterwards=die)
    with pytest.raises(SystemExit):
        ran(office, job)
    clock.forward(minutes=1)

    assert run_due(office, limit=1) == Ran(done_count=1)

    assert len(carrier.sent) == 1
    assert [message.state for message in rows(office, Message)] == [MessageState.SENT]


def test_a_copy_that_was_asked_for_is_a_mail_of_its_own(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    ran(office, DeliverTickets(sale.id))
    ran(office, DeliverTickets(sale.id, copy=1))

    assert len(mails(office)) == len(rows(office, Message)) == 2


def test_an_order_that_is_no_longer_paid_gets_no_mail(office: BoxOffice) -> None:
    an_event(office)
    sale, order = a_sale(office), an_order(office)
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())

    assert ran(office, DeliverTickets(sale.id)) is JobState.DONE
    assert ran(office, DeliverTickets(order.id)) is JobState.DONE
    assert mails(office) == []


def test_an_order_without_an_address_gets_no_mail(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, buyer=Person("Rita"))

    assert ran(office, DeliverTickets(sale.id)) is JobState.DONE
    assert rows(office, Message) == []


def test_a_carrier_that_cannot_write_is_tried_again(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    job = DeliverTickets(a_sale(office).id)
    blocked = office.settings.home / "mail"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file where the folder should be")

    first = ran(office, job)
    blocked.unlink()
    clock.forward(minutes=1)

    assert (first, ran(office, job)) == (JobState.WAITING, JobState.DONE)
    assert len(mails(office)) == 1
