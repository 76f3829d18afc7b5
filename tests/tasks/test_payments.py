"""Money from outside: one charge for one payment, whatever the gateway does meanwhile."""

from decimal import Decimal
from uuid import UUID

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import CloseCharge, ExpireOrder, OpenCharge
from boxoffice.outbox.models import JobState
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.people import Person
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from tests.making import (
    LOTE,
    Clock,
    counts,
    places_left,
    state_of,
    the_payment,
)
from tests.services.switch import Switch
from tests.tasks.charging import a_payment, called_off, charges, letter, opened
from tests.tasks.working import Meanwhile, again, ran


@pytest.mark.parametrize(
    ("method", "field", "due_on"),
    [
        (Method.PIX, "pix_payload", "2026-11-22"),
        (Method.BOLETO, "boleto_line", "2026-11-23"),  # the next day with banks
        (Method.CARD, "invoice_url", "2026-11-22"),
    ],
)
def test_a_charge_is_opened_with_what_the_buyer_needs(
    office: BoxOffice, sandbox: Sandbox, method: Method, field: str, due_on: str
) -> None:
    payment = opened(office, method)

    (charge,) = charges(sandbox)
    assert payment.state is PaymentState.WAITING
    assert payment.provider_id == charge["id"]
    assert getattr(payment, field)
    assert (charge["externalReference"], charge["value"]) == (str(payment.id), Decimal(200))
    assert charge["dueDate"] == due_on


def test_open_charge_twice_is_once(office: BoxOffice, sandbox: Sandbox) -> None:
    payment = opened(office)
    before = counts(office)

    assert again(office, OpenCharge(payment.id)) is JobState.DONE

    assert len(charges(sandbox)) == 1
    assert the_payment(office, payment.id) == payment
    assert counts(office) == before


@pytest.mark.parametrize(
    "faults", [Faults(timeout_after_create=1), Faults(error_500_after_create=1)]
)
def test_a_charge_whose_answer_was_lost_is_found_and_is_one(
    impatient: BoxOffice, sandbox: Sandbox, clock: Clock, faults: Faults
) -> None:
    payment_id = a_payment(impatient)
    sandbox.board.set(faults)

    first = ran(impatient, OpenCharge(payment_id))
    clock.forward(minutes=1)

    assert (first, ran(impatient, OpenCharge(payment_id))) == (JobState.WAITING, JobState.DONE)
    (charge,) = charges(sandbox)
    payment = the_payment(impatient, payment_id)
    assert (payment.state, payment.provider_id) == (PaymentState.WAITING, charge["id"])
    assert payment.pix_payload


