"""The vendor's decision table through real sockets: how money comes in (rows 1 to 24).

The table is `reference/asaas.md` §14; a row that only a unit can reach is in tests/payments.
"""

from decimal import Decimal

import pytest

from boxoffice.money import Money
from boxoffice.orders.models import OrderState
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.models import PaymentState, RefundState
from boxoffice.payments.provider import Method
from boxoffice.sandbox.faults import Faults
from tasks.reconciling import reconcile
from tests.journeys.gateway import QUOTA, Wired
from tests.payments.changing import paid_by
from tests.tasks.charging import called_off

ALL = 20_000


def test_row_1_an_order_waits_and_knows_what_its_buyer_needs(line: Wired) -> None:
    line.event()
    sale = line.sale()

    assert sale.state is OrderState.PLACED
    assert sale.payments == [(PaymentState.WAITING, 0, 0)]
    assert line.outcomes == ["already so"]
    assert line.left_for_people() == []


@pytest.mark.parametrize(("dearer", "state"), [(1, OrderState.PAID), (-1, OrderState.NEEDS_REVIEW)])
def test_rows_2_17_and_19_a_charge_that_somebody_edits_is_held_against_its_order(
    line: Wired, dearer: int, state: OrderState
) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.update(sale.charge_id, {"value": Decimal(200 + dearer)})
    line.news()
    before = sale.state

    line.sandbox.pay(sale.charge_id)
    line.news()

    assert (before, sale.state) == (OrderState.PLACED, state)
    kind = Kind.SURPLUS if dearer > 0 else Kind.REVIEW
    assert line.left_for_people() == [kind]


def test_rows_3_and_4_a_card_that_is_reviewed_and_refused_may_be_paid_again(line: Wired) -> None:
    line.event()
    sale = line.sale(Method.CARD)
    states = []
    for turn in (line.sandbox.review, line.sandbox.reprove, line.sandbox.review, line.sandbox.pay):
        turn(sale.charge_id)
        line.news()
        states.append(sale.state)

    assert states == [*[OrderState.PLACED] * 3, OrderState.PAID]
    assert line.outcomes.count("under review at the gateway") == 2


@pytest.mark.parametrize("method", [Method.PIX, Method.BOLETO, Method.CARD])
def test_rows_5_to_9_paid_is_paid_once_and_settled_is_no_second_sale(
    line: Wired, method: Method
) -> None:
    line.event()
    sale = line.paid(method)
    first = sale.payments[0][0]
    if method is not Method.PIX:
        line.sandbox.settle(sale.charge_id)
        line.news()

    assert sale.state is OrderState.PAID
    assert first is (PaymentState.SETTLED if method is Method.PIX else PaymentState.PAID)
    assert sale.payments == [(PaymentState.SETTLED, ALL, 0)]
    assert sale.tickets == {"valid": 2}
    assert len([mail for mail in line.mails if mail.attachments]) == 1
    assert (line.left_for_people(), line.agree) == ([], True)


def test_row_10_old_news_after_the_money_changes_nothing(line: Wired) -> None:
    line.event()
    sale = line.sale(Method.BOLETO)
    line.sandbox.board.set(Faults(letters_reordered=True, letters_duplicated=3, late_boleto=1))
    line.sandbox.pay(sale.charge_id)
    line.sandbox.settle(sale.charge_id)
    line.news()

    assert sale.payments == [(PaymentState.SETTLED, ALL, 0)]
    assert sale.tickets == {"valid": 2}
    assert line.left_for_people() == []


def test_rows_11_and_12_cash_is_money_until_it_is_undone_and_then_a_person_decides(
    line: Wired,
) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.receive_in_cash(sale.charge_id, {})
    line.news()
    paid, in_agreement = sale.state, line.left_for_people()
    line.sandbox.undo_received_in_cash(sale.charge_id)
    line.news()

    assert (paid, in_agreement) == (OrderState.PAID, [])
    assert sale.state is OrderState.NEEDS_REVIEW
    assert sale.payments == [(PaymentState.WAITING, 0, 0)]
    assert line.left_for_people() == [Kind.REVIEW]


def test_row_13_a_boleto_that_is_overdue_is_waited_for_and_paid(line: Wired) -> None:
    line.event()
    sale = line.sale(Method.BOLETO)
    line.sandbox.overdue(sale.charge_id)
    line.later(days=1)
    overdue = sale.state
    line.sandbox.pay(sale.charge_id)
    line.news()

    assert (overdue, sale.state) == (OrderState.PLACED, OrderState.PAID)


def test_row_14_an_order_whose_clock_ran_out_cannot_be_paid_any_more(line: Wired) -> None:
    line.event()
    sale = line.sale()
    line.later(minutes=31)

    assert sale.state is OrderState.EXPIRED
    assert sale.payments == [(PaymentState.CLOSED, 0, 0)]
    assert line.sandbox.charge(sale.charge_id)["deleted"] is True
    assert (line.left, line.left_for_people()) == (QUOTA, [])


