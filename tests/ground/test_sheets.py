"""Spreadsheets as strangers send them: read if at all possible, and never guessed at."""

import csv
import io
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice.delimited import DELIMITERS
from boxoffice.errors import BadFile, BadValue, NotFound
from boxoffice.sheets import (
    CELL_MAX,
    SIZE_MAX,
    Column,
    Problem,
    Sheet,
    one_line,
    parse_sheet,
    read_sheet,
)

GUESTS = {
    "name": Column(required=True),
    "email": Column(),
    "quantity": Column(parse=lambda text, *, name: digits(text, name=name)),
}
# Letters that stand alone in Windows-1252: no two of them happen to be UTF-8.
LETTERS = string.ascii_letters + string.digits + " .@=+-'\"<>[]\r\n;,\t" + "çãéôüÇÃÉÔÜßñ"


def digits(text: str, *, name: str) -> str:
    """Read a whole number, as a column's parse function does."""
    if not text.isdecimal():
        raise BadValue(name, "is not a whole number.")
    return text


def as_written(text: str, *, name: str) -> str:
    """Return the cell as it stands, whatever the column."""
    assert name
    return text


def guests(text: str, *, encoding: str = "utf-8") -> Sheet:
    """Read `text` as a list of guests."""
    return parse_sheet(text.encode(encoding), columns=GUESTS)


