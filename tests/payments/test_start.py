"""Starting a payment: the intent is kept, and the gateway is asked by a job."""

import pytest
from sqlalchemy.exc import IntegrityError

from boxoffice.errors import BadValue, Forbidden
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, OrderState
from boxoffice.outbox.models import Job
from boxoffice.payments.call_off import call_off
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.payments.queries import payment_of_order
from boxoffice.payments.start import check_buyer, start, take
from boxoffice.people import Person
from tests.making import (
    DOOR,
    LOTE,
    RITA,
    a_request,
    a_sale,
    a_tier,
    an_event,
    an_order,
    counts,
    placed,
    rows,
    started,
    state_of,
    the_payment,
)


def kinds(office: BoxOffice) -> list[str]:
    return sorted(job.kind for job in rows(office, Job))


def test_the_intent_is_kept_and_the_call_promised(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100"))
    order = an_order(office, (LOTE, 2))

    payment = the_payment(office, started(office, order.id, Method.BOLETO))

    assert (payment.state, payment.method, payment.amount.minor) == (
        PaymentState.OPENING,
        Method.BOLETO,
        20_000,
    )
    assert payment.provider_id is None
    assert kinds(office) == ["order.expire", "payment.open_charge"]


def test_an_order_has_one_open_attempt_at_a_time(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)
    started(office, order.id)
    before = counts(office)

    with pytest.raises(IntegrityError):
        started(office, order.id)

    assert counts(office) == before


def test_less_than_the_gateways_minimum_is_refused_before_it_is_asked(office: BoxOffice) -> None:
    an_event(office, a_tier(price="4,99"))
    order = an_order(office)

    with pytest.raises(BadValue):
        started(office, order.id)

    assert kinds(office) == ["order.expire"]


@pytest.mark.parametrize(
    ("buyer", "missing"),
    [
        (Person(""), "name"),
        (Person("Rita", "rita@example.com"), "document"),
        (Person("Rita", document="39053344705"), "email"),
    ],
)
def test_a_buyer_the_gateway_cannot_charge_is_told_what_is_missing(
    buyer: Person, missing: str
) -> None:
    with pytest.raises(BadValue) as caught:
        check_buyer(buyer, Method.PIX)

    assert caught.value.hint == f"add --buyer-{missing}"


def test_a_whole_buyer_can_be_charged() -> None:
    check_buyer(RITA, Method.PIX)

    assert RITA.document == "39053344705"


def test_cash_is_taken_and_the_order_is_paid_at_once(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100"), fee_fixed="5")

    sale = a_sale(office, (LOTE, 2))

    (payment,) = rows(office, Payment)
    assert sale.state is OrderState.PAID
    assert (payment.state, payment.provider) == (PaymentState.SETTLED, "till")
    assert payment.amount_minor == payment.paid_minor == sale.total.minor == 21_000
    with office.reading() as session:
        view = payment_of_order(session, sale.id)
    assert view is not None
    assert (view.id, view.method, view.paid.minor) == (payment.id, Method.CASH, 21_000)


def test_a_courtesy_is_paid_with_nothing(office: BoxOffice) -> None:
    an_event(office, fee_fixed="5")
    order = placed(office, a_request(channel=Channel.COURTESY), holds=False)

    with office.writing() as session:
        take(session, office.actor, order.id, Method.COURTESY, office.ticket_key, now=office.now())

    assert state_of(office, order.id) is OrderState.PAID
    assert [payment.paid_minor for payment in rows(office, Payment)] == [0]


def test_taking_twice_is_taking_once(office: BoxOffice) -> None:
    an_event(office)
    order = placed(office, a_request(), holds=False)

    ids = set()
    for _ in range(2):
        with office.writing() as session:
            key, now = office.ticket_key, office.now()
            ids.add(take(session, office.actor, order.id, Method.CASH, key, now=now))

    assert len(ids) == len(rows(office, Payment)) == 1


def test_who_may_not_sell_takes_no_money(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)
    before = counts(office)

    with pytest.raises(Forbidden), office.writing() as session:
        start(session, DOOR, order.id, Method.PIX, "asaas", now=office.now())
    with pytest.raises(Forbidden), office.writing() as session:
        take(session, DOOR, order.id, Method.CASH, office.ticket_key, now=office.now())

    assert counts(office) == before


def test_an_order_that_was_never_to_be_paid_has_no_payment(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    with office.reading() as session:
        assert payment_of_order(session, order.id) is None


def test_calling_an_order_off_promises_to_close_its_charge_once(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)
    payment_id = started(office, order.id)

    ended = []
    for _ in range(2):
        with office.writing() as session:
            ended.append(call_off(session, office.actor, order.id, reason="", now=office.now()))

    closing = [job for job in rows(office, Job) if job.kind == "payment.close_charge"]
    assert ended == [True, False]
    assert [job.args for job in closing] == [{"payment_id": str(payment_id), "again": 0}]
    assert state_of(office, order.id) is OrderState.CANCELLED


def test_calling_off_what_was_paid_in_cash_closes_no_charge(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    with office.writing() as session:
        assert call_off(session, office.actor, sale.id, reason="ill", now=office.now())

    assert "payment.close_charge" not in kinds(office)