@pytest.mark.parametrize(
    ("policy", "state", "refunds", "left_over"),
    [
        ("accept_if_seat", OrderState.PAID, [], []),
        ("review", OrderState.NEEDS_REVIEW, [], [Kind.REVIEW]),
        ("refund", OrderState.REFUNDED, [(ALL, RefundState.DONE)], []),
    ],
)
def test_rows_15_and_16_money_on_a_deleted_charge_follows_the_policy_of_the_event(
    line: Wired,
    policy: str,
    state: OrderState,
    refunds: list[tuple[int, RefundState]],
    left_over: list[Kind],
) -> None:
    line.event(late_payment=policy)
    sale = line.sale()
    line.sandbox.board.set(Faults(letters_lost=9))
    line.later(minutes=31)
    line.sandbox.board.set(Faults())
    expired = sale.state
    line.sandbox.pay(sale.charge_id)
    line.news()

    assert expired is OrderState.EXPIRED
    assert (sale.state, sale.refunds) == (state, refunds)
    assert (line.left_for_people(), line.agree) == (left_over, True)


def test_rows_15_and_16_money_on_its_way_at_the_instant_of_deletion_is_a_sale(line: Wired) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.board.set(Faults(paid_after_deletion=1))
    line.later(minutes=31)

    assert sale.state is OrderState.PAID
    assert (sale.tickets, line.left_for_people()) == ({"valid": 2}, [])


def test_row_15_late_money_for_places_that_are_sold_waits_for_a_person(line: Wired) -> None:
    line.event(quota=2)
    late = line.sale(Method.BOLETO)
    called_off(line.office, late.id)
    other = line.paid()
    line.sandbox.pay(late.charge_id)
    line.news()

    assert (late.state, other.state) == (OrderState.NEEDS_REVIEW, OrderState.PAID)
    assert (line.left, line.left_for_people()) == (0, [Kind.REVIEW])


def test_row_17_less_than_was_asked_is_no_ticket(line: Wired) -> None:
    line.event()
    sale = line.sale(Method.BOLETO)
    line.sandbox.pay(sale.charge_id, Decimal("199.99"))
    line.news()

    assert sale.state is OrderState.NEEDS_REVIEW
    assert sale.tickets == {"held": 2}
    assert line.left_for_people() == [Kind.REVIEW]


def test_row_18_interest_is_booked_as_a_surplus(line: Wired) -> None:
    line.event()
    sale = line.sale(Method.BOLETO)
    line.sandbox.pay(sale.charge_id, Decimal("204.50"))
    line.news()
    done = line.reconciled()

    assert sale.state is OrderState.PAID
    assert [(one.kind, one.amount) for one in done.exceptions] == [(Kind.SURPLUS, Money(450))]


def test_rows_21_and_24_a_charge_deleted_in_the_panel_can_be_brought_back(line: Wired) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.delete(sale.charge_id)
    line.news()
    deleted = sale.payments[0][0]
    line.sandbox.restore(sale.charge_id)
    line.news()
    restored = sale.payments[0][0]
    line.sandbox.pay(sale.charge_id)
    line.news()

    assert (deleted, restored) == (PaymentState.CLOSED, PaymentState.WAITING)
    assert sale.state is OrderState.PAID


def test_row_22_an_old_attempt_that_is_deleted_is_not_the_order_s_own(line: Wired) -> None:
    line.event()
    sale = line.sale()
    paid_by(line.office, sale.id, Method.BOLETO)  # its PIX is deleted, and a boleto opened
    line.news()
    old, new = line.charges()
    line.sandbox.mention(old["id"], {"event": "PAYMENT_DELETED"})
    line.news()

    assert (old["deleted"], new["deleted"]) == (True, False)
    assert (sale.state, sale.tickets) == (OrderState.PLACED, {"held": 2})
    assert sale.payments == [(PaymentState.CLOSED, 0, 0), (PaymentState.WAITING, 0, 0)]
    line.sandbox.pay(new["id"])
    line.news()
    assert (sale.state, line.left_for_people()) == (OrderState.PAID, [])


def test_row_24_a_charge_of_an_ended_order_that_is_brought_back_is_deleted_again(
    line: Wired,
) -> None:
    line.event()
    sale = line.sale()
    line.later(minutes=31)
    line.sandbox.restore(sale.charge_id)
    line.news()

    assert line.sandbox.charge(sale.charge_id)["deleted"] is True
    assert sale.state is OrderState.EXPIRED


def test_letters_that_are_lost_are_made_up_by_reconciling(line: Wired) -> None:
    line.event()
    line.sandbox.board.set(Faults(letters_lost=99))
    paid = [line.paid(), line.paid(Method.BOLETO), line.paid(Method.CARD)]
    before = [sale.state for sale in paid]
    done = line.reconciled()

    assert before == [OrderState.PLACED] * 3
    assert set(done.mended) == {sale.charge_id for sale in paid}
    assert [sale.state for sale in paid] == [OrderState.PAID] * 3
    assert line.left_for_people() == []


def test_what_stands_on_the_last_of_several_pages_is_found(line: Wired) -> None:
    line.event()
    line.sandbox.board.set(Faults(letters_lost=9_999))
    sale = line.paid()
    mine = line.sandbox.charge(sale.charge_id)
    for _ in range(250):  # newer ones, of another shop on the same account: three pages in all
        line.sandbox.create_charge({**mine, "externalReference": None})
    before = sale.state
    done = line.reconciled()
    first_page = reconcile(
        line.office, line.office.actor, since=line.office.now().date(), requests_max=2
    )

    assert (before, sale.state) == (OrderState.PLACED, OrderState.PAID)
    assert (done.charge_count, done.mended, done.exceptions) == (251, (sale.charge_id,), ())
    assert (first_page.charge_count, [one.kind for one in first_page.exceptions]) == (
        199,
        [Kind.UNSEEN],
    )