def names(sheet: Sheet) -> list[str]:
    """Return the names on the good rows."""
    return [row.values["name"] for row in sheet.rows]


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Draw a table of up to 5 columns, with no blank row."""
    width = draw(st.integers(1, 5))
    cell = st.text(LETTERS, max_size=12).filter(lambda text: not text.isspace())
    row = st.lists(cell, min_size=width, max_size=width).filter(any)
    return draw(st.lists(row, max_size=12))


@settings(deadline=None)
@given(
    table=tables(),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"]),
)
def test_any_table_reads_back_the_same(
    table: list[list[str]], delimiter: str, encoding: str
) -> None:
    keys = [f"c{place}" for place in range(len(table[0]) if table else 1)]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([keys, *table])
    columns = {key: Column(parse=as_written) for key in keys}

    sheet = parse_sheet(written.getvalue().encode(encoding), columns=columns)

    assert [list(row.values.values()) for row in sheet.rows] == table
    assert not sheet.problems


@pytest.mark.parametrize(
    "heading",
    ["Nome", "NOME COMPLETO", "  nome ", "Name", "full_name", "Nome:", '"Nome\ncompleto"'],
)
def test_headings_match_whatever_their_case_blanks_and_punctuation(heading: str) -> None:
    sheet = guests(f"{heading};E-mail\nZoë;zoe@exemplo.test\n")

    assert names(sheet) == ["Zoë"]


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("email", "EMAIL"),
        ("email", "e_mail"),
        ("document", "C.P.F."),
        ("document", "Documento"),
        ("phone", "Telefone"),
        ("company", "INSTITUICAO"),
        ("tier", "lote"),
        ("quantity", "Qtd."),
        ("job_title", "Job Title"),
        ("note", "Observacao"),
    ],
)
def test_common_columns_answer_to_portuguese_and_english_without_accents(
    key: str, heading: str
) -> None:
    columns = {"name": Column(), key: Column(required=True)}

    sheet = parse_sheet(f"Nome,{heading}\nAna,1\n".encode(), columns=columns)

    assert sheet.columns == {"name": "Nome", key: heading}


def test_a_name_given_for_a_column_outweighs_the_common_ones() -> None:
    columns = {"company": Column(names=("Nome",)), "name": Column(names=("Crachá",))}

    sheet = parse_sheet("Nome;cracha\nIpê;Ana\n".encode(), columns=columns)

    assert sheet.rows[0].values == {"company": "Ipê", "name": "Ana"}


def test_missing_columns_are_named_with_the_columns_found() -> None:
    columns = {"name": Column(required=True), "tier": Column(required=True), "note": Column()}

    with pytest.raises(BadFile) as caught:
        parse_sheet(b"\nE-mail;Empresa\na@example.com;X\n", columns=columns)

    assert (
        caught.value.message == "line 2: there is no column for name, tier; found: E-mail, Empresa."
    )
    assert "nome or" in caught.value.hint


def test_a_column_there_twice_is_refused_by_both_its_headings() -> None:
    with pytest.raises(BadFile) as caught:
        guests("Nome;E-mail;Name\nAna;a@example.com;Ana\n")

    assert caught.value.message == "line 1, column Name: Nome and Name both say the name."


def test_a_column_nobody_asked_for_is_ignored_and_told() -> None:
    sheet = guests("Mesa;Nome;;Mesa\n4;Ana;x;4\n")

    assert names(sheet) == ["Ana"]
    assert sheet.ignored == ("Mesa", "column 3", "Mesa")


def test_a_column_that_is_not_there_is_blank_on_every_row() -> None:
    sheet = guests("Nome\nAna\n")

    assert sheet.rows[0].values == {"name": "Ana", "email": "", "quantity": ""}


def test_every_bad_row_is_told_by_line_and_column_and_the_good_ones_are_read() -> None:
    sheet = guests("Nome;Qtd\nAna;2\n ;dois\nBia;três\nCaê\n\nDão;1;0\nEva;4\n")

    assert names(sheet) == ["Ana", "Eva"]
    assert [str(problem) for problem in sheet.problems] == [
        "line 3, column Nome: is empty.",
        "line 3, column Qtd: is not a whole number.",
        "line 4, column Qtd: is not a whole number.",
        "line 5: is not as wide as the header: 1 against 2 cells.",
        "line 7: is not as wide as the header: 3 against 2 cells.",
    ]


def test_blank_rows_and_blank_cells_on_the_right_are_no_matter() -> None:
    sheet = guests("Nome;Qtd;;\n;;;\nAna;2;;\n\n   ;\t;;\nBia;3;;;;\n")

    assert [(row.line, row.values["name"]) for row in sheet.rows] == [(3, "Ana"), (6, "Bia")]
    assert not sheet.problems


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_physical_whatever_ends_them(end: str) -> None:
    sheet = guests(f'Nome;Qtd{end}"Ana{end}Maria";1{end}"B{end}i{end}a";x{end}Caê;2'.strip())

    assert [(row.line, row.values["name"]) for row in sheet.rows] == [(2, "Ana Maria"), (7, "Caê")]
    assert sheet.problems == (Problem(4, "Qtd", "is not a whole number."),)


def test_a_lone_column_needs_no_delimiter() -> None:
    sheet = guests("Nome\nSá, Ana\nLeão; Bia\nCaê\n")

    assert names(sheet)[-1] == "Caê"
    assert len(sheet.rows) + len(sheet.problems) == 3


def test_a_header_without_rows_is_a_sheet_without_rows() -> None:
    assert guests("Nome;E-mail\n").rows == ()


def test_a_cell_past_the_limit_is_told_and_the_rest_read() -> None:
    sheet = guests(f"Nome;Qtd\n{'x' * (CELL_MAX + 1)};1\nAna;1\n")

    assert names(sheet) == ["Ana"]
    assert (
        str(sheet.problems[0]) == "line 2, column Nome: has 10,001 characters; the limit is 10,000."
    )


def test_control_characters_in_a_cell_are_told_and_never_shown() -> None:
    sheet = guests("No\x1b[31mme;Nome;Qtd\n1;An\x1b[2Ja;1\n")

    assert "U+001B" in sheet.problems[0].what
    assert "\x1b" not in str(sheet)


def test_a_cell_of_several_lines_becomes_one() -> None:
    assert one_line("Rua do Sol, 5\r\nsala 2\n", name="address") == "Rua do Sol, 5 sala 2"


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "convidados.csv"
    path.write_bytes("Nome\r\nJoão\r\n".encode("latin-1"))

    assert names(read_sheet(path, columns=GUESTS)) == ["João"]


def test_a_file_past_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(SIZE_MAX + 1)

    with pytest.raises(BadFile, match="larger than 64 MiB"):
        read_sheet(path, columns=GUESTS)


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        read_sheet(tmp_path / "nobody.csv", columns=GUESTS)
    with pytest.raises(BadFile, match="cannot be read"):
        read_sheet(tmp_path, columns=GUESTS)
