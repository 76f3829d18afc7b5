"""What the gateway says is written down once, and does for the order what it means."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import select

from boxoffice.audit.models import AuditEntry
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import CloseCharge
from boxoffice.outbox.models import Job
from boxoffice.payments.late import dismiss
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import ChargeState, Method
from boxoffice.payments.settle import close_unanswered, fail, payment_of
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import Ticket, TicketState
from tests.making import (
    LOTE,
    Clock,
    a_sale,
    a_tier,
    an_event,
    counts,
    places_left,
    rows,
    started,
)
from tests.payments.changing import paid_by
from tests.payments.sold import Sold


@pytest.fixture
def sold(office: BoxOffice) -> Sold:
    an_event(office, a_tier(quota=3, price="100"))
    return Sold(office)


def test_an_open_charge_can_be_paid_by_what_it_says(sold: Sold) -> None:
    sold.waits()

    payment = sold.payment
    assert sold.state == (OrderState.PLACED, PaymentState.WAITING)
    assert (payment.provider_id, payment.pix_payload) == ("pay_1", "000201")


def test_money_makes_the_order_paid(sold: Sold) -> None:
    sold.waits()

    assert sold.is_paid() == "paid"

    payment = sold.payment
    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)
    assert (payment.paid_minor, payment.paid_at) == (20_000, sold.office.now())


def test_settling_twice_is_settling_once(sold: Sold) -> None:
    sold.is_paid()
    before = counts(sold.office)

    assert sold.is_paid() == "already so"

    assert counts(sold.office) == before


def test_a_card_is_paid_first_and_settled_later(sold: Sold) -> None:
    sold.is_paid(state=ChargeState.PAID)
    confirmed = sold.state
    before = counts(sold.office)["ticket"], counts(sold.office)["job"]

    assert sold.is_paid() == "settled"

    assert confirmed == (OrderState.PAID, PaymentState.PAID)
    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)
    assert (counts(sold.office)["ticket"], counts(sold.office)["job"]) == before


def test_news_that_overtook_each_other_end_in_the_same(sold: Sold) -> None:
    sold.is_paid()
    sold.is_paid(state=ChargeState.PAID)
    sold.waits()
    sold.told(sold.charge(ChargeState.CLOSED))

    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)
    assert sold.payment.paid_minor == 20_000


def test_less_than_was_asked_is_for_a_person_to_decide(sold: Sold) -> None:
    sold.waits()

    assert sold.is_paid(19_999) == "less than asked"

    assert sold.state == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)
    assert {ticket.state for ticket in rows(sold.office, Ticket)} == {TicketState.HELD}
    assert counts(sold.office)["message"] == 0
    assert places_left(sold.office)[LOTE] == 1
    assert sold.payment.paid_minor == 19_999


def test_more_than_was_asked_is_paid_and_the_surplus_is_told(sold: Sold) -> None:
    assert sold.is_paid(20_500) == "paid, with a surplus"

    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)
    assert sold.payment.paid_minor == 20_500


def expired(sold: Sold) -> None:
    assert isinstance(sold.office.now, Clock)
    sold.office.now.forward(hours=1)
    with sold.office.writing() as session:
        begin_expiry(session, sold.order.id, now=sold.office.now())
        close_unanswered(session, SYSTEM, sold.payment, now=sold.office.now())
        finish_expiry(session, SYSTEM, sold.order.id, now=sold.office.now())


def test_late_money_for_a_seat_that_is_free_makes_the_order_paid(sold: Sold) -> None:
    expired(sold)

    sold.is_paid()

    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)
    assert places_left(sold.office)[LOTE] == 1


def test_late_money_for_a_seat_that_was_sold_is_kept_for_a_person(sold: Sold) -> None:
    expired(sold)
    a_sale(sold.office, (LOTE, 2))

    sold.is_paid()

    assert sold.state == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)
    assert sold.payment.paid_minor == 20_000
    assert places_left(sold.office)[LOTE] == 1


def test_late_money_that_is_too_little_is_for_a_person_too(sold: Sold) -> None:
    expired(sold)

    sold.is_paid(100)

    assert sold.state == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)
    assert places_left(sold.office)[LOTE] == 3


def test_late_money_goes_by_the_policy_of_the_event(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=3), late_payment="review")
    sold = Sold(office)
    expired(sold)

    sold.is_paid()

    assert sold.state == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)


def test_money_for_an_order_somebody_cancelled_is_late_money(sold: Sold) -> None:
    sold.waits()
    with sold.office.writing() as session:
        cancel(session, sold.office.actor, sold.order.id, reason="", now=sold.office.now())

    sold.is_paid()

    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)
    assert places_left(sold.office)[LOTE] == 1


def test_an_order_that_was_paid_and_cancelled_is_not_brought_back_by_an_older_charge(
    sold: Sold,
) -> None:
    sold.waits()
    paid_by(sold.office, sold.order.id, Method.CASH)  # its charge is closed, and paid all the same
    with sold.office.writing() as session:
        cancel(session, sold.office.actor, sold.order.id, reason="", now=sold.office.now())

    sold.is_paid()

    assert sold.state == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)
    assert places_left(sold.office)[LOTE] == 3
    assert sold.is_paid() == "already so"


def test_an_older_charge_of_an_order_that_was_paid_and_cancelled_goes_back_alone(
    office: BoxOffice,
) -> None:
    an_event(office, late_payment="refund")
    sold = Sold(office)
    sold.waits()
    paid_by(office, sold.order.id, Method.CASH)
    with office.writing() as session:
        cancel(session, office.actor, sold.order.id, reason="", now=office.now())

    sold.is_paid()

    by_method = {row.method: row.refunded_minor for row in rows(office, Payment)}
    assert sold.state[0] is OrderState.CANCELLED
    assert by_method == {Method.PIX: 20_000, Method.CASH: 0}


def test_an_order_whose_money_a_person_dismissed_is_not_brought_back_by_more(sold: Sold) -> None:
    sold.is_paid(15_000)
    with sold.office.writing() as session:
        dismiss(session, sold.office.actor, sold.order.id, note="", now=sold.office.now())

    second = replace(sold.charge(ChargeState.SETTLED, 20_000), provider_id="pay_2")
    sold.told(second)

    assert sold.state[0] is OrderState.NEEDS_REVIEW
    assert places_left(sold.office)[LOTE] == 3


def test_what_we_have_no_word_for_changes_nothing(sold: Sold) -> None:
    sold.is_paid()

    assert sold.told(sold.charge(ChargeState.OTHER)) == "no decision for other"

    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)


def test_what_a_charge_was_is_kept_exactly(sold: Sold) -> None:
    raw = {"value": Money(20_000).decimal, "nested": [None, True, "ç"]}

    sold.told(replace(sold.charge(ChargeState.WAITING), raw=raw))

    kept = sold.payment.raw
    assert kept == {"value": "200.00", "nested": [None, True, "ç"]}


def test_a_later_answer_without_a_code_does_not_take_the_code_away(sold: Sold) -> None:
    sold.waits()

    sold.told(replace(sold.charge(ChargeState.WAITING), pix_payload=None))

    assert sold.payment.pix_payload == "000201"


@pytest.mark.parametrize(
    "reference", [None, "", "order 7", "0" * 500, "0190a0b0-c0d0-7000-8000-000000000001"]
)
def test_a_charge_of_somebody_else_is_none_of_ours(sold: Sold, reference: str | None) -> None:
    charge = replace(sold.charge(ChargeState.SETTLED, 20_000), reference=reference)

    with sold.office.writing() as session:
        assert payment_of(session, charge, now=sold.office.now()) is None


def test_money_on_a_second_charge_with_our_reference_is_a_payment_of_its_own(sold: Sold) -> None:
    sold.waits()
    sold.told(replace(sold.charge(ChargeState.SETTLED, 20_000), provider_id="pay_2"))

    assert sold.state == (OrderState.PAID, PaymentState.WAITING)
    with sold.office.reading() as session:
        second = session.exec(select(Payment).where(Payment.provider_id == "pay_2")).one()
        closing = session.exec(select(Job).where(Job.kind == CloseCharge.kind)).one()
    assert second.state is PaymentState.SETTLED
    assert closing.args == {"payment_id": str(sold.payment_id), "again": 0}


def test_a_second_charge_that_nobody_paid_is_none_of_ours(sold: Sold) -> None:
    sold.waits()
    second = replace(sold.charge(ChargeState.WAITING), provider_id="pay_2")

    with sold.office.writing() as session:
        assert payment_of(session, second, now=sold.office.now()) is None


def failed(office: BoxOffice, payment_id: UUID) -> None:
    with office.writing() as session:
        fail(session, SYSTEM, payment_id, "Asaas refused: no.", now=office.now())


def test_a_definite_no_is_written_down_and_the_order_keeps_its_clock(sold: Sold) -> None:
    failed(sold.office, sold.payment_id)
    failed(sold.office, sold.payment_id)

    assert sold.state == (OrderState.PLACED, PaymentState.FAILED)
    assert sold.payment.refusal == "Asaas refused: no."
    verbs = [entry.verb for entry in rows(sold.office, AuditEntry)]
    assert verbs.count("payment.failed") == 1


def test_after_a_no_another_attempt_may_be_made(sold: Sold) -> None:
    failed(sold.office, sold.payment_id)

    again = started(sold.office, sold.order.id)

    assert again != sold.payment_id
    assert [
        payment.state for payment in sorted(rows(sold.office, Payment), key=lambda p: p.id)
    ] == [
        PaymentState.FAILED,
        PaymentState.OPENING,
    ]


def test_a_no_that_comes_after_the_money_changes_nothing(sold: Sold) -> None:
    sold.is_paid()

    failed(sold.office, sold.payment_id)
    with sold.office.writing() as session:
        close_unanswered(session, SYSTEM, sold.payment, now=sold.office.now())

    assert sold.state == (OrderState.PAID, PaymentState.SETTLED)


def test_money_is_in_the_audit_once_and_without_a_name(sold: Sold) -> None:
    sold.waits()
    sold.is_paid()
    sold.is_paid()

    (entry,) = [e for e in rows(sold.office, AuditEntry) if e.verb == "payment.settled"]
    assert entry.subject == f"order:{sold.order.id}"
    assert entry.facts == {"payment": str(sold.payment_id), "paid_minor": 20_000, "why": "paid"}
