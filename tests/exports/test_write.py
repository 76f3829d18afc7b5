"""An export is a whole file, with a manifest that says what is in it."""

import csv
import fcntl
import hashlib
import json
from pathlib import Path

import pytest

from boxoffice.errors import BadFile, Busy, Forbidden, NotFound
from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.request import Exported, ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.place import Wanted
from boxoffice.people import Person
from boxoffice.staff.rules import Actor
from tests.making import (
    DOOR,
    LOTE,
    SLUG,
    Clock,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    an_order,
    applied,
    codes_of,
    shown_at,
)


def exported(
    office: BoxOffice, out: Path, *, event: str = SLUG, actor: Actor | None = None
) -> Exported:
    request = ExportRequest(definition_named("attendees"), out, event=event)
    return run_export(office.database, actor or office.actor, request, clock=office.now)


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_row_is_one_valid_ticket_in_the_order_they_were_sold(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office, a_tier(price="1.234,50"))
    first = a_sale(office, (LOTE, 2))
    clock.forward(minutes=1)
    second = a_sale(office)
    an_order(office)
    gone = a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, gone.id, reason="", now=office.now())
    shown_at(office, codes_of(second)[0])
    applied(office, a_plan(a_tier(price="9")))

    written = exported(office, tmp_path / "a.csv")

    lines = lines_of(tmp_path / "a.csv")
    assert [line["ticket"] for line in lines] == [
        f"{first.code}-1",
        f"{first.code}-2",
        f"{second.code}-1",
    ]
    assert written.rows == 3
    assert {line["price"] for line in lines} == {"1234.50"}
    assert [line["entered_at"] for line in lines] == ["", "", "2026-11-22T15:01:00Z"]
    assert [line["holder_document"] for line in lines] == ["***.533.447-**", "", "***.533.447-**"]


def test_the_manifest_holds_to_the_byte(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    a_sale(office, (LOTE, 3))

    exported(office, tmp_path / "a.csv")

    content = (tmp_path / "a.csv").read_bytes()
    manifest = json.loads((tmp_path / "a.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert (manifest["rows"], manifest["bytes"]) == (3, len(content))
    assert (manifest["event"], manifest["as_of"]) == (SLUG, "2026-11-22T15:00:00Z")
    assert content.decode().splitlines()[0] == ",".join(manifest["columns"])
    assert "holder_name" in manifest["personal_columns"]


def test_the_same_world_gives_the_same_bytes(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    for _ in range(3):
        a_sale(office, (LOTE, 3))

    exported(office, tmp_path / "a.csv")
    exported(office, tmp_path / "b.csv")

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+55 11 98765-4321", "'+55 11 98765-4321"),
        ("-10,00", "-10,00"),
        ('Ana "a boa", Lima', 'Ana "a boa", Lima'),
        ("Ana\nLima", "Ana\N{REPLACEMENT CHARACTER}Lima"),
        ("\x1b[2J", "\N{REPLACEMENT CHARACTER}[2J"),
        ("João D’Ávila 🎭", "João D’Ávila 🎭"),
    ],
)
def test_no_name_runs_as_a_formula_or_breaks_a_line(
    office: BoxOffice, tmp_path: Path, name: str, cell: str
) -> None:
    an_event(office)
    a_sale(office, lines=(Wanted(LOTE, 1, holders=(Person(name),)),))

    exported(office, tmp_path / "a.csv")

    (line,) = lines_of(tmp_path / "a.csv")
    assert line["holder_name"] == cell


def test_an_event_without_guests_gives_a_header_alone(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)

    assert exported(office, tmp_path / "a.csv").rows == 0
    assert (tmp_path / "a.csv").read_bytes().count(b"\r\n") == 1


def test_who_may_not_export_and_what_is_not_there_leave_no_file(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)

    with pytest.raises(Forbidden):
        exported(office, tmp_path / "a.csv", actor=DOOR)
    with pytest.raises(NotFound):
        exported(office, tmp_path / "a.csv", event="nowhere")

    assert list(tmp_path.glob("a.csv*")) == []


def test_a_folder_that_is_not_there_is_told(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)

    with pytest.raises(BadFile):
        exported(office, tmp_path / "nowhere" / "a.csv")


def test_a_second_run_leaves_while_the_first_one_writes(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    (tmp_path / "a.csv").write_text("the last one")

    with (tmp_path / ".a.csv.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            exported(office, tmp_path / "a.csv")

    assert (tmp_path / "a.csv").read_text() == "the last one"


def test_an_export_that_breaks_leaves_the_file_from_before(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    a_sale(office)
    exported(office, tmp_path / "a.csv")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv*")}
    with office.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE entry")

    with pytest.raises(Exception, match=r"entry|initialised"):
        exported(office, tmp_path / "a.csv")

    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv*")} == before
