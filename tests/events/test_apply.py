"""Applying an event file: twice changes nothing, and nobody loses a place that was sold."""

from typing import Any

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.door.models import DoorList, DoorListTier
from boxoffice.errors import BadValue, Forbidden, Refused
from boxoffice.events.apply import apply_event
from boxoffice.events.models import Event, Tier
from boxoffice.office import BoxOffice
from tests.making import (
    DOOR,
    Clock,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    applied,
    counts,
    places_left,
    rows,
    the_event,
    the_order,
)

CHAIN = (a_tier(), a_tier("Lote 2", price="150", after="Lote 1"), a_tier("Lote 3", after="Lote 2"))
VIP = {"name": "vip", "tiers": ["Lote 2"], "policy": "daily", "opens_at": "2026-11-23T19:00"}


def test_an_event_is_made_with_its_tiers_and_one_door(office: BoxOffice) -> None:
    changes = applied(office, a_plan(*CHAIN))

    event = the_event(office)
    assert changes == [
        "add event noite",
        "add tier Lote 1",
        "add tier Lote 2",
        "add tier Lote 3",
        "add list main",
    ]
    assert [(tier.name, tier.after) for tier in event.tiers] == [
        ("Lote 1", None),
        ("Lote 2", "Lote 1"),
        ("Lote 3", "Lote 2"),
    ]
    assert event.state == "draft"


@pytest.mark.parametrize("lists", [(), (VIP,), (VIP, {"name": "main"})])
def test_the_same_file_again_changes_nothing(office: BoxOffice, lists: tuple[Any, ...]) -> None:
    plan = a_plan(*CHAIN, lists=lists, fee_percent=7, capacity=25, ends_at="2026-11-24T04:00")
    applied(office, plan)
    before = counts(office), rows(office, Tier)

    assert applied(office, plan) == []
    assert (counts(office), rows(office, Tier)) == before


def test_the_order_of_tiers_in_the_file_does_not_matter_for_who_follows_whom(
    office: BoxOffice,
) -> None:
    applied(office, a_plan(*reversed(CHAIN)))

    event = the_event(office)
    assert [tier.name for tier in event.tiers] == ["Lote 3", "Lote 2", "Lote 1"]
    assert {tier.name: tier.after for tier in event.tiers} == {
        "Lote 1": None,
        "Lote 2": "Lote 1",
        "Lote 3": "Lote 2",
    }


@pytest.mark.parametrize(
    ("event", "tier", "told"),
    [
        ({"title": "Noite de Gala"}, {}, ["change event noite title"]),
        ({"starts_at": "2026-11-23T21:00"}, {}, ["change event noite starts_at"]),
        ({"capacity": 5}, {}, ["change event noite capacity"]),
        ({"fee_percent": "2,5"}, {}, ["change event noite fee_basis_points"]),
        ({"code_scheme": "signed"}, {}, ["change event noite code_scheme"]),
        ({}, {"price": "120"}, ["change tier Lote 1 price_minor"]),
        ({}, {"quota": 12}, ["change tier Lote 1 quota"]),
        ({}, {"category": "half"}, ["change tier Lote 1 category"]),
        ({}, {"closes_at": "2026-11-23"}, ["change tier Lote 1 closes_at"]),
    ],
)
def test_one_change_in_the_file_is_one_change_in_the_house(
    office: BoxOffice, event: dict[str, Any], tier: dict[str, Any], told: list[str]
) -> None:
    applied(office, a_plan())

    changed = a_plan(a_tier(**tier), **event)

    assert applied(office, changed) == told
    assert applied(office, changed) == []


def test_a_larger_quota_adds_places_and_a_smaller_one_takes_free_ones(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=10))
    a_sale(office, ("Lote 1", 4))

    applied(office, a_plan(a_tier(quota=15)))
    more = places_left(office)
    applied(office, a_plan(a_tier(quota=4)))

    assert more == {"Lote 1": 11, "*": 11}
    assert places_left(office) == {"Lote 1": 0, "*": 0}


def test_a_quota_below_what_is_sold_is_refused_and_nothing_changes(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=10))
    a_sale(office, ("Lote 1", 4))
    before = counts(office), the_event(office)

    with pytest.raises(Refused) as caught:
        applied(office, a_plan(a_tier(quota=3), title="Another"))

    assert caught.value.case == "tier.quota_too_small"
    assert "4 places taken" in caught.value.message
    assert (counts(office), the_event(office)) == before


