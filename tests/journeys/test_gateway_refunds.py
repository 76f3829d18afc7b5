"""The vendor's decision table through real sockets: how money goes back (rows 25 to 33)."""

from decimal import Decimal

import pytest

from boxoffice.door.rules import Verdict
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import SendRefund
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.models import PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.sandbox.faults import Faults
from tests.journeys.gateway import QUOTA, Wired
from tests.making import codes_of, rows, shown_at, the_order
from tests.tasks.working import again

ALL = 20_000
CARD_OR_PIX = pytest.mark.parametrize("method", [Method.PIX, Method.CARD])


@CARD_OR_PIX
def test_row_26_a_full_refund_ends_the_tickets_and_frees_their_places(
    line: Wired, method: Method
) -> None:
    line.event()
    sale = line.paid(method)
    sale.refund()

    assert sale.state is OrderState.REFUNDED
    assert sale.payments == [(PaymentState.REFUNDED, ALL, ALL)]
    assert sale.refunds == [(ALL, RefundState.DONE)]
    assert line.given_back(sale.charge_id) == [(Decimal(200), "DONE")]
    assert (sale.tickets, line.left) == ({"void": 2}, QUOTA)
    assert [mail.subject.split(":")[0] for mail in line.mails] == [
        "Seus ingressos",
        "Seu dinheiro está voltando",
    ]
    assert (line.left_for_people(), line.agree) == ([], True)


@CARD_OR_PIX
def test_row_27_several_parts_are_each_given_back_once_and_the_last_one_ends_it(
    line: Wired, method: Method
) -> None:
    line.event()
    sale = line.paid(method)
    states = []
    for part in (4_000, 4_000, 12_000):
        sale.refund(part)
        states.append(sale.state)

    assert states == [*[OrderState.PARTLY_REFUNDED] * 2, OrderState.REFUNDED]
    assert line.given_back(sale.charge_id) == [(Decimal(value), "DONE") for value in (40, 40, 120)]
    assert (line.left_for_people(), line.agree) == ([], True)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(timeout_after_refund=1),
        Faults(error_500=1),
        Faults(html_error=2),
        Faults(too_many=1),
        Faults(timeout_after_refund=1, error_500=2, letters_lost=2),
    ],
    ids=["answer lost", "500", "a page", "429", "all"],
)
def test_a_refund_through_a_gateway_with_faults_is_made_once(line: Wired, faults: Faults) -> None:
    line.event()
    sale = line.paid()
    line.sandbox.board.set(faults)
    sale.refund(4_000)
    for _ in range(5):
        line.later(minutes=2)

    assert line.given_back(sale.charge_id) == [(Decimal(40), "DONE")]
    assert sale.refunds == [(4_000, RefundState.DONE)]
    assert (line.left_for_people(), line.agree) == ([], True)


def test_row_25_a_refund_that_is_stuck_is_told_and_done_when_somebody_approves_it(
    line: Wired,
) -> None:
    line.event()
    sale = line.paid()
    line.sandbox.board.set(Faults(refund_stuck=1))
    sale.refund()
    stuck = sale.refunds, sale.payments, line.left_for_people()
    line.sandbox.release(sale.charge_id)
    line.news()

    assert stuck == (
        [(ALL, RefundState.SENT)],
        [(PaymentState.REFUNDING, ALL, ALL)],
        [Kind.REFUND_STUCK],
    )
    assert sale.refunds == [(ALL, RefundState.DONE)]
    assert sale.payments == [(PaymentState.REFUNDED, ALL, ALL)]
    assert (sale.state, line.left_for_people()) == (OrderState.REFUNDED, [])


def test_row_25_a_stuck_refund_that_is_cancelled_in_the_panel_is_found_by_reconciling(
    line: Wired,
) -> None:
    line.event()
    sale = line.paid()
    line.sandbox.board.set(Faults(refund_stuck=1))
    sale.refund()
    line.sandbox.refuse(sale.charge_id)
    done = line.reconciled()

    assert done.mended == (sale.charge_id,)
    assert sale.refunds == [(ALL, RefundState.FAILED)]
    assert sale.payments == [(PaymentState.SETTLED, ALL, 0)]
    assert sale.state is OrderState.NEEDS_REVIEW
    assert set(line.left_for_people()) == {Kind.REFUND_FAILED, Kind.REVIEW}


def test_a_refund_without_balance_is_denied_and_a_person_is_told(line: Wired) -> None:
    line.event()
    sale = line.paid()
    line.sandbox.board.set(Faults(refund_denied=1))
    sale.refund(4_000)

    assert sale.refunds == [(4_000, RefundState.FAILED)]
    assert sale.payments == [(PaymentState.SETTLED, ALL, 0)]
    assert Kind.REFUND_FAILED in line.left_for_people()
    assert line.given_back(sale.charge_id) == []


