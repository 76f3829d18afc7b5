"""Half price: how many places the law assures, and how many are taken of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boxoffice.errors import NotFound
from boxoffice.events.half import half_limit
from boxoffice.events.models import Event
from boxoffice.office import BoxOffice
from boxoffice.reports.half_price import HalfPriceReport, half_price_report
from boxoffice.tickets.models import TicketState
from tests.making import SLUG, a_sale, a_tier, an_event, an_order
from tests.reports.booking import Sale, booked, sales

HALF = 1  # its turn among the tiers of the books
STANDS = {TicketState.VALID, TicketState.BLOCKED}


def a_report(office: BoxOffice, event: str = SLUG) -> HalfPriceReport:
    with office.reading() as session:
        return half_price_report(session, event)


@pytest.mark.parametrize(
    ("places", "limit"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (5, 2), (10, 4), (99, 39), (100, 40), (1_972, 788)],
)
def test_forty_percent_is_rounded_down_to_whole_places(places: int, limit: int) -> None:
    assert half_limit(places, 40) == limit


@given(st.integers(0, 10**9), st.integers(0, 100))
def test_the_limit_is_the_greatest_whole_share(places: int, percent: int) -> None:
    limit = half_limit(places, percent)

    assert limit * 100 <= places * percent < (limit + 1) * 100


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kept=st.lists(sales(), max_size=8), capacity=st.none() | st.integers(1, 300))
def test_half_price_is_what_a_recount_comes_to(
    office: BoxOffice, kept: list[Sale], capacity: int | None
) -> None:
    event, _ = booked(office, kept, capacity=capacity)

    report = a_report(office, event)

    public = [seat for sale in kept for seat in sale.seats if seat.tier <= HALF]
    stands = [seat for seat in public if seat.state in STANDS]
    half = [seat for seat in stands if seat.tier == HALF]
    held = [s for s in public if s.tier == HALF and s.state is TicketState.HELD]
    places = 200 if capacity is None else min(200, capacity)
    assert (report.on_sale, report.offered) == (places, 100)
    assert (report.sold, report.half_sold, report.half_held) == (len(stands), len(half), len(held))
    assert report.cap == places * 4 // 10
    assert report.left == max(0, report.cap - len(half) - len(held))


def test_courtesies_and_staff_are_not_on_sale_to_the_public(office: BoxOffice) -> None:
    an_event(
        office,
        a_tier(quota=30),
        a_tier("Meia", quota=20, category="half"),
        a_tier("Convite", quota=500, category="courtesy"),
        a_tier("Equipe", quota=500, category="staff"),
    )
    a_sale(office, ("Convite", 4))
    a_sale(office, ("Meia", 3))
    an_order(office, ("Meia", 2))

    report = a_report(office)

    assert (report.on_sale, report.offered, report.cap) == (50, 20, 20)
    assert (report.sold, report.half_sold, report.half_held, report.left) == (3, 3, 2, 15)
    assert report.share_basis_points == 10_000


def test_the_limit_of_the_event_is_told_beside_the_laws(office: BoxOffice) -> None:
    event = an_event(office, a_tier(category="half"))
    with office.writing() as session:
        session.get_one(Event, event.id).half_limit = 7

    report = a_report(office)

    assert (report.limit, report.cap) == (7, 4)


def test_without_a_sale_the_share_is_nothing(office: BoxOffice) -> None:
    an_event(office)

    report = a_report(office)

    assert (report.share_basis_points, report.limit) == (0, None)


def test_an_event_that_is_not_there_is_named(office: BoxOffice) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        a_report(office, "nowhere")
