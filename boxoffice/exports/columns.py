"""A column of an export, and how the database writes its cells, so that Python need not.

Each row leaves the database as one text, its cells parted by `CELL`: reading fifteen values a row
and writing them again costs three times as much. The statements are the same on both databases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, case, cast, func, literal

from boxoffice.people import CNPJ_LENGTH, CPF_LENGTH

CELL = "\x1f"  # parts cells; no text that we keep holds it, and `_text` sees to the rest
QUOTE = "\x1d"  # stands for a quote that belongs to JSON, not to a text
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
_SECONDS = 19  # characters of `2026-11-22 19:30:00`


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"  # may be anybody's words
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


def row_text(columns: Sequence[Column], *, as_json: bool, has_documents: bool) -> Any:
    """Return the expression of a whole row: every cell as text, parted by `CELL`.

    For JSON what is not text comes ready: numbers bare, moments in `QUOTE`, nothing as `null`.
    """
    cells = [_cell(column, as_json=as_json, has_documents=has_documents) for column in columns]
    row = cells[0]
    for cell in cells[1:]:
        row = row.concat(literal(CELL, String())).concat(cell)
    return row


def cell_text(column: Column) -> ColumnElement[str]:
    """Return the expression of one cell as CSV has it."""
    return _cell(column, as_json=False, has_documents=True)


def _cell(column: Column, *, as_json: bool, has_documents: bool) -> ColumnElement[str]:
    match column.kind:
        case Kind.NUMBER:
            return func.coalesce(cast(column.source, String), "null" if as_json else "")
        case Kind.MONEY:
            return _ready(_money(column.source), as_json=as_json)
        case Kind.MOMENT:
            return _ready(_moment(column.source), as_json=as_json)
        case Kind.DOCUMENT if not has_documents:
            return _masked(column.source)
        case Kind.WORD:
            return func.coalesce(cast(column.source, String), "")
        case Kind.ID:
            return func.coalesce(_id(column.source), "")
        case _:
            return _text(column.source)


def _text(source: Any) -> ColumnElement[str]:
    """Return words of anybody, without the two characters that would be read as ours."""
    bare = func.coalesce(cast(source, String), "")
    return func.replace(func.replace(bare, CELL, _INSTEAD), QUOTE, _INSTEAD)


def _ready(text: ColumnElement[str], *, as_json: bool) -> ColumnElement[str]:
    if not as_json:
        return func.coalesce(text, "")
    return func.coalesce(literal(QUOTE, String()).concat(text).concat(literal(QUOTE)), "null")


def _money(source: Any) -> ColumnElement[str]:
    """Write minor units as `1234.50`: whole numbers all the way."""
    minor = cast(source, BigInteger)
    major = cast(func.abs(minor) // 100, String)
    rest = func.substr(cast(func.abs(minor) % 100 + 100, String), 2)
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
    document = func.coalesce(cast(source, String), "")

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
