"""The guest list that ships with the demo, as a Brazilian organizer's spreadsheet saved it."""

from collections import Counter
from importlib.resources import files

import pytest

from boxoffice.people import parse_document, parse_email, parse_name
from boxoffice.sheets import Column, Sheet, parse_sheet

COLUMNS = {
    "name": Column(required=True, parse=parse_name),
    "email": Column(required=True, parse=parse_email),
    "document": Column(required=True, parse=parse_document),
    "company": Column(),
    "tier": Column(required=True),
    "job_title": Column(),
}


@pytest.fixture(scope="module")
def raw() -> bytes:
    """Return the file as it ships."""
    return files("boxoffice.demo").joinpath("convidados.csv").read_bytes()


@pytest.fixture(scope="module")
def sheet(raw: bytes) -> Sheet:
    """Return the file as it is read."""
    return parse_sheet(raw, columns=COLUMNS)


def test_the_list_is_what_excel_in_brazil_saves(raw: bytes, sheet: Sheet) -> None:
    assert raw.startswith(b"Nome;E-mail;CPF;Empresa;Lote;Cargo\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n") == 222
    assert raw.decode("latin-1") == raw.decode("windows-1252")
    assert (sheet.encoding, sheet.delimiter, sheet.ignored) == ("windows-1252", ";", ())


def test_the_list_has_216_guests_who_differ_in_document_and_address(sheet: Sheet) -> None:
    for key in ("document", "email", "name"):
        assert len({row.values[key].casefold() for row in sheet.rows}) == len(sheet.rows) == 216


def test_its_five_broken_rows_are_told_by_line_and_column(sheet: Sheet) -> None:
    assert [str(problem) for problem in sheet.problems] == [
        "line 20, column E-mail: is not an e-mail address: an email address must have an @-sign.",
        "line 60, column CPF: is not a CPF: its last two digits do not match the others.",
        "line 107, column Nome: is empty.",
        "line 154: is not as wide as the header: 3 against 6 cells.",
        "line 207, column CPF: is not a CPF: a CPF has only digits.",
    ]


def test_its_guests_are_spread_over_three_batches_and_courtesies(sheet: Sheet) -> None:
    tiers = Counter(row.values["tier"] for row in sheet.rows)

    assert tiers == {"Lote 1": 99, "Lote 2": 58, "Lote 3": 39, "Cortesia": 20}


def test_its_addresses_reach_nobody(sheet: Sheet) -> None:
    hosts = {row.values["email"].partition("@")[2] for row in sheet.rows}

    assert hosts == {"example.com", "exemplo.test"}


def test_its_hostile_names_and_companies_arrive_whole(sheet: Sheet) -> None:
    names = {row.values["name"] for row in sheet.rows}
    companies = {row.values["company"] for row in sheet.rows}

    assert {"Zoë [/bold] O'Neil", "Tomás <b>Queirós</b>", 'Raúl "Ñandu" Güemes'} <= names
    assert {
        '=HYPERLINK("http://x.test")',
        "Moura & Brandão Diagnósticos",
        "Equipamentos Cirúrgicos; Ortopédicos Ltda.",
    } <= companies
