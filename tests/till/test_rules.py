"""What a drawer holds, whatever passes it, and in whatever order."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.errors import Refused
from boxoffice.money import Money
from boxoffice.staff.rules import Role
from boxoffice.till.models import EntryKind
from boxoffice.till.rules import CASH, Passed, change_due, drawer_of, must_have_shift

AMOUNTS = st.integers(1, 10**9)
PASSED = st.builds(
    Passed,
    st.sampled_from(EntryKind),
    st.sampled_from([CASH, "external", "pix"]),
    st.builds(Money, AMOUNTS),
)


@given(AMOUNTS, st.lists(PASSED))
def test_the_drawer_holds_what_came_in_less_what_went_out(start: int, passed: list[Passed]) -> None:
    hand = start
    for one in passed:
        if one.method == CASH:
            hand += one.amount.minor if one.kind is EntryKind.SALE else -one.amount.minor

    drawer = drawer_of(Money(start), passed)

    assert drawer.cash.minor == hand
    assert drawer.cash == drawer.start + drawer.sales - drawer.refunds - drawer.drops


@given(AMOUNTS, st.lists(PASSED), st.randoms(use_true_random=False))
def test_the_order_and_the_grouping_of_entries_do_not_matter(
    start: int, passed: list[Passed], chance: Random
) -> None:
    sums: dict[tuple[EntryKind, str], Money] = {}
    for one in passed:
        key = (one.kind, one.method)
        sums[key] = sums.get(key, Money(0)) + one.amount
    grouped = [Passed(kind, method, total) for (kind, method), total in sums.items()]
    chance.shuffle(grouped)

    assert drawer_of(Money(start), grouped) == drawer_of(Money(start), passed)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_change_and_the_total_are_what_was_given(total: int, given_minor: int) -> None:
    if given_minor < total:
        with pytest.raises(Refused) as caught:
            change_due(Money(total), Money(given_minor))

        assert caught.value.case == "till.given_too_little"
        assert given_minor + caught.value.details["missing_minor"] == total
        return

    assert change_due(Money(total), Money(given_minor)).minor + total == given_minor


def test_only_a_clerk_must_have_a_shift() -> None:
    assert {role for role in Role if must_have_shift(role)} == {Role.BOX_OFFICE}
