"""What strangers write is shown, and never acts: no byte that drives a terminal ever gets out."""

import csv
import json
import os
import re
from pathlib import Path

import pytest

from tests.commands import EVENT, Commands

# ESC and the other C0 controls but newline and TAB, DEL, C1, and what turns the reading direction.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
CONTROLS = [
    "Ana\x1b[2J\x1b]0;owned\x07",
    "Ana\x1b]52;c;ZXZpbA==\x1b\\",
    "Ana\x9b31m",
    "Ana\u202egnp.exe",
    "\u2066Ana\u2069",
    "Ana\u2028Maria",
    "Ana\r\nMaria",
    os.fsdecode(b"Ana\xff\xfe"),
    "A" * 5_000,
]
STRANGE = [
    "Ana [/b] [red]x[/red]",
    "<b>Ana</b> & {{7*7}} ${jndi:x} %s",
    "=cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(A1)",
    "\uff1d1+1",
    '"; DROP TABLE orders; --',
    'O\'Neill, "the" guest',
    "José 李小龙 שלום 👩‍🚀",
    "A" * 200,
]  # ten at most: the lote has ten places
LISTING = [
    "order list",
    "order find {word}",
    "order show {code}",
    "event show noite",
    "event list",
    "tier list noite",
    "door stats -e noite",
    "job list",
    "door scan {code}-1 -e noite",
]


def is_inert(raw: bytes) -> bool:
    """Whether a terminal would only draw it."""
    return ACTING.search(raw.decode()) is None


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def test_names_that_drive_a_terminal_are_refused_and_not_repeated(selling: Commands) -> None:
    for name in CONTROLS:
        for mode in ("", "--json"):
            ran = selling(f"order sell -e noite --tier 'Lote 1' {mode} --buyer-name", name)

            assert (ran.code, ran.out) == (2, "")
            assert is_inert(ran.raw_err)
    assert selling("order list --json").out == ""


def test_strange_names_are_kept_and_shown_as_they_are(selling: Commands) -> None:
    sale = "order sell -e noite --tier 'Lote 1' --json --buyer-name"
    codes = {name: selling(sale, name).json["order"]["code"] for name in STRANGE}

    for line in LISTING:
        words = line.format(code=codes[STRANGE[0]], word="a")
        plain, told = selling(words), selling(f"{words} --json")
        assert is_inert(plain.raw_out + plain.raw_err + told.raw_out + told.raw_err)
    named = {row["code"]: row["buyer_name"] for row in selling("order list --json").rows}
    assert named == {code: name for name, code in codes.items()}


def test_exported_names_are_one_cell_each_and_no_formula(selling: Commands, tmp_path: Path) -> None:
    for name in STRANGE:
        selling("order sell -e noite --tier 'Lote 1' --buyer-name", name)
    out = tmp_path / "guests.csv"
    selling("export run attendees -e noite --out", str(out))

    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert [row["buyer_name"].removeprefix("'") for row in rows] == STRANGE
    cells = [cell for row in rows for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "-", "@", "\uff1d")) for cell in cells)


@pytest.mark.parametrize("mode", ["", "--json"])
def test_any_text_may_be_scanned_searched_and_asked_for(selling: Commands, mode: str) -> None:
    for text in (*CONTROLS, *STRANGE):
        for line in ("door scan -e noite", "order find", "order show", "event show"):
            ran = selling(f"{line} {mode} --", text)

            assert ran.code in {0, 2, 3, 30}, ran.err
            assert is_inert(ran.raw_out + ran.raw_err)


@pytest.mark.parametrize("text", [*CONTROLS, *STRANGE])
def test_any_text_may_be_a_wrong_word(on_sqlite: Commands, text: str) -> None:
    for line in ("", "order", "job list --state", "help", "config path", "--config"):
        ran = on_sqlite(line, text)

        assert ran.code in {2, 78}
        assert is_inert(ran.raw_out + ran.raw_err)


@pytest.mark.parametrize("text", [*CONTROLS[:7], *STRANGE[:8]])
@pytest.mark.parametrize("field", ["title", "tier", "venue", "slug"])
def test_an_event_file_is_refused_or_shown_as_it_is(
    on_sqlite: Commands, tmp_path: Path, field: str, text: str
) -> None:
    path = tmp_path / "event.toml"
    was = {"title": "Noite das Farmácias", "tier": "Lote 1", "venue": "Clube", "slug": "noite"}
    quoted = json.dumps(was[field], ensure_ascii=False)
    path.write_text(EVENT.replace(quoted, json.dumps(text)), encoding="utf-8")

    lines = ("event apply --yes", "event apply --yes --json", "event list", "event list --json")
    ran = [on_sqlite(line, *([str(path)] if "apply" in line else [])) for line in lines]

    assert ran[0].code == (0 if text in STRANGE and field != "slug" else 2)
    assert all(is_inert(one.raw_out + one.raw_err) for one in ran)


@pytest.mark.parametrize("name", ["\x1b[2J.toml", "\u202elmot.e", os.fsdecode(b"\xff.toml")])
def test_a_strange_file_name_is_read_and_told_inertly(
    on_sqlite: Commands, tmp_path: Path, name: str
) -> None:
    there = tmp_path / name
    there.write_text(EVENT, encoding="utf-8")

    missing = on_sqlite("event apply --yes", str(tmp_path / f"no{name}"))
    applied = on_sqlite("event apply --yes", str(there))
    printed = on_sqlite("ticket pdf K7QX2M --out", str(tmp_path / name / "x.pdf"))

    assert (missing.code, applied.code, printed.code) == (2, 0, 3)
    assert all(is_inert(one.raw_out + one.raw_err) for one in (missing, applied, printed))
