"""Workbooks and JSON Lines from strangers: read as CSV is, and as harmless."""

import io
import json
import sys
import zipfile
from datetime import date, datetime
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import formats
from boxoffice.errors import BadFile
from boxoffice.people import parse_document
from boxoffice.sheets import Column, Sheet, Spoilt, parse_sheet

GUESTS = {"name": Column(required=True), "email": Column(), "quantity": Column()}


def workbook(*rows: Any, more: Any = ()) -> bytes:
    """Return a workbook of one sheet with these rows; `more` is the rows of a second sheet."""
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if more:
        second = book.create_sheet("outra")
        for row in more:
            second.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rezipped(raw: bytes, part: str, content: bytes) -> bytes:
    """Return a workbook with one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(file, "w") as after:
        for info in before.infolist():
            after.writestr(info.filename, content if info.filename == part else before.read(info))
    return file.getvalue()


def lines(*objects: Any) -> bytes:
    """Return objects as JSON Lines."""
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in objects).encode()


def names(sheet: Sheet) -> list[str]:
    """Return the names on the good rows."""
    return [row.values["name"] for row in sheet.rows]


def refusal(raw: bytes) -> BadFile:
    """Return the refusal of a file that cannot be used."""
    with pytest.raises(BadFile) as caught:
        parse_sheet(raw, columns=GUESTS)
    return caught.value


def test_a_workbook_is_read_as_its_first_sheet_with_its_own_line_numbers() -> None:
    raw = workbook(
        ["Nome completo", "E-mail", None, "Mesa"],
        ["Ângela Gonçalves", "angela@example.com", None, 4],
        [],
        ["Zoë [/bold] O'Neil"],
        more=[["Nome"], ["Ninguém"]],
    )

    sheet = parse_sheet(raw, columns=GUESTS)

    assert names(sheet) == ["Ângela Gonçalves", "Zoë [/bold] O'Neil"]
    assert [row.line for row in sheet.rows] == [2, 4]
    assert (sheet.format, sheet.delimiter) == ("xlsx", "")
    assert sheet.ignored == ("column 3", "Mesa")


def test_the_problems_of_a_workbook_are_told_by_line_and_column() -> None:
    sheet = parse_sheet(workbook(["Nome", "Qtd"], ["Ana", 1], [None, 2]), columns=GUESTS)

    assert [str(problem) for problem in sheet.problems] == ["line 3, column Nome: is empty."]
    assert sheet.spoilt == (Spoilt(3, ("", "2"), {"name": "", "quantity": "2"}),)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (39053344705, "39053344705"),
        (3.0, "3"),
        (2.5, "2.5"),
        (True, "true"),
        (date(2026, 12, 1), "2026-12-01T00:00:00"),
        (datetime(2026, 12, 1, 19, 30), "2026-12-01T19:30:00"),  # noqa: DTZ001  (as Excel has it)
        ("=1+1", ""),  # a formula that nobody has calculated yet
        ("'=1+1", "'=1+1"),
    ],
)
def test_each_kind_of_cell_is_read_as_somebody_would_type_it(cell: Any, read: str) -> None:
    sheet = parse_sheet(workbook(["Nome", "Qtd"], ["Ana", cell]), columns=GUESTS)

    assert sheet.rows[0].values["quantity"] == read


def test_a_document_that_a_spreadsheet_took_for_a_number_is_told_with_its_lost_zero() -> None:
    columns = {"name": Column(), "document": Column(parse=parse_document)}

    sheet = parse_sheet(workbook(["Nome", "CPF"], ["Ana", 1234567890]), columns=columns)

    assert sheet.problems[0].what.startswith("has 10 characters")
    assert "zeros on the left" in sheet.problems[0].hint


def test_a_workbook_without_the_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    error = refusal(WHOLE)

    assert "the extra xlsx" in error.message
    assert "boxoffice[xlsx]" in error.hint


def test_csv_does_not_load_the_library_of_workbooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    assert names(parse_sheet(b"Nome\nAna\n", columns=GUESTS)) == ["Ana"]


def test_a_workbook_that_unpacks_beyond_measure_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "WORKBOOK_MAX", 1_000)

    assert "unpacks to more than" in refusal(workbook(["Nome"], ["Ana"])).message


def test_entities_that_grow_are_not_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "' + "a" * 1_000 + '">'
    for number in range(8):
        one, other = chr(ord("b") + number), chr(ord("a") + number)
        bomb += f'<!ENTITY {one} "{f"&{other};" * 10}">'
    bomb += (
        "]><worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
        "<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>&i;</t></is></c></row></sheetData>"
        "</worksheet>"
    )
    raw = rezipped(workbook(["Nome"], ["Ana"]), "xl/worksheets/sheet1.xml", bomb.encode())

    assert refusal(raw).case == "file.invalid"


@pytest.mark.parametrize("place", ["A400000000", "ZZZZZZ1"])
def test_a_cell_that_stands_beyond_any_sheet_does_not_fill_the_memory(place: str) -> None:
    row = "".join(c for c in place if c.isdigit())
    sheet = (
        "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
        f"<row r='{row}'><c r='{place}' t='inlineStr'><is><t>Ana</t></is></c></row></sheetData>"
        "</worksheet>"
    )
    raw = rezipped(workbook(["Nome"], ["Ana"]), "xl/worksheets/sheet1.xml", sheet.encode())

    assert refusal(raw).case == "file.invalid"


@settings(max_examples=60, deadline=None)
@given(at=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_workbook_with_a_broken_byte_is_read_or_refused(at: float, change: int) -> None:
    raw = bytearray(WHOLE)
    raw[int(at * len(raw))] ^= change

    try:
        sheet = parse_sheet(bytes(raw), columns=GUESTS)
    except BadFile:
        return
    assert len(sheet.rows) + len(sheet.problems) <= 2


WHOLE = workbook(["Nome", "E-mail", "Qtd"], ["Ana", "ana@example.com", 1], ["Bia", "", 2])


@pytest.mark.parametrize(
    "cut",
    [4, 30, 200, len(WHOLE) // 2, len(WHOLE) - 1],
    ids=["magic", "head", "part", "half", "all-but-one"],
)
def test_half_a_workbook_is_refused(cut: int) -> None:
    assert "no Excel workbook" in refusal(WHOLE[:cut]).message


def test_json_lines_are_read_by_name_whatever_the_order_of_the_names() -> None:
    raw = lines(
        {"Nome": "Ana", "quantity": 2},
        {"e-mail": "bia@example.com", "Nome": "Bia", "Mesa": None},
    )

    sheet = parse_sheet(b"\xef\xbb\xbf\r\n" + raw, columns=GUESTS)

    assert [tuple(row.values.values()) for row in sheet.rows] == [
        ("Ana", "", "2"),
        ("Bia", "bia@example.com", ""),
    ]
    assert [row.line for row in sheet.rows] == [2, 3]
    assert (sheet.format, sheet.encoding, sheet.ignored) == ("jsonl", "utf-8", ("Mesa",))


def test_numbers_in_json_stay_as_they_are_written() -> None:
    sheet = parse_sheet(b'{"nome": 10000000000000000001, "qtd": 1.10}', columns=GUESTS)

    assert sheet.rows[0].values == {
        "name": "10000000000000000001", "email": "", "quantity": "1.10",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"nome": "Bia"', "is not JSON."),
        ('["Bia"]', "is not a JSON object."),
        ("7", "is not a JSON object."),
        ('{"nome": "Bia", "nome": "Eva"}', "says one name twice."),
        ('{"nome": {"first": "Bia"}}', "holds a list or an object where a text belongs."),
        ('{"nome": []}', "holds a list or an object where a text belongs."),
        ("[" * 100_000, "is not JSON."),
        ('{"nome": "B\\u0000ia"}', "holds the control character U+0000."),
        ('{"nome": "B\\ud800ia"}', "holds the control character U+D800."),
    ],
)
def test_a_bad_line_of_json_is_told_while_the_others_are_read(line: str, what: str) -> None:
    sheet = parse_sheet(f'{{"nome": "Ana"}}\n{line}\n{{"nome": "Cid"}}'.encode(), columns=GUESTS)

    assert names(sheet) == ["Ana", "Cid"]
    assert [(problem.line, problem.what) for problem in sheet.problems] == [(2, what)]


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"": 1}',
        b"{",
        b'{"nome": "Ana", "name": "Bia"}',
        b'{"email": "ana@example.com"}',
        json.dumps({f"n{number}": "" for number in range(201)}).encode(),
    ],
)
def test_json_lines_that_make_no_sheet_are_refused(raw: bytes) -> None:
    assert refusal(raw).case == "file.invalid"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=4), st.none() | st.text(max_size=8) | st.integers(), max_size=4
        ),
        max_size=5,
    )
)
def test_any_objects_are_read_or_refused(objects: list[Any]) -> None:
    raw = lines({"nome": "Ana"}, *({"nome": "Bia", **each} for each in objects))

    try:
        sheet = parse_sheet(raw, columns=GUESTS)
    except BadFile:
        return
    assert len(sheet.rows) + len(sheet.spoilt) == 1 + len(objects)


def test_the_pieces_of_a_faulty_row_are_kept() -> None:
    sheet = parse_sheet(b'Nome;E-mail\nAna;\n"Bia"x;P7\nCid;\n', columns=GUESTS)

    assert names(sheet) == ["Ana", "Cid"]
    assert sheet.spoilt == (Spoilt(3, ("Bia", "x", "P7"), {}),)