def test_a_letter_that_is_faster_than_the_lost_answer_does_no_harm(
    impatient: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    payment_id = a_payment(impatient)
    sandbox.board.set(Faults(timeout_after_create=1))
    ran(impatient, OpenCharge(payment_id))
    ran(impatient, letter(impatient, {"id": charges(sandbox)[0]["id"]}))
    told_by_letter = the_payment(impatient, payment_id)
    clock.forward(minutes=1)

    ran(impatient, OpenCharge(payment_id))

    payment = the_payment(impatient, payment_id)
    assert (told_by_letter.state, told_by_letter.pix_payload) == (PaymentState.WAITING, None)
    assert payment.state is PaymentState.WAITING
    assert payment.pix_payload
    assert len(charges(sandbox)) == 1


def test_of_two_charges_for_one_payment_one_is_kept_and_the_other_closed(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    payment_id = a_payment(office)
    sandbox.board.set(Faults(error_500_after_create=1))
    ran(office, OpenCharge(payment_id))
    first = charges(sandbox)[0]
    sandbox.create_charge({**first, "externalReference": str(payment_id)})
    clock.forward(minutes=1)

    ran(office, OpenCharge(payment_id))

    kept = [charge["id"] for charge in charges(sandbox) if not charge["deleted"]]
    assert len(charges(sandbox)) == 2
    assert kept == [the_payment(office, payment_id).provider_id]


def test_a_charge_that_was_paid_before_its_answer_came_makes_the_order_paid(
    impatient: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    payment_id = a_payment(impatient)
    sandbox.board.set(Faults(timeout_after_create=1))
    ran(impatient, OpenCharge(payment_id))
    sandbox.pay(charges(sandbox)[0]["id"])
    clock.forward(minutes=1)

    ran(impatient, OpenCharge(payment_id))

    payment = the_payment(impatient, payment_id)
    assert payment.state is PaymentState.SETTLED
    assert state_of(impatient, payment.order_id) is OrderState.PAID


def test_a_definite_no_of_the_gateway_fails_the_payment_and_the_job_is_done(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    payment_id = a_payment(office, buyer=Person("Rita", "rita@example.com", "12345678900"))

    assert ran(office, OpenCharge(payment_id)) is JobState.DONE

    payment = the_payment(office, payment_id)
    assert payment.state is PaymentState.FAILED
    assert payment.refusal == "Asaas refused: O CPF/CNPJ informado é inválido."
    assert state_of(office, payment.order_id) is OrderState.PLACED
    assert charges(sandbox) == []


def test_for_an_order_that_ended_before_the_call_no_charge_is_opened(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    payment_id = a_payment(office)
    called_off(office, the_payment(office, payment_id).order_id)

    assert ran(office, OpenCharge(payment_id)) is JobState.DONE

    assert charges(sandbox) == []
    assert the_payment(office, payment_id).state is PaymentState.CLOSED


def test_a_charge_opened_by_a_lost_call_for_an_order_that_ended_is_closed(
    impatient: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    payment_id = a_payment(impatient)
    sandbox.board.set(Faults(timeout_after_create=1))
    ran(impatient, OpenCharge(payment_id))
    called_off(impatient, the_payment(impatient, payment_id).order_id)
    clock.forward(minutes=1)

    ran(impatient, OpenCharge(payment_id))

    assert [charge["deleted"] for charge in charges(sandbox)] == [True]
    assert the_payment(impatient, payment_id).state is PaymentState.CLOSED


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_order_that_ends_while_its_charge_is_opened_leaves_none_to_be_paid(
    office: BoxOffice, sandbox: Sandbox, server: Switch, clock: Clock, moment: str
) -> None:
    payment_id = a_payment(office)
    order_id = the_payment(office, payment_id).order_id

    def end() -> None:
        called_off(office, order_id)
        assert ran(office, CloseCharge(payment_id)) is JobState.DONE

    server.app = Meanwhile(server.app, "POST /v3/payments", **{moment: end})

    ran(office, OpenCharge(payment_id))
    clock.forward(minutes=1)
    ran(office, OpenCharge(payment_id))

    assert [charge["deleted"] for charge in charges(sandbox)] == [True]
    assert the_payment(office, payment_id).state is PaymentState.CLOSED
    assert state_of(office, order_id) is OrderState.CANCELLED
    assert places_left(office)[LOTE] == 3


def test_a_charge_opened_just_after_nobody_found_it_is_not_forgotten(
    office: BoxOffice, sandbox: Sandbox, server: Switch, clock: Clock
) -> None:
    payment_id = a_payment(office)
    order_id = the_payment(office, payment_id).order_id
    clock.forward(minutes=29, seconds=59)
    placed_in_time = Meanwhile(
        server.app,
        "GET /v3/payments",
        after=lambda: answer_the_opening(office, sandbox, payment_id),
    )
    clock.forward(seconds=1)
    server.app = placed_in_time

    first = ran(office, ExpireOrder(order_id))
    clock.forward(minutes=1)

    assert (first, ran(office, ExpireOrder(order_id))) == (JobState.WAITING, JobState.DONE)
    assert [charge["deleted"] for charge in charges(sandbox)] == [True]
    assert state_of(office, order_id) is OrderState.EXPIRED


def answer_the_opening(office: BoxOffice, sandbox: Sandbox, payment_id: UUID) -> None:
    """Do what a worker does whose call to open a charge was under way all the time."""
    customer = sandbox.create_customer({"name": "Rita", "cpfCnpj": "39053344705"})["id"]
    charge = {"customer": customer, "billingType": "PIX", "value": 200, "dueDate": "2026-11-22"}
    made = sandbox.create_charge({**charge, "externalReference": str(payment_id)})
    with office.writing() as session:
        payment = session.get_one(Payment, payment_id)
        payment.provider_id, payment.state = made["id"], PaymentState.WAITING


def test_close_charge_twice_is_once(office: BoxOffice, sandbox: Sandbox) -> None:
    payment = opened(office)
    called_off(office, payment.order_id)

    assert ran(office, CloseCharge(payment.id)) is JobState.DONE
    before = counts(office)
    assert again(office, CloseCharge(payment.id)) is JobState.DONE

    assert charges(sandbox)[0]["deleted"]
    assert the_payment(office, payment.id).state is PaymentState.CLOSED
    assert counts(office) == before


def test_a_charge_that_was_paid_before_it_could_be_closed_is_late_money(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    payment = opened(office)
    called_off(office, payment.order_id)
    sandbox.pay(str(payment.provider_id))

    assert ran(office, CloseCharge(payment.id)) is JobState.DONE

    assert the_payment(office, payment.id).state is PaymentState.SETTLED
    assert state_of(office, payment.order_id) is OrderState.PAID
    assert places_left(office)[LOTE] == 1


def test_closing_waits_for_a_gateway_that_is_silent(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    payment = opened(office)
    called_off(office, payment.order_id)
    sandbox.board.set(Faults(error_500=1))

    first = ran(office, CloseCharge(payment.id))
    clock.forward(minutes=1)

    assert (first, ran(office, CloseCharge(payment.id))) == (JobState.WAITING, JobState.DONE)
    assert charges(sandbox)[0]["deleted"]
