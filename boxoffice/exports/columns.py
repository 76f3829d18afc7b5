"""A column of an export, and how the database writes its cells, so that Python need not.

Each row leaves the database as one text, its cells parted by `CELL`, or as a JSON object: reading
fifteen values a row and writing them again costs three times as much. The cells are the same on
both databases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, case, cast, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from boxoffice.people import CNPJ_LENGTH, CPF_LENGTH

CELL = "\x1f"  # parts cells; no text that `clean_in` let in holds it
QUOTE = "\x1d"  # stands for a quote that belongs to JSON, not to a text
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
_SECONDS = 19  # characters of `2026-11-22 19:30:00`


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"  # anybody's words, as `clean_in` let them in
    WILD = "wild"  # words that nobody has looked at: a gateway's, or a JSON value
    WORD = "word"  # one of ours, or a code
    ID = "id"
    NUMBER = "number"
    MONEY = "money"  # minor units, written with two places
    MOMENT = "moment"  # RFC 3339 in UTC, to the second
    DOCUMENT = "document"  # masked, unless it is asked for whole


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name never changes, for others select and read by it."""

    name: str
    kind: Kind
    source: Any  # what it is made of: a column or an expression
    is_personal: bool = False


class formatted(FunctionElement[str]):  # noqa: N801  (a function of SQL)
    """A text made of a template and its values: `%s` for each, and nothing for what is null.

    One function for the whole row: a chain of `||` copies what it has so far at every link.
    """

    type = String()
    inherit_cache = True


@compiles(formatted, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"printf({compiler.process(element.clauses, **options)})"


@compiles(formatted)
def _in_postgres(element: Any, compiler: Any, **options: Any) -> str:
    return f"format({compiler.process(element.clauses, **options)})"


def row_text(columns: Sequence[Column], *, as_json: bool, has_documents: bool) -> Any:
    """Return the expression of a whole row: every cell as text, parted by `CELL`.

    For JSON it is the object, but for the escapes: its own quotes are `QUOTE`, which no text holds.
    """
    cells = row_cells(columns, as_json=as_json, has_documents=has_documents)
    template = _object(columns) if as_json else CELL.join(["%s"] * len(cells))
    return formatted(literal(template, String()), *cells)


def row_cells(
    columns: Sequence[Column], *, has_documents: bool, as_json: bool = False
) -> list[ColumnElement[str]]:
    """Return the expression of every cell, for a database that parts them by itself."""
    return [_cell(column, as_json=as_json, has_documents=has_documents) for column in columns]


def _object(columns: Sequence[Column]) -> str:
    bare = {Kind.NUMBER, Kind.MONEY, Kind.MOMENT}  # these come with quotes of their own, or `null`
    pairs = (
        f"{QUOTE}{column.name}{QUOTE}:{'%s' if column.kind in bare else f'{QUOTE}%s{QUOTE}'}"
        for column in columns
    )
    return "{" + ",".join(pairs) + "}"


def cell_text(column: Column) -> ColumnElement[str]:
    """Return the expression of one cell as CSV has it."""
    return func.coalesce(_cell(column, as_json=False, has_documents=True), "")


def _cell(column: Column, *, as_json: bool, has_documents: bool) -> ColumnElement[str]:
    match column.kind:
        case Kind.NUMBER:
            return _ready(cast(column.source, String), as_json=as_json, quote="")
        case Kind.MONEY:
            return _ready(_money(column.source), as_json=as_json)
        case Kind.MOMENT:
            return _ready(_moment(column.source), as_json=as_json)
        case Kind.DOCUMENT if not has_documents:
            return _masked(column.source)
        case Kind.ID:
            return _id(column.source)
        case Kind.WILD:
            return _tamed(column.source)
        case _:
            return cast(column.source, String)


def _tamed(source: Any) -> ColumnElement[str]:
    """Return words without the two characters that would be read as ours."""
    bare = cast(source, String)
    return func.replace(func.replace(bare, CELL, _INSTEAD), QUOTE, _INSTEAD)


def _ready(text: ColumnElement[str], *, as_json: bool, quote: str = QUOTE) -> ColumnElement[str]:
    """Return a cell as JSON has it, where that is wanted."""
    if not as_json:
        return text
    quoted = literal(quote, String()).concat(text).concat(literal(quote, String()))
    return func.coalesce(quoted if quote else text, "null")


def _money(source: Any) -> ColumnElement[str]:
    """Write minor units as `1234.50`: whole numbers all the way."""
    minor = cast(source, BigInteger)
    size = func.abs(minor, type_=BigInteger)  # of a known type: else `//` calls back into Python
    major = cast(size // 100, String)
    rest = func.substr(cast(size % 100 + 100, String), 2)
    sign = case((minor < 0, "-"), else_="")
    return sign.concat(major).concat(".").concat(rest)


def _moment(source: Any) -> ColumnElement[str]:
    """Write a moment as `2026-11-22T19:30:00Z`: both databases keep and show UTC."""
    return func.replace(func.substr(cast(source, String), 1, _SECONDS), " ", "T").concat("Z")


def _id(source: Any) -> ColumnElement[str]:
    """Write an id with its dashes, which SQLite keeps without."""
    bare = func.replace(cast(source, String), "-", "")
    text: ColumnElement[str] = func.substr(bare, 1, 8)
    for first, count in ((9, 4), (13, 4), (17, 4), (21, 12)):
        text = text.concat("-").concat(func.substr(bare, first, count))
    return text


def _masked(source: Any) -> ColumnElement[str]:
    """Hide a document as `people.masked_document` does."""
    document = cast(source, String)

    def part(first: int) -> ColumnElement[str]:
        return func.substr(document, first, 3)

    cpf = literal("***.", String()).concat(part(4)).concat(".").concat(part(7)).concat("-**")
    cnpj = literal("**.", String()).concat(part(3)).concat(".").concat(part(6)).concat("/****-**")
    return case(
        (func.length(document) == CPF_LENGTH, cpf),
        (func.length(document) == CNPJ_LENGTH, cnpj),
        (document == "", ""),
        else_="***",
    )
