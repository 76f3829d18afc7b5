"""The audit says who did what and when, about whom only by an id."""

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.errors import Refused
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel
from boxoffice.payments.call_off import call_off
from boxoffice.payments.provider import Method
from boxoffice.people import Person
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    LOTE,
    NOON,
    a_request,
    a_sale,
    an_event,
    codes_of,
    placed,
    rows,
    shown_at,
    started,
)

BUYER = Person(
    "Joana Prado", "joana@example.com", "39053344705", phone="+5511987654321", company="Aurora"
)


def test_an_entry_says_who_did_what_to_what_and_when(office: BoxOffice) -> None:
    subject = new_id()
    with office.writing() as session:
        record(session, SYSTEM, "order.fold", "order", subject, now=office.now(), folds=3)

    (entry,) = rows(office, AuditEntry)
    assert (entry.actor, entry.verb, entry.at) == ("system", "order.fold", NOON)
    assert (entry.subject, entry.facts) == (f"order:{subject}", {"folds": 3})


def test_an_act_that_did_not_happen_is_not_in_the_audit(office: BoxOffice) -> None:
    with pytest.raises(Refused):
        refuse_after_recording(office)

    assert rows(office, AuditEntry) == []


def refuse_after_recording(office: BoxOffice) -> None:
    with office.writing() as session:
        record(session, SYSTEM, "order.fold", "order", new_id(), now=office.now())
        raise Refused("no")


def test_a_whole_night_leaves_its_acts_and_no_persons_name(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2), buyer=BUYER)
    order = placed(office, a_request(buyer=BUYER, channel=Channel.ONLINE))
    started(office, order.id, Method.PIX)
    with office.writing() as session:
        call_off(session, office.actor, order.id, reason="changed plans", now=office.now())
    shown_at(office, codes_of(sale)[0])

    entries = rows(office, AuditEntry)

    assert sorted(entry.verb for entry in entries) == [
        "door.apply_lists",
        "event.apply",
        "event.on_sale",
        "order.cancel",
        "order.confirm",
        "order.place",
        "order.place",
        "payment.start",
        "payment.take",
    ]
    told = repr([(entry.subject, entry.facts) for entry in entries])
    personal = [BUYER.name, BUYER.email, BUYER.document, BUYER.phone, *codes_of(sale)]
    assert [text for text in personal if text in told] == []
