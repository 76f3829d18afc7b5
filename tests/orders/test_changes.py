"""Swaps, additions and payments in parts, in any order: no place and no money is lost."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from boxoffice.office import BoxOffice
from tests.making import Clock
from tests.orders.changes import Changes

EXAMPLES = 40  # on each database
STEPS_MAX = 15  # of one example

LIVELY = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS_MAX,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_places_and_money_agree_however_orders_change(office: BoxOffice, clock: Clock) -> None:
    class HereAndNow(Changes):
        """The machine on these books: Hypothesis makes one for each example."""

        def __init__(self) -> None:
            super().__init__(office, clock)

    run_state_machine_as_test(HereAndNow, settings=LIVELY)
