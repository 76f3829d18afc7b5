"""What a charge means for its payment and its order: never backwards, and money wins."""

from itertools import product

import pytest

from boxoffice.money import Money
from boxoffice.payments.models import PaymentState
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.payments.rules import Act, Decision, decide, whole

NOTHING: tuple[Act, ...] = ()
CONFIRM, REVIEW, REOPEN = (Act.CONFIRM,), (Act.REVIEW,), (Act.REOPEN,)
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


def decided(payment: PaymentState, charge: ChargeState) -> tuple[PaymentState, tuple[Act, ...]]:
    unpaid = {ChargeState.WAITING, ChargeState.REVIEWING, ChargeState.CLOSED, ChargeState.OTHER}
    paid = 0 if charge in unpaid else 10_000
    decision = decide(payment, 10_000, a_charge(charge, paid=paid))
    return decision.payment, decision.acts


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
        (CLOSED, ChargeState.WAITING, CLOSED, REOPEN),
        (CLOSED, ChargeState.CLOSED, CLOSED, NOTHING),
        (FAILED, ChargeState.SETTLED, SETTLED, CONFIRM),
        (FAILED, ChargeState.WAITING, FAILED, REOPEN),
        (FAILED, ChargeState.CLOSED, FAILED, NOTHING),
    ],
)
def test_news_of_a_charge_moves_its_payment_forward_or_not_at_all(
    payment: PaymentState, charge: ChargeState, after: PaymentState, order: tuple[Act, ...]
) -> None:
    assert decided(payment, charge) == (after, order)


@pytest.mark.parametrize("payment", PaymentState)
def test_what_we_have_no_decision_for_changes_nothing(payment: PaymentState) -> None:
    decision = decide(payment, 10_000, a_charge(ChargeState.OTHER))

    assert decision == Decision(payment, NOTHING, "no decision for other")


def test_the_same_news_twice_decides_nothing_the_second_time() -> None:
    for payment, charge in product(PaymentState, ChargeState):
        after, acts = decided(payment, charge)
        is_opened = acts == REOPEN  # then the order has the word, and the payment may wait again

        assert decided(after, charge) == (after, REOPEN if is_opened else NOTHING)


def test_the_order_in_which_news_arrives_does_not_matter_once_money_came() -> None:
    unpaid = (ChargeState.WAITING, ChargeState.REVIEWING, ChargeState.CLOSED, ChargeState.PAID)
    for first, second in product(unpaid, repeat=2):
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
    state: ChargeState, asked: int, paid: int, order: tuple[Act, ...], why: str
) -> None:
    decision = decide(WAITING, 10_000, a_charge(state, asked=asked, paid=paid))

    assert (decision.acts, decision.why) == (order, why)
    assert decision.payment in {PAID, SETTLED}


def test_a_plan_is_paid_when_each_of_its_parts_is() -> None:
    part = a_charge(ChargeState.PAID, asked=5_000, paid=5_000)
    other = a_charge(ChargeState.WAITING, asked=5_000)

    assert whole([part, other]).state is ChargeState.WAITING
    paid = whole([part, part])
    assert (paid.state, paid.amount, paid.paid) == (ChargeState.PAID, Money(10_000), Money(10_000))


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ("settled settled", ChargeState.SETTLED),
        ("settled paid", ChargeState.PAID),
        ("refunded refunded", ChargeState.REFUNDED),
        ("refunded refunding", ChargeState.REFUNDING),
        ("refunded settled", ChargeState.PAID),
        ("disputed settled", ChargeState.DISPUTED),
        ("dispute_won settled", ChargeState.DISPUTE_WON),
        ("closed closed", ChargeState.CLOSED),
        ("closed paid", ChargeState.WAITING),
        ("reviewing reviewing", ChargeState.REVIEWING),
    ],
)
def test_a_plan_is_in_the_state_that_its_parts_make(states: str, state: ChargeState) -> None:
    parts = [a_charge(ChargeState(word)) for word in states.split()]

    assert whole(parts).state is state