@pytest.mark.parametrize("answer", ["release", "refuse"])
def test_row_28_the_payer_of_a_boleto_leaves_an_account_or_the_refund_is_denied(
    line: Wired, answer: str
) -> None:
    line.event()
    sale = line.paid(Method.BOLETO)
    sale.refund()
    (waiting,) = rows(line.office, Refund)
    left_over = line.left_for_people()
    getattr(line.sandbox, answer)(sale.charge_id)
    line.news()

    assert (waiting.state, waiting.waits_for) == (RefundState.SENT, "payer")
    assert str(waiting.page_url).startswith("https://asaas.sandbox.invalid/estorno/")
    assert left_over == [Kind.REFUND_STUCK]
    assert str(waiting.page_url) in line.mails[1].text
    if answer == "release":
        assert sale.refunds == [(ALL, RefundState.DONE)]
        assert (sale.state, line.left_for_people()) == (OrderState.REFUNDED, [])
    else:
        assert sale.refunds == [(ALL, RefundState.FAILED)]
        assert sale.state is OrderState.NEEDS_REVIEW
        assert set(line.left_for_people()) == {Kind.REFUND_FAILED, Kind.REVIEW}


def test_row_26_money_given_back_in_the_panel_takes_the_tickets_of_what_is_not_covered(
    line: Wired,
) -> None:
    line.event()
    sale = line.paid()
    line.sandbox.refund_in_panel(sale.charge_id, Decimal(200))
    line.news()

    assert (sale.state, sale.tickets) == (OrderState.REFUNDED, {"void": 2})
    assert sale.refunds == [(ALL, RefundState.DONE)]
    assert (line.left_for_people(), line.agree) == ([], True)


def test_row_27_half_given_back_in_the_panel_is_booked(line: Wired) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.board.set(Faults(refunded_in_panel=1))
    line.sandbox.pay(sale.charge_id)
    line.news()

    assert sale.refunds == [(10_000, RefundState.DONE)]
    assert sale.state is OrderState.PARTLY_REFUNDED
    assert line.agree


def test_rows_29_to_32_a_dispute_blocks_the_tickets_until_it_is_won(line: Wired) -> None:
    line.event()
    sale = line.paid(Method.CARD)
    code = codes_of(the_order(line.office, sale.code))[0]
    line.sandbox.dispute(sale.charge_id)
    line.news()
    disputed = sale.state, shown_at(line.office, code).verdict
    line.sandbox.contest(sale.charge_id)
    line.news()
    contested = sale.state
    line.sandbox.win(sale.charge_id)
    line.news()

    assert disputed == (OrderState.DISPUTED, Verdict.BLOCKED)
    assert contested is OrderState.DISPUTED
    assert (sale.state, sale.tickets) == (OrderState.PAID, {"valid": 2})
    assert len([mail for mail in line.mails if mail.attachments]) == 1
    assert (line.left_for_people(), line.agree) == ([], True)


@pytest.mark.parametrize("lost", [0, 9], ids=["told", "letters lost"])
def test_row_33_a_dispute_that_is_lost_takes_tickets_and_money(line: Wired, lost: int) -> None:
    line.event()
    sale = line.paid(Method.CARD)
    line.sandbox.board.set(Faults(letters_lost=lost))
    line.sandbox.dispute(sale.charge_id)
    line.sandbox.lose(sale.charge_id)
    line.news()
    mended = line.reconciled().mended

    assert mended == ((sale.charge_id,) if lost else ())
    assert (sale.state, sale.tickets) == (OrderState.CHARGED_BACK, {"void": 2})
    assert sale.payments == [(PaymentState.CHARGED_BACK, ALL, ALL)]
    assert (line.left_for_people(), line.agree) == ([], True)


def test_money_of_long_ago_that_goes_back_is_in_no_window_of_days_and_still_found(
    line: Wired,
) -> None:
    line.event()
    sale = line.paid(Method.CARD)
    line.clock.forward(days=40)
    line.sandbox.board.set(Faults(letters_lost=9))
    line.sandbox.dispute(sale.charge_id)
    line.news()
    disputed = line.reconciled()
    line.sandbox.win(sale.charge_id)
    line.news()
    won = line.reconciled()

    assert disputed.mended == won.mended == (sale.charge_id,)
    assert sale.state is OrderState.PAID


def test_a_part_that_goes_back_long_after_is_found_by_reconciling(line: Wired) -> None:
    line.event()
    sale = line.paid()
    line.clock.forward(days=40)
    line.sandbox.board.set(Faults(letters_lost=9, refund_stuck=1))
    sale.refund(4_000)
    line.sandbox.release(sale.charge_id)
    line.reconciled()

    assert sale.refunds == [(4_000, RefundState.DONE)]
    assert line.left_for_people() == []


def test_sending_a_refund_twice_asks_the_gateway_once(line: Wired) -> None:
    line.event()
    sale = line.paid()
    sale.refund(4_000)
    (refund,) = rows(line.office, Refund)
    again(line.office, SendRefund(refund.id))

    assert line.given_back(sale.charge_id) == [(Decimal(40), "DONE")]
