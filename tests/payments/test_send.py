"""A refund reaches the gateway once, whatever dies on the way."""

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import SendRefund
from boxoffice.outbox.models import JobState
from boxoffice.payments.given import label_of
from boxoffice.payments.models import PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.payments.send import WAITS_FOR_PAYER
from tests.making import Clock, counts, rows
from tests.payments.charged import Charged
from tests.payments.refunding import refunded
from tests.payments.truth import Truth
from tests.tasks.working import again, ran


def asked(charged: Charged, amount: int | None = None) -> SendRefund:
    """Ask for money back, and return the job that tells the gateway."""
    done = refunded(charged.office, charged.order.id, amount=amount, proof="")
    return SendRefund(done.refund_ids[0])


@pytest.fixture
def paid(office: BoxOffice, truth: Truth) -> Charged:
    charged = Charged(office, truth)
    charged.is_paid()
    return charged


def test_a_refund_is_sent_and_its_answer_written_down(paid: Charged) -> None:
    job = asked(paid)

    assert ran(paid.office, job) is JobState.DONE

    assert paid.refunds == [(20_000, RefundState.DONE)]
    assert (paid.state, paid.payment.state) == (OrderState.REFUNDED, PaymentState.REFUNDED)
    (back,) = paid.truth.charges[paid.charge_id].refunds
    assert back.description == label_of(job.refund_id)


def test_send_refund_twice_is_once(paid: Charged) -> None:
    job = asked(paid)
    ran(paid.office, job)
    before = counts(paid.office)

    assert again(paid.office, job) is JobState.DONE

    assert counts(paid.office) == before
    assert paid.truth.calls.count("refund") == 1


def test_a_refund_whose_answer_was_lost_is_found_and_not_made_again(
    paid: Charged, clock: Clock
) -> None:
    job = asked(paid, 5_000)
    paid.truth.dies_after = {"refund"}

    first = ran(paid.office, job)
    clock.forward(minutes=1)

    assert (first, ran(paid.office, job)) == (JobState.WAITING, JobState.DONE)
    assert paid.truth.calls.count("refund") == 1
    assert paid.refunds == [(5_000, RefundState.DONE)]


def test_parts_go_back_one_by_one_and_add_up(paid: Charged) -> None:
    for amount in (5_000, 5_000, None):
        assert ran(paid.office, asked(paid, amount)) is JobState.DONE

    assert [minor for minor, _ in paid.refunds] == [5_000, 5_000, 10_000]
    assert {state for _, state in paid.refunds} == {RefundState.DONE}
    assert paid.payment.refunded_minor == 20_000


def test_a_refund_of_it_all_that_is_refused_puts_the_order_before_a_person(paid: Charged) -> None:
    job = asked(paid)
    paid.truth.refuses = {"refund"}

    assert ran(paid.office, job) is JobState.DONE

    assert paid.refunds == [(20_000, RefundState.FAILED)]
    assert (paid.state, paid.payment.refunded_minor) == (OrderState.NEEDS_REVIEW, 0)
    assert rows(paid.office, Refund)[0].refusal == "Asaas refused: no balance."


def test_a_refund_of_money_alone_that_is_refused_leaves_the_order_as_it_was(paid: Charged) -> None:
    job = asked(paid, 5_000)
    paid.truth.refuses = {"refund"}
    ran(paid.office, job)

    assert (paid.state, paid.tickets) == (OrderState.PAID, {"valid": 2})


def test_what_was_refused_can_go_back_by_another_way(paid: Charged) -> None:
    job = asked(paid)
    paid.truth.refuses = {"refund"}
    ran(paid.office, job)
    paid.truth.refuses = set()

    assert ran(paid.office, asked(paid)) is JobState.DONE

    assert paid.state is OrderState.REFUNDED
    assert [state for _, state in paid.refunds].count(RefundState.DONE) == 1


def test_somebody_who_made_it_in_the_panel_first_has_made_ours(paid: Charged) -> None:
    job = asked(paid)
    paid.truth.refund(paid.charge_id, paid.payment.amount, description="by hand in the panel")

    paid.told()

    assert paid.refunds == [(20_000, RefundState.DONE)]
    assert ran(paid.office, job) is JobState.DONE
    assert paid.truth.calls.count("refund") == 1


def test_a_boleto_waits_for_its_payer_on_a_page_of_the_gateway(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth, Method.BOLETO)
    charged.is_paid()
    job = asked(charged)
    ran(office, job)
    again(office, job)

    (row,) = rows(office, Refund)
    assert (row.state, row.waits_for) == (RefundState.SENT, WAITS_FOR_PAYER)
    assert row.page_url == f"https://asaas.sandbox.invalid/refund/{charged.charge_id}"
    assert truth.calls.count("page") == 1
