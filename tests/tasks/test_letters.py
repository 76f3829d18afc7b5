"""A letter only says where to look: what is so, the gateway says."""

from decimal import Decimal
from typing import Any

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import DeliverTickets, ReadLetter
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.models import Letter, PaymentState, Stray
from boxoffice.payments.provider import Method
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from tests.making import (
    Clock,
    counts,
    rows,
    state_of,
    the_payment,
)
from tests.tasks.charging import charges, letter, opened
from tests.tasks.working import again, ran, the_job


def outcome_of(office: BoxOffice, job: ReadLetter) -> str | None:
    with office.reading() as session:
        return session.get_one(Letter, job.letter_id).outcome


def test_a_letter_makes_us_look_and_the_gateway_says_what_is_so(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    payment = opened(office)
    sandbox.pay(str(payment.provider_id))

    job = letter(office, {"id": payment.provider_id, "status": "REFUNDED", "value": 1})
    assert ran(office, job) is JobState.DONE

    assert outcome_of(office, job) == "paid"
    assert the_payment(office, payment.id).state is PaymentState.SETTLED
    assert state_of(office, payment.order_id) is OrderState.PAID
    assert the_job(office, DeliverTickets(payment.order_id)).state is JobState.WAITING


def test_a_letter_that_lies_about_a_payment_changes_nothing(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    del sandbox
    payment = opened(office)

    job = letter(office, {"id": payment.provider_id, "status": "RECEIVED", "value": 200})
    ran(office, job)

    assert outcome_of(office, job) == "already so"
    assert state_of(office, payment.order_id) is OrderState.PLACED


def test_read_letter_twice_is_once(office: BoxOffice, sandbox: Sandbox) -> None:
    payment = opened(office)
    sandbox.pay(str(payment.provider_id))
    job = letter(office, {"id": payment.provider_id})
    ran(office, job)
    before = counts(office), the_payment(office, payment.id)

    assert again(office, job) is JobState.DONE

    assert (counts(office), the_payment(office, payment.id)) == before


def test_letters_in_any_order_and_number_end_in_the_same(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    payment = opened(office, Method.CARD)
    charge_id = str(payment.provider_id)
    early = [letter(office, {"id": charge_id}, f"evt_{n}") for n in range(3)]
    sandbox.pay(charge_id)
    ran(office, early[2])
    confirmed = the_payment(office, payment.id).state
    sandbox.settle(charge_id)
    for job in (early[1], early[0], letter(office, {"id": charge_id}, "evt_9")):
        ran(office, job)

    assert confirmed is PaymentState.PAID
    assert the_payment(office, payment.id).state is PaymentState.SETTLED
    assert [job.kind for job in rows(office, Job)].count("tickets.deliver") == 1


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        ({"id": "pay_nobody"}, "the gateway has no such charge"),
        ({"id": 5}, "names no charge"),
        ({}, "names no charge"),
        (None, "names no charge"),
    ],
)
def test_a_letter_about_nothing_of_ours_is_read_and_told(
    office: BoxOffice, sandbox: Sandbox, content: Any, outcome: str
) -> None:
    del sandbox
    job = letter(office, content)

    assert ran(office, job) is JobState.DONE

    assert outcome_of(office, job) == outcome


def test_a_charge_of_another_system_on_the_same_account_is_left_alone(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    payment = opened(office)
    mine = charges(sandbox)[0]
    others = sandbox.create_charge({**mine, "externalReference": "shop-77"})
    sandbox.pay(others["id"])

    job = letter(office, {"id": others["id"]})
    ran(office, job)

    assert outcome_of(office, job) == "money without its payment"
    (stray,) = rows(office, Stray)
    assert (stray.provider_id, stray.reference) == (others["id"], "shop-77")
    assert (stray.paid_minor, stray.closed_at) == (20_000, None)
    assert the_payment(office, payment.id) == payment


def test_a_letter_waits_for_a_gateway_that_is_silent(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    payment = opened(office)
    sandbox.pay(str(payment.provider_id))
    job = letter(office, {"id": payment.provider_id})
    sandbox.board.set(Faults(html_error=1))

    first = ran(office, job)
    clock.forward(minutes=1)

    assert (first, ran(office, job)) == (JobState.WAITING, JobState.DONE)
    assert state_of(office, payment.order_id) is OrderState.PAID


@pytest.mark.parametrize(
    ("paid", "order", "outcome"),
    [
        (Decimal("199.99"), OrderState.NEEDS_REVIEW, "less than asked"),
        (Decimal("200.00"), OrderState.PAID, "paid"),
        (Decimal("204.50"), OrderState.PAID, "paid, with a surplus"),
    ],
)
def test_what_came_in_is_held_against_what_was_asked(
    office: BoxOffice, sandbox: Sandbox, paid: Decimal, order: OrderState, outcome: str
) -> None:
    payment = opened(office, Method.BOLETO)
    sandbox.pay(str(payment.provider_id), paid)
    job = letter(office, {"id": payment.provider_id})

    ran(office, job)

    assert outcome_of(office, job) == outcome
    assert state_of(office, payment.order_id) is order
    assert the_payment(office, payment.id).paid_minor == paid * 100
