"""Whatever an order meets, and in whatever turn: places, promos, money and the till agree."""

import pytest

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.till.open_shift import open_shift
from tests.making import Clock
from tests.orders.seams import Seams

STEPS = 20


@pytest.mark.parametrize("seed", range(6))
def test_the_books_agree_wherever_a_walk_over_all_verbs_stops(
    office: BoxOffice, clock: Clock, seed: int
) -> None:
    with office.writing() as session:
        open_shift(session, office.actor, start=Money(5_000_000), now=clock())

    walk = Seams(office, clock, seed)
    walk.goes(STEPS)

    assert len(walk.done) > STEPS
