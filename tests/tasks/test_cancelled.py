"""The news that an event was cancelled: one mail an order, true about the money."""

import re
from pathlib import Path

import pytest

from boxoffice.events.models import Event
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets, TellCancelled
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import JobState
from boxoffice.people import Person
from tasks.relay import run_until_empty
from tests.bulk.cancelling import ended, paid_by_pix
from tests.making import Clock, a_sale, an_event, an_order, rows
from tests.tasks.working import Carrier, again, ran


@pytest.fixture
def carrier(office: BoxOffice) -> Carrier:
    """The one who carries mail, and remembers it."""
    made = Carrier()
    office.mailer = made
    return made


def test_tell_cancelled_twice_is_once(office: BoxOffice, carrier: Carrier, tmp_path: Path) -> None:
    an_event(office)
    job = TellCancelled(a_sale(office).id)
    ended(office, tmp_path)
    assert ran(office, job) is JobState.DONE

    assert again(office, job) is JobState.DONE

    assert len(carrier.sent) == 1
    assert [message.state for message in rows(office, Message)] == [MessageState.SENT]


def test_who_paid_in_cash_is_told_that_it_goes_back_by_hand(
    office: BoxOffice, carrier: Carrier, tmp_path: Path
) -> None:
    an_event(office)
    sale = a_sale(office)
    ended(office, tmp_path)

    ran(office, TellCancelled(sale.id))

    (mail,) = carrier.sent
    assert mail.subject == f"Cancelado: Noite das Farmácias ({sale.code})"
    assert re.search(r"Pessoalmente +R\$ 100,00", mail.text)
    assert "Valor" not in mail.text


def test_who_paid_by_pix_is_told_that_it_comes_back_the_same_way(
    office: BoxOffice, carrier: Carrier, tmp_path: Path
) -> None:
    an_event(office)
    job = TellCancelled(paid_by_pix(office))
    ended(office, tmp_path)

    ran(office, job)

    assert re.search(r"Valor +R\$ 100,00", carrier.sent[0].text)
    assert "Pessoalmente" not in carrier.sent[0].text


def test_who_has_not_paid_is_told_not_to(
    office: BoxOffice, carrier: Carrier, tmp_path: Path
) -> None:
    an_event(office)
    order = an_order(office)
    ended(office, tmp_path)

    ran(office, TellCancelled(order.id))

    assert "não pague" in carrier.sent[0].text


def test_tickets_that_were_still_to_be_mailed_are_not(
    office: BoxOffice, carrier: Carrier, tmp_path: Path
) -> None:
    an_event(office)
    order_id = paid_by_pix(office)
    ended(office, tmp_path)

    run_until_empty(office)

    assert [mail.subject.split(":")[0] for mail in carrier.sent] == ["Cancelado"]
    assert ran(office, DeliverTickets(order_id)) is None


def test_nobody_is_told_where_there_is_no_address(
    office: BoxOffice, carrier: Carrier, tmp_path: Path
) -> None:
    an_event(office)
    sale = a_sale(office, buyer=Person("Rita"))
    ended(office, tmp_path)

    assert ran(office, TellCancelled(sale.id)) is JobState.DONE

    assert carrier.sent == []


def test_a_hostile_title_is_inert_in_the_mail(
    office: BoxOffice, carrier: Carrier, clock: Clock, tmp_path: Path
) -> None:
    event = an_event(office)
    with office.writing() as session:
        session.get_one(Event, event.id).title = "Noite\u202e"
    sale = a_sale(office)
    ended(office, tmp_path)
    clock.forward(minutes=1)

    ran(office, TellCancelled(sale.id))

    assert "\u202e" not in carrier.sent[0].subject + carrier.sent[0].text
