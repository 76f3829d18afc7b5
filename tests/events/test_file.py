"""The event file: read whole, and every value that makes no sense is named."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from boxoffice.errors import BadFile, BadValue
from boxoffice.events.file import EventPlan, event_plan, read_event_file
from boxoffice.events.models import Category, CodeScheme, FeePer, LatePayment
from boxoffice.money import Money
from tests.making import NOON

WHOLE = """
[event]
slug = "noite-2026"
title = "Noite das Farmácias"
venue = "Clube Naval"
address = "Rua do Porto, 1"
timezone = "America/Manaus"
starts_at = 2026-11-22T20:00:00
ends_at = "23/11/2026 04:00"
doors_at = 2026-11-22T19:00:00-03:00
capacity = 300
late_payment = "review"
fee_fixed = "2,50"
fee_percent = 7.5
fee_per = "order"
code_scheme = "signed"
hold_minutes = 15

[[tier]]
name = "Lote 1"
price = "R$ 1.100,00"
quota = 100
closes_at = 2026-10-01

[[tier]]
name = "Meia"
price = 75.50
quota = 120
category = "half"
after = "Lote 1"

[[list]]
name = "vip"
tiers = ["Meia"]
policy = "after_exit"
opens_at = "2026-11-22T19:00"
"""
EVENT = {"slug": "noite", "title": "Noite", "starts_at": "2026-11-22T20:00"}
TIER = {"name": "Lote 1", "price": "100", "quota": 10}


def plan_of(text: str, folder: Path) -> EventPlan:
    path = folder / "event.toml"
    path.write_text(text, encoding="utf-8")
    return read_event_file(path, now=NOON)


def test_a_whole_file_is_read_in_the_events_own_zone(tmp_path: Path) -> None:
    plan = plan_of(WHOLE, tmp_path)

    assert (plan.slug, plan.title, plan.venue) == (
        "noite-2026",
        "Noite das Farmácias",
        "Clube Naval",
    )
    assert plan.starts_at == datetime(2026, 11, 23, 0, tzinfo=UTC)
    assert plan.ends_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert plan.doors_at == datetime(2026, 11, 22, 22, tzinfo=UTC)
    assert (plan.capacity, plan.hold_minutes) == (300, 15)
    assert (plan.fee_fixed_minor, plan.fee_basis_points, plan.fee_per) == (250, 750, FeePer.ORDER)
    assert (plan.late_payment, plan.code_scheme) == (LatePayment.REVIEW, CodeScheme.SIGNED)
    first, second = plan.tiers
    assert (first.price, first.quota, first.after) == (Money(110_000), 100, None)
    assert first.closes_at == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert (second.price, second.category, second.after) == (Money(7550), Category.HALF, "Lote 1")
    (door,) = plan.lists
    assert (door.name, door.tiers, door.policy) == ("vip", ("Meia",), "after_exit")
    assert door.opens_at == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_what_is_left_out_has_a_default() -> None:
    plan = event_plan({"event": EVENT, "tier": [TIER]}, now=NOON)

    assert (plan.timezone, plan.venue, plan.capacity) == ("America/Sao_Paulo", "", None)
    assert (plan.fee_fixed_minor, plan.fee_basis_points, plan.hold_minutes) == (0, 0, 30)
    assert (plan.fee_per, plan.late_payment) == (FeePer.TICKET, LatePayment.ACCEPT_IF_SEAT)
    assert (plan.code_scheme, plan.tiers[0].category) == (CodeScheme.SHORT, Category.FULL)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"slug": "Noite"}, "event.slug"),
        ({"slug": "-noite"}, "event.slug"),
        ({"slug": "../etc"}, "event.slug"),
        ({"slug": "x" * 65}, "event.slug"),
        ({"slug": ""}, "event.slug"),
        ({"slug": 5}, "event.slug"),
        ({"slug": None}, "event.slug"),
        ({"title": ""}, "event.title"),
        ({"title": "Noite\x1b[2J"}, "event.title"),
        ({"title": "x" * 201}, "event.title"),
        ({"title": None}, "event.title"),
        ({"venue": ["a"]}, "event.venue"),
        ({"timezone": "Brazil/Utopia"}, "timezone"),
        ({"timezone": -3}, "event.timezone"),
        ({"starts_at": None}, "event.starts_at"),
        ({"starts_at": "soon"}, "event.starts_at"),
        ({"starts_at": 20261122}, "event.starts_at"),
        ({"starts_at": {}}, "event.starts_at"),
        ({"ends_at": "2026-11-22T20:00"}, "event.ends_at"),
        ({"ends_at": "2026-11-22T19:00"}, "event.ends_at"),
        ({"doors_at": "31/02/2026"}, "event.doors_at"),
        ({"capacity": 0}, "event.capacity"),
        ({"capacity": -5}, "event.capacity"),
        ({"capacity": 1_000_001}, "event.capacity"),
        ({"capacity": "300"}, "event.capacity"),
        ({"capacity": True}, "event.capacity"),
        ({"capacity": 1.5}, "event.capacity"),
        ({"late_payment": "maybe"}, "event.late_payment"),
        ({"late_payment": ["review"]}, "event.late_payment"),
        ({"late_payment": {}}, "event.late_payment"),
        ({"fee_fixed": "-1"}, "event.fee_fixed"),
        ({"fee_fixed": []}, "event.fee_fixed"),
        ({"fee_fixed": True}, "event.fee_fixed"),
        ({"fee_percent": 101}, "event.fee_percent"),
        ({"fee_percent": -1}, "event.fee_percent"),
        ({"fee_percent": "7,555"}, "event.fee_percent"),
        ({"fee_percent": [7]}, "event.fee_percent"),
        ({"fee_per": "guest"}, "event.fee_per"),
        ({"code_scheme": 1}, "event.code_scheme"),
        ({"hold_minutes": 0}, "event.hold_minutes"),
        ({"hold_minutes": "30"}, "event.hold_minutes"),
        ({"colour": "red"}, "event.colour"),
    ],
)
def test_every_bad_value_of_the_event_is_named(changes: dict[str, Any], named: str) -> None:
    event = {key: value for key, value in (EVENT | changes).items() if value is not None}

    with pytest.raises(BadValue) as caught:
        event_plan({"event": event}, now=NOON)

    assert caught.value.details["name"] == named
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": None}, "tier 2.name"),
        ({"name": "x" * 81}, "tier 2.name"),
        ({"name": "Lote\n2"}, "tier 2.name"),
        ({"name": "Lote 1"}, "tier.name"),
        ({"price": None}, "tier 2.price"),
        ({"price": "1.234"}, "tier 2.price"),
        ({"price": -1}, "tier 2.price"),
        ({"price": "free"}, "tier 2.price"),
        ({"price": [1]}, "tier 2.price"),
        ({"quota": None}, "tier 2.quota"),
        ({"quota": 0}, "tier 2.quota"),
        ({"quota": 1_000_001}, "tier 2.quota"),
        ({"quota": "10"}, "tier 2.quota"),
        ({"category": "vip"}, "tier 2.category"),
        ({"category": ["full"]}, "tier 2.category"),
        ({"opens_at": "soon"}, "tier 2.opens_at"),
        ({"closes_at": 5}, "tier 2.closes_at"),
        ({"opens_at": "2026-01-02", "closes_at": "2026-01-01"}, "tier 'Lote 2'.closes_at"),
        ({"opens_at": "2026-01-02", "closes_at": "2026-01-02"}, "tier 'Lote 2'.closes_at"),
        ({"after": "Lote 9"}, "tier 'Lote 2'.after"),
        ({"after": "Lote 2"}, "tier 'Lote 2'.after"),
        ({"after": 1}, "tier 2.after"),
        ({"sold": 5}, "tier 2.sold"),
    ],
)
def test_every_bad_value_of_a_tier_is_named(changes: dict[str, Any], named: str) -> None:
    second = {k: v for k, v in ({**TIER, "name": "Lote 2"} | changes).items() if v is not None}

    with pytest.raises(BadValue) as caught:
        event_plan({"event": EVENT, "tier": [TIER, second]}, now=NOON)

    assert caught.value.details["name"] == named


def test_tiers_that_follow_each_other_round_in_a_circle_are_named() -> None:
    ring = [{**TIER, "name": name, "after": after} for name, after in ("ab", "bc", "ca")]

    with pytest.raises(BadValue, match="goes round in a circle"):
        event_plan({"event": EVENT, "tier": ring}, now=NOON)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": None}, "list 1.name"),
        ({"policy": "twice"}, "list 1.policy"),
        ({"policy": ["once"]}, "list 1.policy"),
        ({"tiers": "Lote 1"}, "list 1.tiers"),
        ({"tiers": [1]}, "list 1.tiers"),
        ({"tiers": ["Lote 9"]}, "list 'vip'.tiers"),
        ({"tiers": ["Lote 1", "Lote 1"]}, "list 'vip'.tiers"),
        ({"opens_at": "22:00"}, "list 1.opens_at"),
        ({"opens_at": "2026-01-02", "closes_at": "2026-01-01"}, "list 'vip'.closes_at"),
        ({"gate": "A"}, "list 1.gate"),
    ],
)
def test_every_bad_value_of_a_list_is_named(changes: dict[str, Any], named: str) -> None:
    door = {key: value for key, value in ({"name": "vip"} | changes).items() if value is not None}

    with pytest.raises(BadValue) as caught:
        event_plan({"event": EVENT, "tier": [TIER], "list": [door]}, now=NOON)

    assert caught.value.details["name"] == named


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ({}, "event"),
        ({"event": []}, "event"),
        ({"event": EVENT, "tier": TIER}, "tier"),
        ({"event": EVENT, "tier": [1]}, "tier"),
        ({"event": EVENT, "list": {}}, "list"),
        ({"event": EVENT, "tiers": [TIER]}, "the file.tiers"),
        ({"event": EVENT, "list": [{"name": "a"}, {"name": "a"}]}, "list.name"),
    ],
)
def test_a_file_of_another_shape_is_refused_by_its_part(found: Any, named: str) -> None:
    with pytest.raises(BadValue) as caught:
        event_plan(found, now=NOON)

    assert caught.value.details["name"] == named


@pytest.mark.parametrize("content", [b"[event", b"\xff\xfe", b"a = 1\na = 2", b"[event]\nslug ="])
def test_a_file_that_is_no_toml_is_refused_whole(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "event.toml"
    path.write_bytes(content)

    with pytest.raises(BadFile):
        read_event_file(path, now=NOON)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(BadFile):
            read_event_file(path, now=NOON)


@pytest.mark.parametrize("value", ["inf", "nan", "1e400", "-1.5", "07:30:00"])
def test_numbers_and_times_that_toml_allows_and_we_do_not_are_named(
    value: str, tmp_path: Path
) -> None:
    text = WHOLE.replace('"R$ 1.100,00"', value)

    with pytest.raises(BadValue) as caught:
        plan_of(text, tmp_path)

    assert caught.value.details["name"] == "tier 1.price"
