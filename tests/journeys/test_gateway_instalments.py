"""A card that pays in parts, through real sockets: one sale, one refund, however many charges."""

from decimal import Decimal

import pytest

from boxoffice.errors import BadValue
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import PaymentState, RefundState
from boxoffice.payments.provider import Method
from boxoffice.payments.start import start
from boxoffice.sandbox.faults import Faults
from tests.journeys.gateway import QUOTA, Sale, Wired
from tests.making import LOTE, a_request, placed

ALL = 20_000


def in_parts(line: Wired, count: int = 3) -> Sale:
    line.event()
    return line.sale(Method.CARD, instalments=count)


def paid_in_parts(line: Wired) -> Sale:
    sale = in_parts(line)
    line.sandbox.pay(sale.charge_id)
    line.news()
    return sale


def given(line: Wired) -> list[list[tuple[Decimal, str]]]:
    return [line.given_back(charge["id"]) for charge in line.charges()]


def test_row_20_parts_that_are_all_confirmed_are_one_sale(line: Wired) -> None:
    sale = paid_in_parts(line)
    for charge in line.charges():
        line.sandbox.settle(charge["id"])
    line.news()

    assert [charge["value"] for charge in line.charges()] == [
        Decimal(value) for value in ("66.66", "66.66", "66.68")
    ]
    assert sale.payments == [(PaymentState.SETTLED, ALL, 0)]
    assert (sale.state, sale.tickets) == (OrderState.PAID, {"valid": 2})
    assert len([mail for mail in line.mails if mail.attachments]) == 1
    assert (line.left_for_people(), line.agree) == ([], True)


def test_row_20_letters_of_a_plan_that_are_lost_are_made_up(line: Wired) -> None:
    sale = in_parts(line)
    line.sandbox.board.set(Faults(letters_lost=9))
    line.sandbox.pay(sale.charge_id)
    line.news()
    before = sale.state
    done = line.reconciled()

    assert (before, sale.state, len(done.mended)) == (OrderState.PLACED, OrderState.PAID, 1)
    assert line.left_for_people() == []


def test_row_14_a_plan_that_nobody_paid_is_closed_whole(line: Wired) -> None:
    sale = in_parts(line)
    line.later(minutes=31)

    assert [charge["deleted"] for charge in line.charges()] == [True] * 3
    assert sale.state is OrderState.EXPIRED
    assert (line.left, line.left_for_people()) == (QUOTA, [])


def test_row_26_a_plan_is_refunded_part_by_part_and_is_one_refund(line: Wired) -> None:
    sale = paid_in_parts(line)
    sale.refund()

    assert [sum(value for value, _ in part) for part in given(line)] == [
        Decimal(value) for value in ("66.66", "66.66", "66.68")
    ]
    assert sale.refunds == [(ALL, RefundState.DONE)]
    assert sale.payments == [(PaymentState.REFUNDED, ALL, ALL)]
    assert (sale.state, line.left_for_people(), line.agree) == (OrderState.REFUNDED, [], True)


def test_row_27_a_part_of_a_plan_comes_from_as_many_charges_as_it_needs(line: Wired) -> None:
    sale = paid_in_parts(line)
    sale.refund(10_000)
    sale.refund(2_000)

    assert [sum(value for value, _ in part) for part in given(line)] == [
        Decimal(value) for value in ("66.66", "53.34", "0")
    ]
    assert sale.refunds == [(2_000, RefundState.DONE), (10_000, RefundState.DONE)]
    assert sale.state is OrderState.PARTLY_REFUNDED
    assert (line.left_for_people(), line.agree) == ([], True)


@pytest.mark.parametrize(
    "faults",
    [Faults(timeout_after_refund=2), Faults(refund_denied=1), Faults(error_500=2)],
    ids=["answers lost", "a part denied", "500"],
)
def test_a_refund_of_a_plan_that_is_cut_off_goes_on_and_asks_each_part_once(
    line: Wired, faults: Faults
) -> None:
    sale = paid_in_parts(line)
    line.sandbox.board.set(faults)
    sale.refund()
    for _ in range(5):
        line.later(minutes=3)

    assert [len(part) for part in given(line)] == [1, 1, 1]
    assert sale.refunds == [(ALL, RefundState.DONE)]
    assert line.agree


def test_a_plan_of_which_one_part_is_charged_back_loses_that_money_and_no_other(
    line: Wired,
) -> None:
    sale = paid_in_parts(line)
    line.sandbox.dispute(sale.charge_id)
    line.news()
    disputed = sale.state
    line.sandbox.lose(sale.charge_id)
    line.news()

    assert disputed is OrderState.DISPUTED
    assert sale.payments == [(PaymentState.PAID, ALL, 6_666)]
    assert sale.state is OrderState.PARTLY_REFUNDED
    assert line.agree


@pytest.mark.parametrize(
    ("method", "count"), [(Method.PIX, 2), (Method.CARD, 22), (Method.CARD, 0), (Method.CARD, 21)]
)
def test_instalments_that_no_gateway_takes_are_refused_before_it_is_asked(
    line: Wired, method: Method, count: int
) -> None:
    line.event(price="50")
    order = placed(line.office, a_request((LOTE, 2), channel="online", method=method))

    with line.office.writing() as session, pytest.raises(BadValue):
        start(
            session, line.office.actor, order.id, method, "asaas",
            now=line.office.now(), instalments=count,
        )  # fmt: skip
    assert line.charges() == []
