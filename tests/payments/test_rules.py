"""What a charge means for its payment and its order: never backwards, and money wins."""

from itertools import product

import pytest

from boxoffice.money import Money
from boxoffice.payments.models import PaymentState
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.payments.rules import Decision, OrderAct, decide

NOTHING, CONFIRM, REVIEW = OrderAct.NOTHING, OrderAct.CONFIRM, OrderAct.REVIEW
OPENING, WAITING, PAID, SETTLED, CLOSED, FAILED = (
    PaymentState.OPENING,
    PaymentState.WAITING,
    PaymentState.PAID,
    PaymentState.SETTLED,
    PaymentState.CLOSED,
    PaymentState.FAILED,
)


def a_charge(state: ChargeState, *, asked: int = 10_000, paid: int = 0) -> Charge:
    return Charge("pay_1", None, state, Money(asked), Money(paid), None, None, None, {})


def decided(payment: PaymentState, charge: ChargeState) -> tuple[PaymentState, OrderAct]:
    paid = 10_000 if charge in {ChargeState.PAID, ChargeState.SETTLED} else 0
    decision = decide(payment, 10_000, a_charge(charge, paid=paid))
    return decision.payment, decision.order


@pytest.mark.parametrize(
    ("payment", "charge", "after", "order"),
    [
        (OPENING, ChargeState.WAITING, WAITING, NOTHING),
        (OPENING, ChargeState.PAID, PAID, CONFIRM),
        (OPENING, ChargeState.SETTLED, SETTLED, CONFIRM),
        (OPENING, ChargeState.CLOSED, CLOSED, NOTHING),
        (WAITING, ChargeState.WAITING, WAITING, NOTHING),
        (WAITING, ChargeState.PAID, PAID, CONFIRM),
        (WAITING, ChargeState.SETTLED, SETTLED, CONFIRM),
        (WAITING, ChargeState.CLOSED, CLOSED, NOTHING),
        # a letter from before comes after: nothing goes backwards
        (PAID, ChargeState.WAITING, PAID, NOTHING),
        (PAID, ChargeState.CLOSED, PAID, NOTHING),
        (PAID, ChargeState.PAID, PAID, NOTHING),
        (PAID, ChargeState.SETTLED, SETTLED, NOTHING),
        (SETTLED, ChargeState.WAITING, SETTLED, NOTHING),
        (SETTLED, ChargeState.PAID, SETTLED, NOTHING),
        (SETTLED, ChargeState.SETTLED, SETTLED, NOTHING),
        (SETTLED, ChargeState.CLOSED, SETTLED, NOTHING),
        # paid in the instant it was closed, or after we gave it up: money wins
        (CLOSED, ChargeState.PAID, PAID, CONFIRM),
        (CLOSED, ChargeState.SETTLED, SETTLED, CONFIRM),
        (CLOSED, ChargeState.WAITING, CLOSED, NOTHING),
        (CLOSED, ChargeState.CLOSED, CLOSED, NOTHING),
        (FAILED, ChargeState.SETTLED, SETTLED, CONFIRM),
        (FAILED, ChargeState.WAITING, FAILED, NOTHING),
        (FAILED, ChargeState.CLOSED, FAILED, NOTHING),
    ],
)
def test_news_of_a_charge_moves_its_payment_forward_or_not_at_all(
    payment: PaymentState, charge: ChargeState, after: PaymentState, order: OrderAct
) -> None:
    assert decided(payment, charge) == (after, order)


@pytest.mark.parametrize("charge", [ChargeState.REFUNDED, ChargeState.OTHER])
@pytest.mark.parametrize("payment", PaymentState)
def test_what_we_have_no_decision_for_changes_nothing(
    payment: PaymentState, charge: ChargeState
) -> None:
    decision = decide(payment, 10_000, a_charge(charge))

    assert decision == Decision(payment, NOTHING, f"no decision for {charge}")


def test_the_same_news_twice_decides_nothing_the_second_time() -> None:
    for payment, charge in product(PaymentState, ChargeState):
        after, _ = decided(payment, charge)

        assert decided(after, charge) == (after, NOTHING)


def test_the_order_in_which_news_arrives_does_not_matter_once_money_came() -> None:
    for first, second in product(ChargeState, repeat=2):
        ends = set()
        for news in ((first, second, ChargeState.SETTLED), (ChargeState.SETTLED, second, first)):
            payment = OPENING
            for charge in news:
                payment, _ = decided(payment, charge)
            ends.add(payment)

        assert ends == {SETTLED}


@pytest.mark.parametrize(
    ("asked", "paid", "order", "why"),
    [
        (10_000, 10_000, CONFIRM, "paid"),
        (10_000, 10_250, CONFIRM, "paid, with a surplus"),  # interest of a late boleto
        (10_500, 10_500, CONFIRM, "paid, with a surplus"),
        (10_000, 9_999, REVIEW, "less than asked"),
        (9_999, 9_999, REVIEW, "less than asked"),  # the charge was made smaller at the gateway
        (9_999, 10_000, REVIEW, "less than asked"),
        (1, 1, REVIEW, "less than asked"),
    ],
)
@pytest.mark.parametrize("state", [ChargeState.PAID, ChargeState.SETTLED])
def test_an_amount_that_is_not_what_was_asked_is_told(
    state: ChargeState, asked: int, paid: int, order: OrderAct, why: str
) -> None:
    decision = decide(WAITING, 10_000, a_charge(state, asked=asked, paid=paid))

    assert (decision.order, decision.why) == (order, why)
    assert decision.payment in {PAID, SETTLED}
