"""Half price holds to the cap of its event, in whatever way places are taken and given back."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boxoffice.errors import (
    BadValue,
    EventNotOnSale,
    HalfCapReached,
    Refused,
)
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.take import swap_places, take_places
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.confirm import confirm
from boxoffice.orders.models import OrderState
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    LOTE,
    SLUG,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    an_order,
    applied,
    places_left,
    rows,
)
from tests.races.books import disagreements

MEIA = "Meia"
CAP = 4


def a_capped_event(office: BoxOffice, *, quota: int = 6, **more: Any) -> None:
    """Make an event whose half price may take four of ten places, whatever its tier has."""
    given = {"half_cap_percent": 40, "capacity": 10} | more
    an_event(office, a_tier(), a_tier(MEIA, quota=quota, category="half"), **given)


def taken(office: BoxOffice) -> tuple[int, int | None]:
    """Return how many places half price has, and how many it may have."""
    (event,) = rows(office, Event)
    return event.half_taken, event.half_limit


def swapped(office: BoxOffice, given: Tier, wanted: Tier, count: int) -> None:
    with office.writing() as session:
        event = session.get_one(Event, given.event_id)
        swap_places(session, event, given={given.id: count}, taken={wanted.id: count})


def cancelled(office: BoxOffice, order_id: UUID) -> None:
    with office.writing() as session:
        cancel(session, office.actor, order_id, reason="ill", now=office.now())


def test_the_cap_is_off_unless_the_file_sets_it(office: BoxOffice) -> None:
    an_event(office, a_tier(MEIA, category="half"))

    a_sale(office, (MEIA, 10))

    assert taken(office) == (10, None)


def test_a_sale_over_the_cap_is_refused_and_takes_nothing(office: BoxOffice) -> None:
    a_capped_event(office)
    a_sale(office, (MEIA, 3))

    with pytest.raises(HalfCapReached, match="sells 4 places at half price; 1 are left") as refusal:
        a_sale(office, (MEIA, 2))

    assert (refusal.value.case, refusal.value.exit_code) == ("half.cap_reached", 5)
    assert "report half-price" in refusal.value.hint
    assert places_left(office) == {LOTE: 10, MEIA: 3, "*": 7}
    assert taken(office) == (3, CAP)


def test_full_price_is_sold_after_the_cap_is_reached(office: BoxOffice) -> None:
    a_capped_event(office)
    a_sale(office, (MEIA, CAP))

    a_sale(office, (LOTE, 6))

    assert places_left(office)["*"] == 0


def test_places_that_come_back_are_under_the_cap_again(office: BoxOffice) -> None:
    a_capped_event(office)
    order = an_order(office, (MEIA, CAP))
    cancelled(office, order.id)

    a_sale(office, (MEIA, CAP))

    assert taken(office) == (CAP, CAP)
    assert disagreements(office) == []


def test_late_money_finds_the_cap_reached_and_waits_for_a_person(office: BoxOffice) -> None:
    a_capped_event(office)
    order = an_order(office, (MEIA, 2))
    cancelled(office, order.id)
    a_sale(office, (MEIA, 3))

    with office.writing() as session:
        state = confirm(session, SYSTEM, order.id, office.ticket_key, now=office.now())

    assert state is OrderState.NEEDS_REVIEW
    assert taken(office) == (3, CAP)


def test_places_of_a_cancelled_event_are_not_taken_by_anybody(office: BoxOffice) -> None:
    a_capped_event(office)
    (tier, _) = rows(office, Tier)
    with office.writing() as session:
        session.get_one(Event, tier.event_id).state = EventState.CANCELLED

    with office.writing() as session:
        event = session.get_one(Event, tier.event_id)
        with pytest.raises(EventNotOnSale):
            take_places(session, event, {tier.id: 1}, on_sale=False)


def test_without_a_capacity_the_cap_is_a_share_of_what_the_public_can_buy(
    office: BoxOffice,
) -> None:
    staff = a_tier("Equipe", quota=100, category="staff")
    an_event(
        office,
        a_tier(quota=14),
        a_tier(MEIA, quota=9, category="half"),
        staff,
        half_cap_percent=40,
    )

    assert taken(office) == (0, 9)


def test_more_places_make_a_larger_cap(office: BoxOffice) -> None:
    a_capped_event(office)
    tiers = (a_tier(), a_tier(MEIA, quota=6, category="half"))

    told = applied(office, a_plan(*tiers, half_cap_percent=40, capacity=15))

    assert told == ["change event noite capacity"]
    assert taken(office) == (0, 6)


@pytest.mark.parametrize(
    "more", [{"capacity": 9}, {"half_cap_percent": 39}, {"capacity": 5}], ids=str
)
def test_a_cap_below_what_is_taken_is_refused(office: BoxOffice, more: dict[str, int]) -> None:
    a_capped_event(office)
    a_sale(office, (MEIA, CAP))
    tiers = (a_tier(), a_tier(MEIA, quota=6, category="half"))
    wanted: dict[str, Any] = {"half_cap_percent": 40, "capacity": 10, **more}

    with pytest.raises(Refused, match="4 places taken at half price") as refusal:
        applied(office, a_plan(*tiers, **wanted))

    assert refusal.value.case == "half.cap_too_small"
    assert taken(office) == (CAP, CAP)


def test_a_tier_that_becomes_half_price_brings_what_it_has_sold(office: BoxOffice) -> None:
    a_capped_event(office)
    a_sale(office, (LOTE, 3))

    applied(
        office,
        a_plan(
            a_tier(category="half"),
            a_tier(MEIA, quota=6, category="half"),
            half_cap_percent=40,
            capacity=10,
        ),
    )

    assert taken(office) == (3, CAP)
    assert disagreements(office) == []


@pytest.mark.parametrize("percent", [0, 101, "40", True])
def test_a_cap_is_a_whole_percentage(percent: object) -> None:
    with pytest.raises(BadValue, match="half_cap_percent"):
        a_plan(half_cap_percent=percent)


def test_a_swap_on_a_full_event_counts_the_difference(office: BoxOffice) -> None:
    a_capped_event(office)
    a_sale(office, (LOTE, 6))
    a_sale(office, (MEIA, CAP))
    lote, meia = rows(office, Tier)

    swapped(office, meia, lote, 1)

    assert taken(office) == (3, CAP)
    assert places_left(office) == {LOTE: 3, MEIA: 3, "*": 0}


def test_a_swap_to_half_price_over_the_cap_changes_nothing(office: BoxOffice) -> None:
    a_capped_event(office)
    a_sale(office, (LOTE, 2))
    a_sale(office, (MEIA, 3))
    lote, meia = rows(office, Tier)

    with pytest.raises(HalfCapReached):
        swapped(office, lote, meia, 2)

    assert taken(office) == (3, CAP)
    assert places_left(office) == {LOTE: 8, MEIA: 3, "*": 5}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(st.tuples(st.sampled_from([LOTE, MEIA]), st.integers(1, 3), st.booleans())),
    percent=st.integers(1, 100),
)
def test_half_price_is_what_a_recount_comes_to_and_never_over_its_cap(
    office: BoxOffice, acts: list[tuple[str, int, bool]], percent: int
) -> None:
    slug = f"{SLUG}-{len(rows(office, Event))}"
    an_event(
        office,
        a_tier(),
        a_tier(MEIA, category="half"),
        slug=slug,
        capacity=15,
        half_cap_percent=percent,
    )
    sold = 0
    for tier, count, is_kept in acts:
        try:
            order = an_order(office, (tier, count), event=slug)
        except Refused:
            continue
        if is_kept:
            sold += count if tier == MEIA else 0
        else:
            cancelled(office, order.id)

    with office.reading() as session:
        event = session.get_one(Event, next(e.id for e in rows(office, Event) if e.slug == slug))
        half = (event.half_taken, event.half_limit)

    assert half == (sold, 15 * percent // 100)
    assert sold <= 15 * percent // 100
    assert disagreements(office) == []
