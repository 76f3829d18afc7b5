"""Exports as cron runs them: whole, silent, one at a time, and true to their manifest."""

import csv
import fcntl
import hashlib
import json
import os
import threading
from pathlib import Path

import pytest

from tests.commands import Commands

RUN = "export run attendees -e noite --out"


@pytest.fixture
def selling(database_url: str, tmp_path: Path) -> Commands:
    made = Commands(database_url, tmp_path / "home")
    made.has_event()
    return made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "guests.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_valid_ticket_is_a_row(selling: Commands, out: Path) -> None:
    document = "--buyer-name 'Ana Lúcia' --buyer-document 39053344705"
    kept = selling.sells(f"--quantity 2 {document}")["order"]
    dead = selling.sells()["order"]
    selling(f"order cancel {dead['code']} --yes")
    selling(f"door scan {kept['tickets'][0]['code']} -e noite")

    selling(RUN, str(out))

    rows = rows_of(out)
    assert [row["ticket"] for row in rows] == [t["short_code"] for t in kept["tickets"]]
    assert [bool(row["entered_at"]) for row in rows] == [True, False]
    assert (
        rows[0].items()
        >= {
            "order": kept["code"],
            "tier": "Lote 1",
            "category": "full",
            "price": "100.00",
            "currency": "BRL",
            "state": "valid",
            "holder_name": "Ana Lúcia",
            "holder_document": "***.533.447-**",
        }.items()
    )
    assert kept["tickets"][0]["code"] not in out.read_text(encoding="utf-8")


def test_the_manifest_tells_the_truth(selling: Commands, out: Path) -> None:
    selling.sells("--quantity 3")

    told = selling(f"{RUN} {out} --json").json

    raw = out.read_bytes()
    manifest = json.loads(out.with_name("guests.csv.manifest.json").read_bytes())
    digest = hashlib.sha256(raw).hexdigest()
    assert (manifest["rows"], manifest["bytes"], manifest["sha256"]) == (3, len(raw), digest)
    assert (told["rows"], told["bytes"], told["sha256"]) == (3, len(raw), digest)
    assert manifest["columns"] == list(rows_of(out)[0])
    assert set(manifest["personal_columns"]) >= {"holder_name", "holder_email", "buyer_name"}
    assert raw.count(b"\r\n") == 4


def test_a_run_that_went_well_says_nothing(selling: Commands, out: Path) -> None:
    ran = selling(RUN, str(out))

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert rows_of(out) == []


def test_a_file_that_is_being_written_is_left_alone(selling: Commands, out: Path) -> None:
    out.write_bytes(b"old")
    with out.with_name(".guests.csv.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        ran = selling(f"{RUN} {out} --json")

    assert (ran.code, ran.error["code"], ran.error["retryable"]) == (75, "export.locked", True)
    assert out.read_bytes() == b"old"
    assert selling(RUN, str(out)).code == 0


@pytest.mark.parametrize("name", ["/no/such/folder/x.csv", "/proc/x.csv", "/proc/1", "n" * 300])
def test_a_place_that_cannot_be_written_is_told(selling: Commands, name: str) -> None:
    ran = selling(f"{RUN} {name} --json")

    assert (ran.code, ran.error["code"]) == (2, "file.invalid")


def test_stdout_gets_the_rows_alone(selling: Commands) -> None:
    selling.sells()

    ran = selling(f"{RUN} -")

    assert (ran.code, ran.err, len(ran.out.splitlines())) == (0, "", 2)
    assert selling(f"{RUN} - --json").code == 2


def test_devices_pipes_and_links_survive(selling: Commands, out: Path) -> None:
    selling.sells()
    pipe, link, null = (out.with_name(name) for name in ("pipe", "link", "null"))
    os.mkfifo(pipe)
    link.symlink_to(out)
    null.symlink_to(os.devnull)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()

    codes = [selling(RUN, str(path)).code for path in (pipe, link, null, Path(os.devnull))]
    reader.join()

    assert codes == [0, 0, 0, 0]
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert Path(os.devnull).is_char_device()
    assert read == [out.read_bytes()]
    assert not null.with_name("null.manifest.json").exists()


def test_an_event_that_is_not_there_leaves_no_file(selling: Commands, out: Path) -> None:
    ran = selling(f"export run attendees -e nowhere --out {out} --json")

    assert (ran.code, ran.error["code"]) == (3, "event.not_found")
    assert list(out.parent.iterdir()) == []


def test_a_run_killed_at_any_moment_leaves_the_old_file_or_the_new_one(
    sqlite_url: str, tmp_path: Path, out: Path
) -> None:
    boxoffice = Commands(sqlite_url, tmp_path / "home")
    boxoffice.has_event()
    boxoffice(RUN, str(out))
    old = out.read_bytes()
    boxoffice.sells()
    boxoffice(RUN, str(out.with_name("new.csv")))
    new = out.with_name("new.csv").read_bytes()

    for tenths in range(3, 9, 2):
        with boxoffice.started(RUN, str(out)) as process:
            timer = threading.Timer(tenths / 10, process.kill)
            timer.start()
            process.wait(30)
            timer.cancel()

        assert out.read_bytes() in {old, new}
    assert boxoffice(RUN, str(out)).code == 0
    assert out.read_bytes() == new


def test_what_can_be_exported_is_listed_with_its_columns(selling: Commands) -> None:
    told = {row["name"]: row for row in selling("export list --json").rows}

    assert {"attendees", "orders", "payments", "scans", "audit"} <= set(told)
    assert all(set(row["personal_columns"]) <= set(row["columns"]) for row in told.values())
