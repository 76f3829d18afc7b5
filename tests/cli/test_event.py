"""Events on the command line: asked before a change, dry when told so, and moved through states."""

from pathlib import Path

import pytest

from tests.commands import EVENT, Commands


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "event.toml"
    path.write_text(EVENT, encoding="utf-8")
    return str(path)


def test_apply_without_a_terminal_names_the_flag_that_answers(
    boxoffice: Commands, file: str
) -> None:
    ran = boxoffice("event apply --json", file)

    assert (ran.code, ran.error["hint"]) == (2, "repeat with --yes")
    assert boxoffice("event list --json").out == ""


def test_a_dry_run_tells_the_changes_and_writes_nothing(boxoffice: Commands, file: str) -> None:
    dry = boxoffice("event apply --dry-run --json", file)

    assert "nothing written." in dry.err
    assert boxoffice("event list --json").out == ""
    assert boxoffice("event apply --yes --json", file).json["changes"] == dry.json["changes"]


def test_a_dry_run_for_people_lists_the_changes(boxoffice: Commands, file: str) -> None:
    ran = boxoffice("event apply --dry-run", file)

    assert ran.code == 0
    assert ran.out.splitlines()[:2] == ["+ event noite", "+ tier Lote 1"]


def test_a_change_is_told_with_before_and_after(boxoffice: Commands, file: str) -> None:
    boxoffice("event apply --yes", file)
    Path(file).write_text(EVENT.replace("quota = 5", "quota = 7"), encoding="utf-8")

    (change,) = boxoffice("event apply --yes --json", file).json["changes"]

    assert change == {
        "act": "change",
        "noun": "tier",
        "name": "Meia",
        "field": "quota",
        "before": 5,
        "after": 7,
    }


def test_a_file_that_is_wrong_changes_nothing(boxoffice: Commands, file: str) -> None:
    Path(file).write_text(EVENT.replace("quota = 5", 'quota = "many"'), encoding="utf-8")

    ran = boxoffice("event apply --yes --json", file)

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")
    assert "quota" in ran.error["message"]
    assert boxoffice("event list --json").out == ""


def test_an_event_is_made_of_flags_and_its_lotes_follow_each_other(boxoffice: Commands) -> None:
    told = boxoffice(
        "event create noite --title Noite --starts-at '01/12/2099 19:00' --capacity 30 --json "
        "--tier 'Lote 1:R$ 1.100,50:10' --tier 'Lote 2:120:20'"
    ).json

    assert told["event"]["starts_at"] == "2099-12-01T22:00:00Z"
    assert told["event"]["capacity"] == 30
    assert [(t["price_minor"], t["after"]) for t in told["event"]["tiers"]] == [
        (110_050, None),
        (12_000, "Lote 1"),
    ]


@pytest.mark.parametrize("tier", ["Lote 1", "Lote 1:100", "Lote 1:100:many", "Lote 1:x:1", ":1:1"])
def test_a_lote_that_cannot_be_read_is_refused(boxoffice: Commands, tier: str) -> None:
    ran = boxoffice("event create n --title N --starts-at 2099-12-01 --json --tier", tier)

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")


def test_the_sale_stops_goes_on_and_ends(boxoffice: Commands) -> None:
    boxoffice.has_event()
    sale = "order sell -e noite --tier 'Lote 1' --json"

    paused = boxoffice("event pause noite --json").json["state"], boxoffice(sale).code
    resumed = boxoffice("event publish noite --json").json["state"], boxoffice(sale).code
    ended = boxoffice("event close noite --yes --json").json["state"], boxoffice(sale).code

    assert (paused, resumed, ended) == (("paused", 5), ("on_sale", 0), ("ended", 5))


def test_the_end_of_a_sale_is_asked_for(boxoffice: Commands) -> None:
    boxoffice.has_event()

    ran = boxoffice("event close noite --json")

    assert (ran.code, ran.error["hint"]) == (2, "repeat with --yes")
    assert boxoffice("event show noite --json").json["state"] == "on_sale"


def test_a_tier_is_added_and_listed(boxoffice: Commands) -> None:
    boxoffice.has_event()

    added = boxoffice("tier add noite 'Lote 3' --price 200 --quota 7 --after 'Lote 2' --json").json

    assert (added["price_minor"], added["after"], added["on_sale"]) == (20_000, "Lote 2", False)
    assert boxoffice("tier list noite --json").rows[-1] == added
