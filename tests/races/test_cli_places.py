"""The last places, wanted by real commands at once: pairs are sold, the rest is told cleanly."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.commands import EVENT, Commands, Ran
from tests.making import LOTE, SLUG

CLERKS = 6
PAIRS = 3


@pytest.fixture
def selling(database_url: str, tmp_path: Path) -> Commands:
    """The program with an event of so many pairs, once on each database."""
    boxoffice = Commands(database_url, tmp_path / "home")
    boxoffice.has_event(EVENT.replace("quota = 10", f"quota = {2 * PAIRS}", 1))
    return boxoffice


def test_six_commands_sell_three_pairs_and_three_say_sold_out(selling: Commands) -> None:
    def sell(_: int) -> Ran:
        return selling.process(f"order sell -e {SLUG} --tier '{LOTE}' --quantity 2 --json")

    with ThreadPoolExecutor(CLERKS) as clerks:
        ran = list(clerks.map(sell, range(CLERKS)))

    sold = [each for each in ran if each.code == 0]
    refused = [each for each in ran if each.code != 0]
    assert len(sold) == PAIRS
    assert {(each.code, each.error["code"]) for each in refused} == {(5, "tier.sold_out")}
    assert sum(len(each.json["order"]["tickets"]) for each in sold) == 2 * PAIRS
    assert selling(f"tier list {SLUG} --json").rows[0]["places_left"] == 0
