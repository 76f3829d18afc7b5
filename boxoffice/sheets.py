"""Spreadsheets from strangers (CSV, XLSX, JSON Lines), read as organizers really send them.

Headings are matched whatever their accents, case and punctuation. Each bad row is told by its
line and column while the good ones are read on; a file that cannot be understood as a whole is
refused with `BadFile`. Formats are the matter of `formats`, encodings and quotes of `delimited`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from boxoffice.delimited import Record
from boxoffice.errors import BadFile, BadValue, NotFound
from boxoffice.formats import take_apart
from boxoffice.text import clean_in, folded, shown

SIZE_MAX = 64 * 2**20  # bytes of a file
CELL_MAX = 10_000  # characters of a cell

COMMON_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("nome", "nome completo", "name", "full name", "convidado", "participante"),
    "email": ("e-mail", "mail", "correio eletrônico", "e-mail address", "endereço de e-mail"),
    "document": ("CPF", "CPF/CNPJ", "CPF ou CNPJ", "documento", "document"),
    "phone": ("telefone", "celular", "fone", "whatsapp", "phone", "mobile"),
    "company": ("empresa", "instituição", "organização", "company", "organization"),
    "tier": ("lote", "tipo de ingresso", "ingresso", "tier", "ticket type"),
    "quantity": ("quantidade", "qtd", "qtde", "quantity", "qty"),
    "job_title": ("cargo", "função", "job title", "title", "position"),
    "external_id": ("id externo", "external id", "pedido", "código do pedido", "order id", "id"),
    "note": ("observação", "observações", "obs", "nota", "note", "notes"),
}

_HEADING_MAX = 60
_HEADINGS_TOLD_MAX = 30


class Parse(Protocol):
    """Reads one cell that is not blank; `name` is the heading, for the `BadValue` it may raise."""

    def __call__(self, text: str, /, *, name: str) -> str:
        """Return the value of the cell."""


def one_line(text: str, *, name: str) -> str:
    """Return a cell cleaned as `clean_in` does, with the line breaks inside it as blanks.

    Raises:
        BadValue: it is too long or holds control characters.
    """
    return clean_in(" ".join(text.splitlines()), name=name, empty=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column we want. A required one must be there, and no cell of it may be blank.

    `names` are the headings it answers to; without any, those of `COMMON_NAMES` under its key.
    """

    required: bool = False
    parse: Parse = one_line
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row. `column` is the heading as written, or `""` for the whole row."""

    line: int
    column: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        """Write it in one line for people."""
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Row:
    """A good row: its first physical line, and a value for every wanted column (`""` if blank)."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A bad row as it stands: its cells, and by our keys when it is as wide as the header."""

    line: int
    cells: tuple[str, ...]  # mere pieces of text when its quotes are wrong
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file said: its good rows, what is wrong with the others, and how it was read."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    columns: dict[str, str]  # our key: the heading as written
    ignored: tuple[str, ...]  # headings that nobody asked for
    header_line: int
    encoding: str
    delimiter: str  # "" when there is none
    format: str = "csv"  # or "jsonl", "xlsx"
    spoilt: tuple[Spoilt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Header:
    line: int
    headings: tuple[str, ...]
    places: dict[str, int]
    ignored: tuple[str, ...]


def read_sheet(path: Path, *, columns: Mapping[str, Column]) -> Sheet:
    """Read the file at `path` as `parse_sheet` does.

    Raises:
        NotFound: there is no such file.
        BadFile: it cannot be read, or not understood as a whole.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_MAX + 1)
    except FileNotFoundError:
        raise NotFound("file", shown(str(path)), hint="check the name and the folder") from None
    except OSError as error:
        raise BadFile(f"{shown(str(path))} cannot be read: {error.strerror}.") from error
    return parse_sheet(raw, columns=columns)


def parse_sheet(raw: bytes, *, columns: Mapping[str, Column]) -> Sheet:
    """Read the bytes of a file of rows: every good row, and the problems of every bad one.

    Blank rows are passed over. Lines are physical: a cell with one line break takes two. Of a
    workbook the first sheet is read, of JSON Lines the names in the objects are the headings.

    Raises:
        BadFile: it is empty, over 64 MiB or 500,000 lines, not text, in two encodings, or a column
            is missing or there twice.
    """
    if len(raw) > SIZE_MAX:
        problem = f"the file is larger than {SIZE_MAX // 2**20} MiB."
        raise BadFile(problem, hint="split it into parts")
    taken = take_apart(raw)
    header = _read_header(taken.records, columns)

    rows: list[Row] = []
    problems: list[Problem] = []
    spoilt: list[Spoilt] = []
    for line, cells, fault in taken.records:
        values: dict[str, str] = {}
        wrong = [Problem(line, "", fault, taken.hint)] if fault else []
        if not fault:
            values, wrong = _read_row(line, cells, header, columns)
        if wrong:
            problems.extend(wrong)
            fits = not fault and _fits(cells, header)
            said = {key: cells[place] for key, place in header.places.items()} if fits else {}
            spoilt.append(Spoilt(line, tuple(cells), said))
        else:
            rows.append(Row(line, values))
    return Sheet(
        rows=tuple(rows),
        problems=tuple(problems),
        columns={key: header.headings[place] for key, place in header.places.items()},
        ignored=header.ignored,
        header_line=header.line,
        encoding=taken.encoding,
        delimiter=taken.delimiter,
        format=taken.format,
        spoilt=tuple(spoilt),
    )


def _read_header(lines: Iterator[Record], columns: Mapping[str, Column]) -> _Header:
    """Find each wanted column in the first row that is not blank."""
    line, cells, fault = next(lines, (1, [], "the file is empty."))
    if fault:
        raise BadFile(fault, line=line)
    headings = [shown(" ".join(cell.split()), length_max=_HEADING_MAX) for cell in cells]
    while headings and not headings[-1]:  # Excel keeps columns that somebody once emptied
        headings.pop()

    wanted = _wanted(columns)
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, heading in enumerate(headings):
        key = wanted.get(_plain(heading))
        if key is None:
            ignored.append(heading or f"column {place + 1}")
        elif key in places:
            problem = f"{headings[places[key]]} and {heading} both say the {key}."
            raise BadFile(problem, line=line, column=heading, hint="remove or rename one of them")
        else:
            places[key] = place
    _refuse_missing(line, headings, places, columns)
    return _Header(line, tuple(headings), places, tuple(ignored))


def _wanted(columns: Mapping[str, Column]) -> dict[str, str]:
    """Return the key each heading stands for. Names given for a column outweigh common ones."""
    wanted: dict[str, str] = {}
    for key, column in sorted(columns.items(), key=lambda item: bool(item[1].names)):
        for name in column.names or (key, *COMMON_NAMES.get(key, ())):
            wanted[_plain(name)] = key
    return wanted


def _plain(heading: str) -> str:
    """Return `heading` without accents, case, blanks or punctuation."""
    return re.sub(r"\W", "", folded(heading))


def _refuse_missing(
    line: int, headings: Sequence[str], places: Mapping[str, int], columns: Mapping[str, Column]
) -> None:
    missing = [key for key, column in columns.items() if column.required and key not in places]
    if not missing:
        return
    needs = ", ".join(
        " or ".join((columns[key].names or COMMON_NAMES.get(key, (key,)))[:2]) for key in missing
    )
    found = ", ".join(headings[:_HEADINGS_TOLD_MAX])
    raise BadFile(
        f"there is no column for {', '.join(missing)}; found: {found}.",
        line=line,
        hint=f"the first row names the columns; add {needs}",
    )


def _read_row(
    line: int, cells: list[str], header: _Header, columns: Mapping[str, Column]
) -> tuple[dict[str, str], list[Problem]]:
    """Return the values of one row, and all that is wrong with it."""
    if not _fits(cells, header):
        width = len(header.headings)
        what = f"is not as wide as the header: {len(cells)} against {width} cells."
        hint = "look for a delimiter too many, or one too few"
        return {}, [Problem(line, "", what, hint)]
    values = dict.fromkeys(columns, "")
    problems: list[Problem] = []
    for key, place in header.places.items():
        heading = header.headings[place]
        try:
            values[key] = _read_cell(cells[place], columns[key], heading)
        except BadValue as error:
            what = error.message.removeprefix(f"{heading} ")
            problems.append(Problem(line, heading, what, error.hint))
    return values, problems


def _fits(cells: Sequence[str], header: _Header) -> bool:
    """Say whether each cell of a row stands under its heading."""
    width = len(header.headings)
    return len(cells) >= width and not any(cell.strip() for cell in cells[width:])


def _read_cell(cell: str, column: Column, heading: str) -> str:
    """Return the value of one cell, or raise `BadValue`."""
    if len(cell) > CELL_MAX:
        raise BadValue(heading, f"has {len(cell):,} characters; the limit is {CELL_MAX:,}.")
    if cell and not cell.isspace():
        return column.parse(cell, name=heading)
    if column.required:
        raise BadValue(heading, "is empty.")
    return ""
