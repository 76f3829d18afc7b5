"""Every export in every format: the same bytes twice, whatever a stranger is called."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pyarrow import parquet  # type: ignore[import-untyped]

from boxoffice.errors import BadValue, Forbidden
from boxoffice.exports.catalogue import DEFINITIONS, definition_named
from boxoffice.exports.definition import Definition
from boxoffice.exports.formats import Format
from boxoffice.exports.manifest import verified
from boxoffice.exports.request import Exported, ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.models import Order
from boxoffice.orders.place import Wanted
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Role
from boxoffice.text import FORMULA_STARTS
from tests.making import (
    LOTE,
    SLUG,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_office,
    codes_of,
    rows,
    shown_at,
    the_order,
)
from tests.promos.codes import a_promo

HOSTILE = (
    '=HYPERLINK("http://x";"y")',
    "+55 11 98765-4321",
    "-10,00",
    "@SUM(A1)",
    'Ana "a boa", Lima; e cia',
    "João D’Ávila 🎭",
    "{braces} %s %(x)s \\ ' ` $HOME",
    "<script>alert(1)</script>",
    "NULL",
    "-",
    "0039053344705",
    "1e5",
)
MANAGER = Actor("mara", Role.MANAGER)


@pytest.fixture
def night(office: BoxOffice, clock: Clock) -> BoxOffice:
    fill(office, clock)
    return office


def fill(office: BoxOffice, clock: Clock) -> None:
    """Sell to strangers with names of all kinds, a minute from each other."""
    an_event(office, a_tier(price="1.234,50", quota=100), a_tier("Meia", category="half"))
    for name in HOSTILE:
        clock.forward(minutes=1)
        a_sale(office, lines=(Wanted(LOTE, 1, holders=(Person(name),)),), buyer=Person(name))
    shown_at(office, codes_of(the_order(office, rows(office, Order)[0].code))[0])
    shown_at(office, "AAAAAAAAAAAAAAAAAAAA")
    clock.forward(minutes=1)
    gone = a_sale(office, ("Meia", 1))
    with office.writing() as session:
        cancel(session, office.actor, gone.id, reason="=1+1", now=office.now())


def exported(office: BoxOffice, out: Path, name: str, form: Format, **more: Any) -> Exported:
    definition = definition_named(name)
    event = SLUG if definition.event_id is not None else None
    request = ExportRequest(definition, out, **({"event": event, "format": form} | more))
    return run_export(office.database, office.actor, request, clock=office.now)


def lines(raw: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = raw.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.PDF])
def test_the_same_world_gives_the_same_bytes_whatever_is_asked(
    night: BoxOffice, tmp_path: Path, form: Format
) -> None:
    for name in DEFINITIONS:
        paths = [tmp_path / f"{name}.{number}" for number in range(2)]
        for path in paths:
            # An export is itself an act: the audit up to now has none of the others.
            exported(night, path, name, form, until=night.now())

        assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("form", Format)
def test_one_flipped_bit_is_noticed_in_every_format(
    night: BoxOffice, tmp_path: Path, form: Format
) -> None:
    out = tmp_path / "x"
    exported(night, out, "door-list" if form is Format.PDF else "attendees", form)
    whole = out.read_bytes()
    assert verified(out).problem == ""

    for at in range(0, len(whole), len(whole) // 40):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        out.write_bytes(flipped)
        assert verified(out).problem != ""


def test_both_databases_write_the_same_bytes(
    sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    # Codes are drawn: what is compared are the columns that both worlds agree on.
    columns = ("tier", "category", "price", "currency", "state", "holder_name", "buyer_name",
               "holder_document", "paid_at", "entered_at", "event")  # fmt: skip
    found: dict[Format, set[bytes]] = {form: set() for form in Format if form is not Format.PDF}
    for number, url in enumerate((sqlite_url, postgres_url)):
        upgrade(url)
        clock = Clock()
        with closing(an_office(url, tmp_path / str(number), clock)) as office:
            fill(office, clock)
            for form, contents in found.items():
                out = tmp_path / f"{number}.{form}"
                exported(office, out, "attendees", form, columns=columns)
                contents.add(out.read_bytes())

    assert {form: len(contents) for form, contents in found.items()} == dict.fromkeys(found, 1)


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda one: one.name)
def test_no_cell_of_any_export_runs_or_breaks_its_line(
    night: BoxOffice, tmp_path: Path, definition: Definition
) -> None:
    out = tmp_path / "x.csv"

    written = exported(night, out, definition.name, Format.CSV)

    found = lines(out.read_bytes())
    assert len(found) == written.rows
    for row in found:
        for column in definition.columns:
            cell = row[column.name]
            assert not cell.startswith(FORMULA_STARTS) or cell == "-10,00"
            assert cell.isprintable()


@pytest.mark.parametrize("form", [Format.JSONL, Format.PARQUET, Format.XLSX])
def test_programs_get_every_name_to_the_letter(
    night: BoxOffice, tmp_path: Path, form: Format
) -> None:
    out = tmp_path / "x"

    exported(night, out, "attendees", form)

    assert tuple(names_in(out, form)) == HOSTILE


def names_in(out: Path, form: Format) -> Iterator[str]:
    if form is Format.JSONL:
        for line in out.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["holder_name"]
    elif form is Format.PARQUET:
        yield from parquet.read_table(out)["holder_name"].to_pylist()
    else:
        with out.open("rb") as file:
            head, *found = load_workbook(file, read_only=True).active.iter_rows(values_only=True)
        for row in found:
            assert isinstance(row[head.index("price")], (int, float))
            yield row[head.index("holder_name")]


def test_excel_in_brazil_reads_back_what_was_sold(night: BoxOffice, tmp_path: Path) -> None:
    exported(night, tmp_path / "x.csv", "attendees", Format.EXCEL_BR)
    exported(night, tmp_path / "x.jsonl", "attendees", Format.JSONL)

    raw = (tmp_path / "x.csv").read_bytes()
    exact = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    read = lines(raw, ";")
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(read) == len(exact) == len(HOSTILE)
    for row, one in zip(read, exact, strict=True):
        price = Decimal(row["price"].replace(".", "").replace(",", "."))
        assert price == Decimal(one["price"])
        name = row["holder_name"]
        kept = re.fullmatch(r'="([0-9.,:/ eE%+-]+)"', name)
        assert (kept[1] if kept else name.removeprefix("'")) == one["holder_name"]
        assert not re.fullmatch(r"-?[0-9][0-9.,eE]*", name)  # Excel would make it a number
        day, clock = one["paid_at"].split("T")
        year, month, date = day.split("-")
        hour = int(clock[:2]) - 3  # São Paulo keeps UTC-3 all year
        assert row["paid_at"] == f"{date}/{month}/{year} {hour:02d}{clock[2:8]}"


def test_guests_are_listed_by_name_whatever_their_accents(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    for name in ("zé", "Ávila", "Bruno", "avila", "Érica", "Ana", ""):
        a_sale(office, lines=(Wanted(LOTE, 1, holders=(Person(name),)),), buyer=Person("Caio"))

    exported(office, tmp_path / "x.csv", "door-list", Format.CSV)

    names = [row["guest"] for row in lines((tmp_path / "x.csv").read_bytes())]
    assert names == ["Ana", "Ávila", "avila", "Bruno", "Caio", "Érica", "zé"]


def test_codes_are_exported_with_their_uses(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    a_promo(office)

    assert exported(office, tmp_path / "x.csv", "promos", Format.CSV).rows == 1


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("state=valid", 12),
        ("state!=valid", 0),
        ("price>=1234,50", 12),
        ("price>1234.50", 0),
        ("paid_at<22/11/2026 12:03", 2),
        ("paid_at>=2026-11-22T15:10:00Z", 3),
        ("holder_name=-10,00", 0),  # a comma parts two values
        ("holder_name=João D’Ávila 🎭,1e5", 2),
        ("holder_name={braces} %s %(x)s \\ ' ` $HOME", 1),
        ("tier = Lote 1 ", 12),
        ("entered_at<2000-01-01", 0),
    ],
)
def test_rows_that_match_are_written(
    night: BoxOffice, tmp_path: Path, where: str, count: int
) -> None:
    written = exported(night, tmp_path / "x.csv", "attendees", Format.CSV, where=(where,))

    assert written.rows == count


@pytest.mark.parametrize(
    "more",
    [
        {"where": ("nope=1",)},
        {"where": ("state",)},
        {"where": ("",)},
        {"where": ("state>valid",)},
        {"where": ("price=dear",)},
        {"where": ("paid_at>=someday",)},
        {"where": ("holder_name=a\0b",)},
        {"where": ("holder_document=39053344705",)},
        {"columns": ("nope",)},
        {"columns": ("tier", "tier")},
        {"columns": ()},
    ],
)
def test_what_makes_no_sense_is_refused_and_no_file_is_there(
    night: BoxOffice, tmp_path: Path, more: dict[str, Any]
) -> None:
    with pytest.raises(BadValue):
        exported(night, tmp_path / "x.csv", "attendees", Format.CSV, **more)

    assert not list(tmp_path.glob("x.csv*"))


def test_whole_documents_need_a_permission_and_are_marked(night: BoxOffice, tmp_path: Path) -> None:
    a_sale(night)
    out = tmp_path / "x.csv"
    where = ("holder_document=39053344705",)

    written = exported(night, out, "attendees", Format.CSV, has_documents=True, where=where)
    night.actor = MANAGER
    with pytest.raises(Forbidden):
        exported(night, tmp_path / "y.csv", "attendees", Format.CSV, has_documents=True)

    manifest = json.loads((tmp_path / "x.csv.manifest.json").read_bytes())
    assert (written.rows, manifest["has_documents"]) == (1, True)
    assert lines(out.read_bytes())[0]["holder_document"] == "39053344705"
