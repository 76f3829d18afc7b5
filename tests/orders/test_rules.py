"""Prices and steps: the fee is a line of its own, and no cent is lost on the way."""

import pytest

from boxoffice.events.models import FeePer
from boxoffice.money import Money
from boxoffice.orders.models import OrderState
from boxoffice.orders.rules import STEPS, Bill, FeeRule, bill

Line = tuple[int, int]  # price in centavos, quantity


@pytest.mark.parametrize(
    ("lines", "rule", "subtotal", "fee"),
    [
        ([(10_000, 1)], (0, 0, FeePer.TICKET), 10_000, 0),
        ([(10_000, 3)], (250, 0, FeePer.TICKET), 30_000, 750),
        ([(10_000, 3)], (250, 0, FeePer.ORDER), 30_000, 250),
        ([(10_000, 3)], (0, 1_000, FeePer.TICKET), 30_000, 3_000),
        ([(10_000, 3)], (0, 1_000, FeePer.ORDER), 30_000, 3_000),
        ([(10_000, 2)], (250, 1_000, FeePer.TICKET), 20_000, 2_500),
        ([(10_000, 2)], (250, 1_000, FeePer.ORDER), 20_000, 2_250),
        # the share is rounded per ticket, half a cent up: 3 × 0.333 → 3 × 0.33
        ([(333, 3)], (0, 1_000, FeePer.TICKET), 999, 99),
        ([(335, 3)], (0, 1_000, FeePer.TICKET), 1_005, 102),
        # what is free carries no fee, of either kind
        ([(0, 5)], (250, 1_000, FeePer.TICKET), 0, 0),
        ([(0, 5)], (250, 1_000, FeePer.ORDER), 0, 0),
        ([(0, 5), (10_000, 1)], (250, 1_000, FeePer.TICKET), 10_000, 1_250),
        ([(0, 5), (10_000, 1)], (250, 1_000, FeePer.ORDER), 10_000, 1_250),
        ([(10_000, 1), (5_000, 2)], (100, 500, FeePer.TICKET), 20_000, 1_300),
        ([(1, 1)], (0, 10_000, FeePer.TICKET), 1, 1),
        ([], (250, 1_000, FeePer.ORDER), 0, 0),
    ],
)
def test_an_order_is_priced_by_the_events_rule(
    lines: list[Line], rule: tuple[int, int, FeePer], subtotal: int, fee: int
) -> None:
    fixed, basis_points, per = rule
    priced = [(Money(price), quantity) for price, quantity in lines]

    cost = bill(priced, FeeRule(Money(fixed), basis_points, per), "BRL")

    assert cost == Bill(Money(subtotal), Money(fee))
    assert cost.total == Money(subtotal + fee)


def test_every_state_has_its_steps_and_none_leads_back_to_placed() -> None:
    assert set(STEPS) == set(OrderState)
    assert not any(OrderState.PLACED in after for after in STEPS.values())


def test_what_was_refunded_or_charged_back_becomes_paid_again_only_by_a_person() -> None:
    assert STEPS[OrderState.REFUNDED] == {OrderState.NEEDS_REVIEW}
    assert STEPS[OrderState.CHARGED_BACK] == {OrderState.NEEDS_REVIEW}
