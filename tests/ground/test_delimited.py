"""Text taken apart: the encoding, the delimiter, the quotes, and what is neither."""

import pytest

from boxoffice.delimited import DELIMITERS, LINES_MAX, RECORD_MAX
from boxoffice.errors import BadFile
from boxoffice.sheets import Column, Sheet, parse_sheet

GUESTS = {"name": Column(required=True), "email": Column(), "quantity": Column()}


def guests(text: str, *, encoding: str = "utf-8") -> Sheet:
    """Read `text` as a list of guests."""
    return parse_sheet(text.encode(encoding), columns=GUESTS)


def names(sheet: Sheet) -> list[str]:
    """Return the names on the good rows."""
    return [row.values["name"] for row in sheet.rows]


def refusal(raw: bytes) -> BadFile:
    """Return the refusal of a file that cannot be used."""
    with pytest.raises(BadFile) as caught:
        parse_sheet(raw, columns=GUESTS)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("latin-1", "windows-1252"),
        ("windows-1252", "windows-1252"),
    ],
)
def test_the_encoding_is_found_and_told(encoding: str, told: str) -> None:
    sheet = guests("Nome;E-mail\nÂngela Gonçalves;\n", encoding=encoding)

    assert (names(sheet), sheet.encoding) == (["Ângela Gonçalves"], told)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found_though_the_others_stand_in_the_cells(delimiter: str) -> None:
    other, another = set(DELIMITERS) - {delimiter}
    name = f"Ana{other}Sá{other}{another}Leão"
    sheet = guests(f"Nome{delimiter}E-mail\n" + f"{name}{delimiter}\n" * 3)

    assert sheet.delimiter == delimiter
    assert [row.values["email"] for row in sheet.rows] == ["", "", ""]


def test_a_first_line_that_names_the_delimiter_is_obeyed() -> None:
    sheet = guests("sep=,\r\nNome,Mesa;Setor\r\nAna,1;2\r\nBia,,\r\n")

    assert (sheet.delimiter, sheet.header_line, names(sheet)) == (",", 2, ["Ana", "Bia"])


@pytest.mark.parametrize("raw", [b"", b"\r\n", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(raw: bytes) -> None:
    assert "the file is empty" in refusal(raw).message


def test_a_nul_byte_is_refused_by_its_line() -> None:
    error = refusal(b"Nome;E-mail\r\nAna;\r\nB\0ia;\r\n")

    assert error.message == "line 3: holds a NUL byte, so this is not text."


def test_a_stray_byte_in_a_utf8_file_is_refused_by_its_line() -> None:
    error = refusal("Nome\nJoão\nZoë\n".encode() + "Íris\n".encode("latin-1"))

    assert error.message == "line 4: is written in Windows-1252, and most of the file in UTF-8."


def test_utf8_pasted_into_a_latin1_file_is_refused_by_its_line() -> None:
    error = refusal("Nome\nÍris\nÉrica\n".encode("latin-1") + "João\n".encode())

    assert error.message == "line 4: is written in UTF-8, and most of the file in Windows-1252."


def test_a_mark_at_the_start_does_not_hide_a_mixture() -> None:
    error = refusal("Nome\nJoão\n".encode("utf-8-sig") + "\r\nÍris\n".encode("latin-1"))

    assert error.message.startswith("line 4: is written in Windows-1252")


def test_a_byte_that_is_no_letter_anywhere_is_refused_by_its_line() -> None:
    error = refusal(b"Nome\r\nAn\x81a\r\n")

    assert error.message.startswith("line 2: the byte 0x81 is no letter")


def test_half_a_utf16_character_is_refused() -> None:
    assert "UTF-16" in refusal("Nome\n".encode("utf-16") + b"\x00").message


def test_a_workbook_is_refused_with_the_way_out() -> None:
    error = refusal(b"PK\x03\x04\x14\x00")

    assert "Excel workbook" in error.message
    assert "CSV UTF-8" in error.hint


def test_a_cell_past_what_the_reader_holds_is_told_and_the_rest_read() -> None:
    sheet = guests(f"Nome;Qtd\n{'x' * 500_000};1\nAna;1\n")

    assert names(sheet) == ["Ana"]
    assert str(sheet.problems[0]) == "line 2: has a cell of more than 131,072 characters."


def test_a_row_without_end_is_refused_by_its_line() -> None:
    error = refusal(b"Nome;Qtd\nAna;1\n" + b"x" * RECORD_MAX + b";1\n")

    assert error.message == "line 3: has a row of more than 1,000,000 characters."


@pytest.mark.parametrize("row", [b"\n", b"x\n"])
def test_a_file_of_endless_lines_is_refused(row: bytes) -> None:
    assert "more than 500,000 lines" in refusal(b"Nome\n" + row * LINES_MAX).message


def test_a_header_is_believed_though_most_rows_disagree() -> None:
    sheet = guests("Nome;Qtd\nAna\nBia, Caê\nDão;1\nEva\n")

    assert names(sheet) == ["Dão"]
    assert [problem.line for problem in sheet.problems] == [2, 3, 5]


def test_a_quotation_mark_left_open_is_told_with_the_lines_it_swallowed() -> None:
    sheet = guests('Nome;Qtd\nAna;1\n"Bia;2\nCaê;3\n"Dão; e Eva";4\nFlá;5\n')

    assert names(sheet) == ["Ana", "Flá"]
    assert str(sheet.problems[0]) == (
        "line 3: has a quotation mark out of place; nothing was read from here to line 5."
    )


def test_a_quotation_mark_never_closed_is_told_at_the_end() -> None:
    sheet = guests('Nome;Qtd\nAna;1\n"Bia;2')

    assert names(sheet) == ["Ana"]
    assert str(sheet.problems[0]) == "line 3: has a quotation mark out of place."


def test_a_quotation_mark_inside_a_bare_cell_is_part_of_the_name() -> None:
    assert names(guests('Nome;Qtd\nRaúl "Ñandu" Güemes;1\n')) == ['Raúl "Ñandu" Güemes']
