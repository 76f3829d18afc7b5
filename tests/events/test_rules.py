"""Which tier is on sale: by sold-out, by its own date, by its predecessor's window."""

from datetime import timedelta
from itertools import product

import pytest

from boxoffice.events.models import EventState
from boxoffice.events.rules import STEPS, Closed, TierFacts, why_closed
from boxoffice.ids import new_id
from tests.making import NOON

OVER, NOT_YET, SOLD_OUT, WAITS = Closed.OVER, Closed.NOT_YET, Closed.SOLD_OUT, Closed.WAITS
PAST, FUTURE = -1, +1
DAY = timedelta(days=1)

Shape = tuple[int, int | None, int | None]  # places left, opens in days, closes in days


def reasons(*shapes: Shape, is_chain: bool = True) -> list[Closed | None]:
    """Say why each tier is closed; in a chain each follows the one before it."""
    ids = [new_id() for _ in shapes]
    tiers = [
        TierFacts(
            id=ids[turn],
            after_id=ids[turn - 1] if is_chain and turn else None,
            places_left=left,
            opens_at=None if opens is None else NOON + opens * DAY,
            closes_at=None if closes is None else NOON + closes * DAY,
        )
        for turn, (left, opens, closes) in enumerate(shapes)
    ]
    return [why_closed(tier, tiers, NOON) for tier in tiers]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ((5, None, None), None),
        ((0, None, None), SOLD_OUT),
        ((5, PAST, None), None),
        ((5, 0, None), None),  # its first moment is inside
        ((5, FUTURE, None), NOT_YET),
        ((0, FUTURE, None), NOT_YET),
        ((5, None, FUTURE), None),
        ((5, None, 0), OVER),  # its last moment is outside
        ((5, None, PAST), OVER),
        ((0, None, PAST), OVER),
        ((5, PAST, FUTURE), None),
        ((5, -2, PAST), OVER),
    ],
)
def test_a_tier_alone_sells_in_its_window_while_it_has_places(
    shape: Shape, reason: Closed | None
) -> None:
    assert reasons(shape) == [reason]


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        # by sold-out
        ((5, None, None), (5, None, None), [None, WAITS]),
        ((0, None, None), (5, None, None), [SOLD_OUT, None]),
        ((0, None, None), (0, None, None), [SOLD_OUT, SOLD_OUT]),
        # by its own date, which closes the one before
        ((5, None, None), (5, FUTURE, None), [None, WAITS]),
        ((5, None, None), (5, PAST, None), [OVER, None]),
        ((5, None, None), (5, 0, None), [OVER, None]),
        ((0, None, None), (5, PAST, None), [OVER, None]),
        ((5, None, None), (0, PAST, None), [OVER, SOLD_OUT]),
        # sold out before the date comes: whichever is first opens the next
        ((0, None, None), (5, FUTURE, None), [SOLD_OUT, None]),
        # by the predecessor's window
        ((5, None, PAST), (5, None, None), [OVER, None]),
        ((5, None, FUTURE), (5, None, None), [None, WAITS]),
        ((5, None, 0), (5, FUTURE, None), [OVER, None]),
        # the predecessor has not opened: nobody sells
        ((5, FUTURE, None), (5, None, None), [NOT_YET, WAITS]),
        # its own window ends whatever the other does
        ((0, None, None), (5, None, PAST), [SOLD_OUT, OVER]),
    ],
)
def test_a_tier_follows_another(first: Shape, second: Shape, wanted: list[Closed | None]) -> None:
    assert reasons(first, second) == wanted


@pytest.mark.parametrize(
    ("first", "second", "third", "wanted"),
    [
        ((5, None, None), (5, None, None), (5, None, None), [None, WAITS, WAITS]),
        ((0, None, None), (5, None, None), (5, None, None), [SOLD_OUT, None, WAITS]),
        ((0, None, None), (0, None, None), (5, None, None), [SOLD_OUT, SOLD_OUT, None]),
        # places came back to the first: it sells again, and the others wait for it
        ((1, None, None), (0, None, None), (5, None, None), [None, WAITS, WAITS]),
        ((1, None, None), (3, None, None), (5, None, None), [None, WAITS, WAITS]),
        # places came back to the second, whose turn is over by date
        ((0, None, None), (1, None, None), (5, PAST, None), [SOLD_OUT, OVER, None]),
        # the date of the third skips the second
        ((5, None, None), (5, None, None), (5, PAST, None), [None, OVER, None]),
        # the middle one's window ended: the third goes on
        ((0, None, None), (5, None, PAST), (5, None, None), [SOLD_OUT, OVER, None]),
        # the middle one is empty but opened by date: what came back to the first does not matter
        ((1, None, None), (0, PAST, None), (5, None, None), [OVER, SOLD_OUT, None]),
    ],
)
def test_three_tiers_follow_each_other(
    first: Shape, second: Shape, third: Shape, wanted: list[Closed | None]
) -> None:
    assert reasons(first, second, third) == wanted


def test_tiers_that_do_not_follow_each_other_sell_side_by_side() -> None:
    assert reasons((5, None, None), (5, None, None), (0, None, None), is_chain=False) == [
        None,
        None,
        SOLD_OUT,
    ]


def test_a_chain_by_sold_out_alone_never_sells_two_tiers_at_once_and_never_none() -> None:
    for lefts in product((0, 2), repeat=4):
        open_count = reasons(*((left, None, None) for left in lefts)).count(None)

        assert open_count == (1 if any(lefts) else 0), lefts


def test_a_chain_with_a_hundred_tiers_is_decided() -> None:
    found = reasons(*([(0, None, None)] * 99), (1, None, None))

    assert found == [*[SOLD_OUT] * 99, None]


def test_an_event_whose_sale_ended_can_only_be_cancelled_and_then_stays_so() -> None:
    assert STEPS[EventState.ENDED] == {EventState.CANCELLED}
    assert STEPS[EventState.CANCELLED] == frozenset()
    assert set(STEPS) == set(EventState)
    assert not any(EventState.DRAFT in after for after in STEPS.values())
