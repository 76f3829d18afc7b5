"""Each export has the rows of its noun, on both databases, with documents masked."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from boxoffice.door.models import Conflict, ConflictKind, Scan
from boxoffice.exports.catalogue import DEFINITIONS
from boxoffice.office import BoxOffice
from boxoffice.settings import Settings
from tests.commands import Commands

CPF = "39053344705"
ROWS = {
    "attendees": 3,
    "orders": 4,
    "payments": 4,
    "refunds": 1,
    "till": 4,
    "scans": 2,
    "conflicts": 1,
    "promos": 1,
    "courtesies": 1,
    "half-price": 1,
    "door-list": 3,
}


@pytest.fixture
def busy(database_url: str, tmp_path: Path) -> Commands:
    """A night with one of everything."""
    boxoffice = Commands(database_url, tmp_path / "home")
    boxoffice.has_event()
    boxoffice("tier add noite Meia --price 50 --quota 9 --category half")
    boxoffice("tier add noite Convidados --price 0 --quota 9 --category courtesy")
    boxoffice("till open --float 100")
    boxoffice("promo create noite AMIGOS --percent 10 --uses 5")
    sold = boxoffice.sells(f"--tier 'Lote 1' --buyer-name Ana --buyer-document {CPF}")["order"]
    gone = boxoffice.sells("--tier 'Lote 1'")["order"]
    boxoffice.sells("--tier Meia --buyer-name Bia")
    boxoffice(f"order refund {gone['code']} --reason x --proof cash --yes")
    guests = tmp_path / "guests.csv"
    guests.write_text("nome;email\nCaio;caio@example.com\n", encoding="utf-8")
    plan = boxoffice(
        f"courtesy plan {guests} -e noite --tier Convidados --mode tickets --json"
    ).json["plan"]
    boxoffice(f"courtesy apply {plan} --yes")
    for _ in range(2):
        boxoffice(f"door scan {sold['tickets'][0]['code']} -e noite")
    _disagree(boxoffice)
    return boxoffice


def _disagree(boxoffice: Commands) -> None:
    """Have a desk and the server disagree about the first scan."""
    office = BoxOffice(Settings.read(boxoffice.settings))
    with office.writing() as session:
        scan = session.exec(select(Scan).limit(1)).one()
        session.add(
            Conflict(
                code="C1",
                kind=ConflictKind.DOUBLE_ENTRY,
                scan_id=scan.id,
                list_id=scan.list_id,
                ticket_id=scan.ticket_id,
                resolved_at=datetime(2026, 11, 22, tzinfo=UTC),
                note="twins",
            )
        )
    office.close()


def test_each_export_has_the_rows_of_its_noun(busy: Commands, tmp_path: Path) -> None:
    found = {}
    for name, definition in DEFINITIONS.items():
        out = tmp_path / f"{name}.jsonl"
        whose = "" if definition.event_id is None else "-e noite"
        assert busy(f"export run {name} {whose} --out {out}").code == 0
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        assert all(list(row) == [each.name for each in definition.columns] for row in rows)
        assert CPF not in out.read_text("utf-8")
        found[name] = len(rows)

    assert found.pop("audit") > 10
    assert found == ROWS


def test_a_conflict_says_who_when_and_how_it_was_closed(busy: Commands) -> None:
    (row,) = busy("export run conflicts -e noite --format jsonl --out -").rows

    assert (row["conflict"], row["kind"], row["note"]) == ("C1", "double_entry", "twins")
    assert (row["resolved_at"], row["event"], row["list"]) == (
        "2026-11-22T00:00:00Z",
        "noite",
        "main",
    )