def test_a_capacity_below_what_is_taken_is_refused_and_nothing_changes(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=10))
    a_sale(office, ("Lote 1", 4))
    before = counts(office), the_event(office)

    with pytest.raises(Refused) as caught:
        applied(office, a_plan(a_tier(quota=10, price="1"), capacity=3))

    assert caught.value.case == "event.capacity_too_small"
    assert (counts(office), the_event(office)) == before


def test_a_capacity_may_shrink_to_what_is_taken_and_go_away_again(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=10))
    a_sale(office, ("Lote 1", 4))

    applied(office, a_plan(a_tier(quota=10), capacity=4))
    full = places_left(office)
    applied(office, a_plan(a_tier(quota=10)))

    assert full == {"Lote 1": 6, "*": 0}
    assert places_left(office) == {"Lote 1": 6, "*": 6}


def test_a_new_price_does_not_touch_what_was_sold(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100"))
    sale = a_sale(office)

    applied(office, a_plan(a_tier(price="999")))

    (ticket,) = the_order(office, sale.code).tickets
    assert (ticket.price.minor, a_sale(office).total.minor) == (10_000, 99_900)


def test_a_tier_may_come_to_follow_another_and_stop_again(office: BoxOffice) -> None:
    two = a_tier("Lote 2")
    applied(office, a_plan(a_tier(), two))

    follows = applied(office, a_plan(a_tier(), two | {"after": "Lote 1"}))
    new_first = applied(office, a_plan(a_tier("Lote 0"), a_tier(), two | {"after": "Lote 0"}))
    alone = applied(office, a_plan(a_tier("Lote 0"), a_tier(), two))

    assert follows == ["change tier Lote 2 after"]
    assert new_first == [
        "add tier Lote 0",
        "change tier Lote 1 turn",
        "change tier Lote 2 after",
        "change tier Lote 2 turn",
    ]
    assert alone == ["change tier Lote 2 after"]


def test_a_tier_and_a_door_that_the_file_no_longer_names_are_left_alone(
    office: BoxOffice,
) -> None:
    applied(office, a_plan(*CHAIN, lists=[VIP]))

    assert applied(office, a_plan(CHAIN[0])) == []
    assert len(the_event(office).tiers) == 3
    assert [row.name for row in rows(office, DoorList)] == ["vip"]


def test_a_door_is_changed_with_its_tiers(office: BoxOffice) -> None:
    applied(office, a_plan(*CHAIN, lists=[VIP]))

    changed = applied(
        office, a_plan(*CHAIN, lists=[VIP | {"policy": "once", "tiers": ["Lote 1", "Lote 3"]}])
    )

    assert changed == ["change list vip policy", "change list vip tiers"]
    assert len(rows(office, DoorListTier)) == 2


def test_what_was_applied_is_in_the_audit_once(office: BoxOffice) -> None:
    applied(office, a_plan())
    applied(office, a_plan())

    assert sorted(entry.verb for entry in rows(office, AuditEntry)) == [
        "door.apply_lists",
        "event.apply",
    ]


def test_who_may_not_edit_events_changes_none(office: BoxOffice) -> None:
    with pytest.raises(Forbidden), office.writing() as session:
        apply_event(session, DOOR, a_plan(), now=office.now())

    assert set(counts(office).values()) == {0}


@pytest.mark.parametrize("dates", [{"starts_at": "2025-11-23T20:00"}, {"starts_at": "-1h"}])
def test_an_event_that_would_be_over_is_refused(office: BoxOffice, dates: dict[str, Any]) -> None:
    with pytest.raises(BadValue, match=r"event\.starts_at is in the past"):
        applied(office, a_plan(**dates))

    assert rows(office, Event) == []


def test_an_event_that_is_under_way_may_be_made(office: BoxOffice) -> None:
    applied(office, a_plan(starts_at="-1h", ends_at="+3h"))

    assert len(rows(office, Event)) == 1


def test_an_event_is_changed_after_its_night_but_not_moved_to_the_past(
    office: BoxOffice, clock: Clock
) -> None:
    applied(office, a_plan())
    clock.forward(days=30)

    assert applied(office, a_plan(title="Noite (2ª)")) == ["change event noite title"]
    with pytest.raises(BadValue, match="in the past"):
        applied(office, a_plan(starts_at="2026-11-22T20:00"))
