"""What a rehearsal decides beforehand is decided by its seed, and by nothing else."""

from collections import Counter

import pytest

from boxoffice.errors import BadValue
from boxoffice.rehearsal.drill import (
    Drill,
    chains_of,
    crowd,
    dealt,
    decisions,
    drill_of,
    line_at_the_door,
)
from tests.making import a_plan, a_tier

DRILL = Drill(rate=20, seconds=10, seed=7)
PLAN = a_plan(
    a_tier("Lote 1", quota=40),
    a_tier("Lote 2", quota=60, after="Lote 1"),
    a_tier("Meia", quota=20, category="half"),
    a_tier("Cortesia", price="0", quota=10, category="courtesy"),
)


def read(buyers: str, minutes: float = 0.5, **more: int) -> Drill:
    given = {"hands": 4, "desks": 2, "offline": 0, "seed": 0} | more
    return drill_of(buyers, minutes, faults=(), **given)


def test_the_same_seed_decides_the_same_and_another_one_another() -> None:
    chains = chains_of(PLAN)
    first, again = (crowd(DRILL, chains, ["P-1"]) for _ in range(2))
    other = crowd(Drill(rate=20, seconds=10, seed=8), chains, ["P-1"])

    assert first == again
    assert first != other
    assert decisions(DRILL, chains, first) == decisions(DRILL, chains, again)
    assert decisions(DRILL, chains, first)["digest"] != decisions(DRILL, chains, other)["digest"]


def test_as_many_come_as_were_asked_for_within_the_time_and_in_order() -> None:
    buyers = crowd(DRILL, chains_of(PLAN), ["P-1"])
    moments = [buyer.at_seconds for buyer in buyers]

    assert len(buyers) == 200
    assert moments == sorted(moments)
    assert moments[-1] <= DRILL.seconds
    assert {buyer.promo for buyer in buyers} == {"", "P-1"}
    assert {buyer.pays for buyer in buyers} == {True, False}


def test_the_public_buys_chains_of_tiers_and_no_courtesies() -> None:
    assert [(chain.tiers, chain.quota) for chain in chains_of(PLAN)] == [
        (("Lote 1", "Lote 2"), 100),
        (("Meia",), 20),
    ]


def test_every_ticket_is_shown_and_some_twice() -> None:
    codes = [f"code {number}" for number in range(100)]
    shown = Counter(line_at_the_door(DRILL, codes, ["forged"]))

    assert set(shown) == {*codes, "forged"}
    assert sum(count == 2 for count in shown.values()) == 5
    hands = dealt(list(shown.elements()), 3)
    assert Counter(code for hand in hands for code in hand) == shown


@pytest.mark.parametrize(
    ("buyers", "rate"), [("20/s", 20.0), ("0.5/s", 0.5), ("600", 20.0), (" 30 ", 1.0)]
)
def test_buyers_are_a_rate_or_all_of_them(buyers: str, rate: float) -> None:
    assert read(buyers).rate == rate


@pytest.mark.parametrize(
    "buyers", ["", "many", "-3", "0", "0/s", "20/m", "9999999", "1e3", "200000"]
)
def test_what_is_no_number_of_buyers_is_refused(buyers: str) -> None:
    with pytest.raises(BadValue, match="--buyers"):
        read(buyers)


def test_no_more_desks_are_offline_than_there_are() -> None:
    with pytest.raises(BadValue, match="--offline"):
        read("20/s", offline=3)
