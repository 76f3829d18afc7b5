"""Doors and desks on the command line."""

from pathlib import Path

import pytest

from tests.commands import TOKEN, Commands


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def test_a_list_is_added_shown_edited_and_listed(selling: Commands) -> None:
    added = selling("door list add balcony -e noite --tier Meia --room 3 --json").json
    edited = selling("door list edit balcony -e noite --every-tier --takes-payment --json").json
    shown = selling("door list show balcony -e noite --json").json
    names = [row["name"] for row in selling("door list list -e noite --json").rows]

    assert (added["tiers"], added["room"], added["policy"]) == (["Meia"], 3, "once")
    assert (edited["tiers"], edited["room"], edited["takes_payment"]) == ([], 3, True)
    assert shown == edited
    assert names == ["main", "vip", "early", "balcony"]
    assert selling("door list add balcony -e noite --json").error["code"] == "list.exists"
    assert selling("door list edit balcony -e noite --tier Gone --json").error["exit"] == 2


def test_direction_proof_and_order_codes_are_understood(selling: Commands) -> None:
    order = selling.sells("--tier Meia --quantity 2")["order"]
    scan = f"door scan {order['tickets'][0]['code']} -e noite --json"

    seen = selling(f"{scan} --proof student")
    out = selling(f"{scan} --direction out")
    choice = selling(f"door scan {order['code']} -e noite --json")

    assert (seen.json["verdict"], out.json["verdict"]) == ("ok", "ok_exit")
    assert (choice.code, len(choice.rows[0]["choices"])) == (10, 2)
    assert selling(f"{scan} --proof smile").error["exit"] == 2
    assert selling(f"{scan} --direction up").error["exit"] == 2


def test_a_carriage_return_or_a_tab_within_a_line_splits_nothing(selling: Commands) -> None:
    code = selling.sells()["order"]["tickets"][0]["code"].encode()
    lines = b"a\rb\n" + b"c\td\r\n" + code + b"\r\n" + b"x" * 1_000_000 + b"\n" + code

    rows = selling("door scan --stdin -e noite --json", stdin=lines).rows

    assert [row["verdict"] for row in rows] == [
        "unreadable", "unreadable", "ok", "unreadable", "already_in",
    ]  # fmt: skip


def test_a_group_a_search_and_an_override_answer(selling: Commands) -> None:
    order = selling.sells("--quantity 2 --buyer-name 'João Ávila'")["order"]
    selling(f"order cancel-ticket {order['code']}-2 --reason ill --yes --json")

    found = selling("door search 'joao avi' -e noite --json").rows
    group = selling(f"door group {order['code']} -e noite --json")
    over = selling(f"door override {order['code']}-2 -e noite --reason 'with the band' --json")

    assert {row["short_code"] for row in found} >= {f"{order['code']}-1"}
    assert [row["verdict"] for row in group.rows] == ["ok"]
    assert (over.code, over.rows[0]["verdict"]) == (0, "ok_override")
    assert selling("door search jo -e noite --json").rows == []
    assert selling(f"door override {order['code']}-1 -e noite --reason '' --json").code == 2


def test_preflight_ends_with_eight_while_something_is_wrong(selling: Commands) -> None:
    before = selling("door preflight -e noite --json")
    selling.sells()
    after = selling("door preflight -e noite --json")

    assert (before.code, before.rows[0]["counts"]["valid"]) == (8, 0)
    assert before.rows[0]["problems"][0]["mend"]
    assert (after.code, after.rows[0]["problems"]) == (0, [])


def test_stats_are_told_again_and_again(on_sqlite: Commands) -> None:
    on_sqlite.has_event()

    with on_sqlite.started("door stats -e noite --watch --every 0.1 --json") as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(2)]
        process.terminate()
        code = process.wait(30)

    assert told[0] == told[1] != b""
    assert code == 143


def test_two_desks_without_a_line_and_back(boxoffice: Commands, tmp_path: Path) -> None:
    office = boxoffice.setting(asaas_webhook_token=TOKEN)
    office.has_event()
    code = office.sells()["order"]["tickets"][0]["code"]
    desks = [Commands("", tmp_path / name) for name in "ab"]
    with office.listening() as (_, url):
        for name, desk in zip("AB", desks, strict=True):
            one_time = office(f"desk enrol -e noite --name {name} --json").json["code"]
            assert desk(f"desk enrol {one_time} --url {url} --json").json["desk"] == name
            assert desk(f"desk enrol {one_time} --url {url} --json").error["code"] == "desk.code"
            assert desk("desk pull --json").json["snapshot"]["expected"] == 1
            said = desk(f"desk scan {code} --offline --json")
            assert (said.code, said.rows[0]["verdict"]) == (0, "ok_unsynced")
            assert desk("desk status --json").json["unsent"] == 1
        sent = [desk("desk sync --json").json for desk in (*reversed(desks), desks[0])]
        online = desks[0](f"desk scan {code} --json").rows[0]["verdict"]
    (conflict,) = office("door conflicts -e noite --json").rows
    closed = office(f"door resolve {conflict['id']} --note seen --json").json
    revoked = office("desk revoke A --yes --json").json

    assert [one["accepted"] for one in sent] == [1, 1, 0]
    assert online == "already_in"
    assert (conflict["kind"], conflict["desk"], conflict["other"]["desk"]) == (
        "double_entry", "B", "A",
    )  # fmt: skip
    assert closed == {"resolved": conflict["id"]}
    assert office("door conflicts -e noite --json").rows == []
    assert revoked["state"] == "revoked"
    assert [row["state"] for row in office("desk list --json").rows] == ["revoked", "enrolled"]


@pytest.mark.parametrize("line", ["desk status", "desk pull", "desk sync", "desk scan x"])
def test_a_machine_that_is_no_desk_says_how_to_become_one(on_sqlite: Commands, line: str) -> None:
    refused = on_sqlite(f"{line} --json").error

    assert (refused["code"], refused["exit"]) == ("desk.not_found", 3)
    assert "desk enrol" in refused["hint"]


def test_a_desk_is_not_ended_by_accident(selling: Commands) -> None:
    selling("desk enrol -e noite --name A --json")

    assert selling("desk revoke A --json").error["exit"] == 2
    assert selling("desk list --json").rows[0]["state"] == "waiting"
    assert selling("desk enrol --json").error["exit"] == 2
