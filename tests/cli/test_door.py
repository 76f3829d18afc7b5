"""The door on the command line: one exit code a class, a stream that never loses its place."""

import json
import os
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest

from boxoffice import engines
from boxoffice.tickets.code import TicketKey
from tests.commands import Commands

HOSTILE = [
    b"",
    b" ",
    b"\xff\xfe\x80",
    b"\x1b[2J\x1b]0;owned\x07",
    b"\xc2\x9b31m",
    "\u202egnp.exe".encode(),
    b"=cmd|'/c calc'!A1",
    b"<script>alert(1)</script>[/bold]",
    b"\x00\x00",
    b"A" * 5_000,
    b"A" * 4_096,
    b"B" * 1_048_576,
    "Ç;'/".encode(),
    b"\t\r",
]
FAULT = {"class": "FAULT", "verdict": "unavailable", "ticket": None, "first": None}


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def a_code(boxoffice: Commands, tier: str = "Lote 1") -> str:
    return str(boxoffice.sells(f"--tier '{tier}'")["order"]["tickets"][0]["code"])


def test_each_class_has_its_exit_code(selling: Commands) -> None:
    code, half = a_code(selling), a_code(selling, "Meia")
    scan = "door scan -e noite --json"

    ran = [selling(scan, shown) for shown in (code, half, code, "nonsense")]

    assert [one.code for one in ran] == [0, 10, 20, 30]
    assert [one.rows[0]["class"] for one in ran] == ["ADMIT", "HOLD", "WARN", "REFUSE"]


def test_half_price_is_held_until_the_document_was_seen(selling: Commands) -> None:
    code = a_code(selling, "Meia")

    held = selling(f"door scan {code} -e noite --json")
    seen = selling(f"door scan {code} -e noite --document --json")

    assert (held.code, held.rows[0]["verdict"]) == (10, "needs_document")
    assert "--document" in held.rows[0]["hint"]
    assert (seen.code, seen.rows[0]["verdict"]) == (0, "ok")


@pytest.mark.parametrize(
    ("door", "tier", "verdict"),
    [
        ("vip", "Lote 1", "not_on_list"),
        ("vip", "Meia", "ok"),
        ("early", "Lote 1", "too_early"),
        ("main", "Lote 1", "ok"),
    ],
)
def test_a_list_admits_its_tiers_in_its_window(
    selling: Commands, door: str, tier: str, verdict: str
) -> None:
    code = a_code(selling, tier)

    ran = selling(f"door scan {code} -e noite --list {door} --document --json")

    assert ran.rows[0]["verdict"] == verdict


def test_forged_and_unknown_codes_are_told_apart(selling: Commands) -> None:
    stranger = TicketKey(bytes(32))
    texts = [stranger.short(uuid.UUID(int=1), 0), stranger.signed(uuid.UUID(int=2), 0)]

    ran = [selling("door scan -e noite --json", text) for text in texts]

    assert [one.rows[0]["verdict"] for one in ran] == ["unknown", "bad_signature"]
    assert {one.code for one in ran} == {30}


def test_a_ticket_is_known_by_its_name_and_in_small_letters(selling: Commands) -> None:
    ticket = selling.sells()["order"]["tickets"][0]

    typed = selling(f"door scan {ticket['short_code'].lower()} -e noite --json")
    scanned = selling(f"door scan {ticket['code'].lower()} -e noite --json")

    assert [typed.rows[0]["verdict"], scanned.rows[0]["verdict"]] == ["ok", "already_in"]


def test_a_nonce_is_answered_with_the_very_same_bytes(selling: Commands) -> None:
    scan = f"door scan {a_code(selling)} -e noite --gate A --nonce n1 --json"

    first, again = selling(scan), selling(scan)
    other = selling("door scan nonsense -e noite --nonce n1 --json")

    assert (again.raw_out, again.code) == (first.raw_out, 0)
    assert selling("door stats -e noite --json").json["scans"] == 1
    assert (other.code, other.error["code"]) == (5, "nonce.reused")


@pytest.mark.parametrize("nonce", ["", "n" * 65, "a\nb"])
def test_a_nonce_that_cannot_be_kept_is_refused(selling: Commands, nonce: str) -> None:
    assert selling("door scan x -e noite --json --nonce", nonce).error["exit"] == 2


