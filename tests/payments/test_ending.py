"""What the end of an event means for one order: every case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.orders.models import OrderState
from boxoffice.payments.ending import Due, Ending, due_of, kept_fee

PAID = OrderState.PAID


@pytest.mark.parametrize(
    ("state", "gateway", "hand", "kept", "due"),
    [
        (OrderState.PLACED, 0, 0, 0, Due(Ending.CALL_OFF)),
        (OrderState.EXPIRING, 0, 0, 0, Due(Ending.CALL_OFF)),
        (PAID, 100, 0, 0, Due(Ending.REFUND, 100)),
        (PAID, 0, 100, 0, Due(Ending.BY_HAND, 0, 100)),
        (PAID, 100, 50, 0, Due(Ending.BY_HAND, 100, 50)),
        (PAID, 0, 0, 0, Due(Ending.FREE)),
        (PAID, 110, 0, 10, Due(Ending.REFUND, 100)),
        (PAID, 0, 110, 10, Due(Ending.BY_HAND, 0, 100)),
        (PAID, 100, 10, 10, Due(Ending.REFUND, 100)),
        (PAID, 100, 5, 10, Due(Ending.REFUND, 95)),
        (PAID, 5, 0, 10, Due(Ending.FREE)),
        (OrderState.PARTLY_REFUNDED, 40, 0, 0, Due(Ending.REFUND, 40)),
        (OrderState.NEEDS_REVIEW, 70, 0, 0, Due(Ending.REFUND, 70)),
        (OrderState.DISPUTED, 100, 0, 0, Due(Ending.BANK)),
        (OrderState.CHARGED_BACK, 100, 0, 0, Due(Ending.BANK)),
        (OrderState.EXPIRED, 0, 0, 0, Due(Ending.OVER)),
        (OrderState.CANCELLED, 0, 100, 0, Due(Ending.OVER)),
        (OrderState.REFUNDED, 0, 0, 0, Due(Ending.OVER)),
    ],
)
def test_an_order_of_a_cancelled_event_ends_by_its_state_and_its_money(
    state: OrderState, gateway: int, hand: int, kept: int, due: Due
) -> None:
    assert due_of(state, gateway_minor=gateway, hand_minor=hand, kept_minor=kept) == due


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_all_that_is_left_goes_back_but_for_the_fee_that_is_kept(
    gateway: int, hand: int, kept: int
) -> None:
    due = due_of(PAID, gateway_minor=gateway, hand_minor=hand, kept_minor=kept)

    assert due.asked_minor + due.by_hand_minor == max(0, gateway + hand - kept)
    assert 0 <= due.asked_minor <= gateway
    assert 0 <= due.by_hand_minor <= hand


@pytest.mark.parametrize(
    ("refundable", "was_paid", "kept"), [(True, True, 0), (False, True, 9), (False, False, 0)]
)
def test_a_fee_is_kept_only_of_what_was_valid_once(
    refundable: bool,  # noqa: FBT001  (a table of cases)
    was_paid: bool,  # noqa: FBT001  (the same)
    kept: int,
) -> None:
    assert kept_fee(9, fee_refundable=refundable, was_paid=was_paid) == kept
