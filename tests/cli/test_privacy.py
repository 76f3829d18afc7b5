"""The commands of privacy and of backup, as people run them."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.commands import Commands

ANA = "ana@example.com"
BUYER = f"--buyer-name 'Ana Davila' --buyer-email {ANA} --buyer-document 39053344705"


@pytest.fixture
def knowing(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    boxoffice.sells(BUYER)
    return boxoffice


def test_finding_tells_rows_and_shows_no_value(knowing: Commands) -> None:
    ran = knowing(f"privacy find {ANA} --json")

    assert {row["table"] for row in ran.rows} >= {"orders", "ticket", "message", "mail"}
    assert "Davila" not in ran.out
    assert "390" not in knowing(f"privacy find {ANA}").out
    assert knowing("privacy find nobody@example.com --json").rows == []


def test_a_person_gets_a_zip_of_their_own(knowing: Commands, tmp_path: Path) -> None:
    out = tmp_path / "ana.zip"

    told = knowing(f"privacy export {ANA} --json --out", str(out)).json

    assert told["counts"]["orders"] == 1
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as package:
        assert json.loads(package.read("orders.json"))[0]["buyer_email"] == ANA
    missing = knowing("privacy export no@example.com --json --out", str(tmp_path / "x"))
    assert missing.error["code"] == "person.not_found"
    assert not (tmp_path / "x").exists()


def test_erasing_is_planned_and_then_done(knowing: Commands, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"

    planned = knowing(f"privacy erase {ANA} --json --plan-out", str(plan)).json
    assert knowing(f"privacy find {ANA} --json").rows != []
    done = knowing(f"privacy erase {ANA} --yes --json --apply", str(plan)).json

    assert ANA not in plan.read_text()
    assert any("CTN" in kept["why"] for kept in planned["kept"])
    assert (done["scrubbed"], done["left"]) == (True, [])
    assert knowing(f"privacy find {ANA} --json").rows == []
    assert list((knowing.home / "mail" / "new").iterdir()) == []


def test_behind_a_pooler_a_whole_sale_goes_through_and_old_bytes_wait_for_scrub(
    postgres_url: str, tmp_path: Path
) -> None:
    office = Commands(f"{postgres_url}&pooler=transaction", tmp_path / "home")
    office.has_event()
    office.sells(BUYER)
    office(f"privacy erase {ANA} --plan-out", str(tmp_path / "plan.json"))

    erased = office(f"privacy erase {ANA} --yes --json --apply", str(tmp_path / "plan.json"))
    scrub, backup = office("privacy scrub --json"), office("backup --json")

    assert (erased.code, json.loads(erased.out)["scrubbed"]) == (6, False)
    assert "through a pooler" in erased.err
    assert (scrub.code, backup.code) == (78, 78)
    assert "the server itself" in scrub.error["hint"]
    assert office(f"privacy find {ANA} --json").rows == []


def test_a_plan_is_of_one_person_and_one_state(knowing: Commands, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    knowing(f"privacy erase {ANA} --plan-out", str(plan))
    knowing.sells(BUYER)

    stale = knowing(f"privacy erase {ANA} --yes --json --apply", str(plan))
    other = knowing("privacy erase joel@example.com --yes --json --apply", str(plan))
    unasked = knowing(f"privacy erase {ANA} --json --apply", str(plan))

    assert stale.error["code"] == other.error["code"] == "plan.stale"
    assert unasked.code == 5  # stale before anybody is asked
    assert knowing(f"privacy find {ANA} --json").rows != []


def test_a_name_alone_is_not_enough_to_erase(knowing: Commands) -> None:
    assert knowing("privacy erase 'Ana Davila' --json").error["code"] == "value.invalid"
    assert knowing("privacy find 'Ana Davila' -e noite --json").rows != []


def test_an_event_says_how_long_it_keeps_its_people(knowing: Commands) -> None:
    (before,) = knowing("privacy retention --json").rows
    told = knowing("privacy retention noite --days 30 --json").json
    done = knowing("privacy retain --yes --json").json

    assert (before["days"], told["days"], told["applied_at"]) == (None, 30, None)
    assert done == {"events": 0, "orders": 0, "waiting": 0}


def test_scrubbing_rewrites_the_files(knowing: Commands) -> None:
    assert knowing("privacy scrub --json").json["scrubbed"] > 20


def test_a_backup_goes_home_and_the_doctor_tells_its_age(knowing: Commands) -> None:
    knowing("backup --keep 1")
    made = knowing("backup --keep 1 --json").json

    (kept,) = (knowing.home / "backups").glob("*.zip")
    assert str(kept) == made["file"]
    findings = {row["check"]: row for row in knowing("doctor --json").rows}
    assert findings["backup"]["ok"]
    assert str(kept) in findings["backup"]["says"]


def test_a_restore_asks_before_it_destroys(knowing: Commands, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    assert knowing("backup --json --to", str(out)).json["has_key"] is False
    code = knowing.sells(BUYER)["order"]["code"]

    refused = knowing("restore --json", str(out))
    unasked = knowing("restore --over --json", str(out))
    done = knowing("restore --over --yes --json", str(out)).json

    assert refused.error["code"] == "restore.not_empty"
    assert unasked.error["exit"] == 2
    assert done["key"] == "none"
    assert knowing(f"order show {code} --json").error["code"] == "order.not_found"


def test_a_backup_with_its_key_opens_a_new_home(on_sqlite: Commands, tmp_path: Path) -> None:
    on_sqlite.has_event()
    (ticket,) = on_sqlite.sells(BUYER)["order"]["tickets"]
    out = tmp_path / "b.zip"
    on_sqlite("backup --with-key --to", str(out))
    new = Commands(f"sqlite:///{tmp_path / 'new' / 'b.db'}", tmp_path / "new")
    del new.settings["BOXOFFICE_SECRET_KEY"]

    assert new("restore --json", str(out)).json["key"] == "restored"

    assert new(f"door scan {ticket['code']} -e noite --json").json["verdict"] == "ok"
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_restore_without_the_key_of_its_tickets_says_so(
    on_sqlite: Commands, tmp_path: Path
) -> None:
    on_sqlite.has_event()
    on_sqlite.sells("--method external")
    plain, whole = tmp_path / "plain.zip", tmp_path / "whole.zip"
    on_sqlite("backup --to", str(plain))
    on_sqlite("backup --with-key --to", str(whole))
    other = Commands(f"sqlite:///{tmp_path}/other.db", tmp_path / "other", secret_key="0d" * 32)

    asked = other("restore --yes", str(plain))
    told = other("restore --yes --over --json", str(whole))

    assert asked.code == 0
    assert "the tickets need the key they were made with" in asked.err
    assert "put your copy of it at" in asked.err
    assert (told.json["key"], told.json["key_fits"]) == ("another", False)
    assert "unzip -p" in told.err