def test_an_undone_ticket_comes_in_again(selling: Commands) -> None:
    ticket = selling.sells()["order"]["tickets"][0]
    scan = f"door scan {ticket['code']} -e noite --json"
    selling(scan)

    undone = selling(f"door undo {ticket['short_code']} -e noite --json").json

    assert undone["undone"] == ticket["short_code"]
    assert selling("door stats -e noite --json").json["admitted"] == 0
    assert selling(scan).json["verdict"] == "ok"


def test_the_door_counts(selling: Commands) -> None:
    code = a_code(selling)
    a_code(selling)
    selling("door scan --stdin -e noite", stdin=f"{code}\n{code}\nx\n".encode())

    told = selling("door stats -e noite --json").json

    assert (told["expected"], told["admitted"], told["inside"]) == (2, 1, 1)
    assert (told["scans"], told["warned"], told["refused"]) == (3, 1, 1)


def test_a_stream_of_hostile_lines_keeps_its_order(selling: Commands) -> None:
    codes = [a_code(selling) for _ in range(5)]
    lines = [b"x%d" % n for n in range(181)] + HOSTILE
    lines[20:20] = lines[-1:] + [code.encode() for code in codes]
    honest = [n for n, line in enumerate(lines) if line.decode("utf-8", "replace") in codes]
    assert len(lines) == 201

    ran = selling("door scan --stdin -e noite --json", stdin=b"\n".join(lines) + b"\n")

    assert (ran.code, ran.err, len(ran.rows)) == (0, "", len(lines))
    assert [n for n, row in enumerate(ran.rows) if row["verdict"] == "ok"] == honest
    rest = {row["verdict"] for n, row in enumerate(ran.rows) if n not in honest}
    assert rest <= {"unreadable", "unknown"}
    assert not {0x1B, 0x07, 0x00}.intersection(ran.raw_out)


def test_each_line_is_answered_before_the_next_is_read(on_sqlite: Commands) -> None:
    on_sqlite.has_event()
    code = a_code(on_sqlite)

    with on_sqlite.started("door scan --stdin -e noite --json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = []
        for line in (code, code, "x"):
            process.stdin.write(f"{line}\r\n".encode())
            process.stdin.flush()
            told.append(json.loads(process.stdout.readline())["verdict"])
        process.stdin.close()
        code_at_end = process.wait(30)

    assert (told, code_at_end) == (["ok", "already_in", "unreadable"], 0)


def test_a_database_that_is_away_is_a_fault_and_no_refusal(tmp_path: Path) -> None:
    away = Commands(f"postgresql://x@/x?host={tmp_path}", tmp_path / "home")

    one = away("door scan K7QX2M-1 -e noite --json")
    many = away("door scan --stdin -e noite --json", stdin=b"a\nb\n")
    plain = away("door scan K7QX2M-1 -e noite")

    assert one.code == 40
    assert one.rows[0].items() >= FAULT.items()
    assert (many.code, [row["class"] for row in many.rows]) == (0, ["FAULT", "FAULT"])
    assert (plain.code, plain.out.splitlines()[0]) == (40, "? FAULT")


def test_a_database_that_is_locked_is_a_fault_and_the_ticket_comes_in_later(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxoffice = Commands(sqlite_url, tmp_path / "home")
    boxoffice.has_event()
    code = a_code(boxoffice)
    monkeypatch.setattr(engines, "_SQLITE_WAIT_MILLIS", 50)

    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        locked = boxoffice(f"door scan {code} -e noite --json")
        other.rollback()

    assert locked.code == 40
    assert locked.rows[0].items() >= FAULT.items()
    assert boxoffice(f"door scan {code} -e noite --json").json["verdict"] == "ok"


@pytest.mark.parametrize("line", ["door scan x -e nowhere", "door scan x -e noite --list nowhere"])
def test_a_door_that_is_not_there_is_no_verdict(selling: Commands, line: str) -> None:
    ran = selling(f"{line} --json")

    assert (ran.code, ran.error["exit"]) == (3, 3)


def test_a_code_in_bytes_that_are_no_text_is_unreadable(selling: Commands) -> None:
    ran = selling("door scan -e noite --json", os.fsdecode(b"\xff\xfe"))

    assert (ran.code, ran.rows[0]["verdict"]) == (30, "unreadable")
