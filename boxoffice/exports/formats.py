"""How rows become a file: CSV for programs and for Excel, JSON Lines, workbooks, Parquet.

Rows come as the database wrote them, one text each, whose cells `CELL` parts. Most are harmless,
and a block of them is looked at as a whole: that costs a tenth of taking each apart. What is done
to a row never depends on its neighbours: the same world gives the same bytes.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from boxoffice.exports.columns import CELL, QUOTE, Column, Kind
from boxoffice.exports.sheet import Sheet
from boxoffice.exports.workbook import as_parquet, as_xlsx
from boxoffice.text import FORMULA_STARTS, inert_json, shown, spreadsheet_cell
from boxoffice.times import local_second

_ROW = "\x1e"  # parts rows while a block is looked at
_CELL_MAX = 1_000  # characters of a cell that people are shown
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Format(StrEnum):
    """What a file of rows may be."""

    CSV = "csv"  # RFC 4180, UTF-8
    EXCEL_BR = "excel-br"  # CSV as a Brazilian Excel opens it: BOM, `;`, decimal comma, local times
    JSONL = "jsonl"  # one object a line, exact texts
    XLSX = "xlsx"  # a workbook, its cells typed: no text is a formula
    PARQUET = "parquet"  # typed columns, exact texts
    PDF = "pdf"  # a list to print


def as_csv(sheet: Sheet) -> Iterator[bytes]:
    """Yield RFC 4180 in UTF-8: a header, CRLF, cells that would be formulas disarmed."""
    yield _header(sheet, ",")
    for block in sheet.blocks:
        yield _csv_block(block, len(sheet.columns)).encode()


def as_excel_br(sheet: Sheet) -> Iterator[bytes]:
    """Yield what a Brazilian Excel opens rightly by a double click."""
    kinds = [column.kind for column in sheet.columns]
    yield _BOM.encode() + _header(sheet, ";")
    for block in sheet.blocks:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        for row in block:
            cells = zip(row.split(CELL), kinds, strict=True)
            writer.writerow([_in_brazil(cell, kind, sheet.zone) for cell, kind in cells])
        yield text.getvalue().encode()


def as_jsonl(sheet: Sheet) -> Iterator[bytes]:
    """Yield one object a line: texts exact, numbers bare, `null` where there is nothing."""
    names = [json.dumps(column.name) for column in sheet.columns]
    are_ready = [is_ready_for_json(column) for column in sheet.columns]
    slots = ["%s" if is_ready else '"%s"' for is_ready in are_ready]
    pairs = (f"{name}:{slot}" for name, slot in zip(names, slots, strict=True))
    template = "{" + ",".join(pairs) + "}"
    for block in sheet.blocks:
        if _is_plain(_ROW.join(block), '"\\'):
            lines = [template % tuple(row.split(CELL)) for row in block]
        else:
            lines = [_object(row, template, are_ready) for row in block]
        yield ("\n".join(lines).replace(QUOTE, '"') + "\n").encode()


def as_pdf(sheet: Sheet) -> Iterator[bytes]:
    """Yield pages to print: a line a row, and a box to tick before it."""
    from boxoffice.exports.paper import list_pdf  # noqa: PLC0415  (100 ms of reportlab)

    yield list_pdf(sheet)


ENCODERS: Mapping[Format, Callable[[Sheet], Iterator[bytes]]] = MappingProxyType(
    {
        Format.CSV: as_csv,
        Format.EXCEL_BR: as_excel_br,
        Format.JSONL: as_jsonl,
        Format.XLSX: as_xlsx,
        Format.PARQUET: as_parquet,
        Format.PDF: as_pdf,
    }
)


def is_ready_for_json(column: Column) -> bool:
    """Say whether the database writes this column's cells as JSON itself."""
    return column.kind in {Kind.NUMBER, Kind.MONEY, Kind.MOMENT}


def _header(sheet: Sheet, delimiter: str) -> bytes:
    return (delimiter.join(column.name for column in sheet.columns) + "\r\n").encode()


def _csv_block(block: Sequence[str], width: int) -> str:
    joined = _ROW.join(block)
    if _is_harmless(joined, max(map(len, block)), width):
        return joined.replace(CELL, ",").replace(_ROW, "\r\n") + "\r\n"
    return "".join(
        row.replace(CELL, ",") + "\r\n" if _is_harmless(row, len(row), width) else _csv_row(row)
        for row in block
    )


def _is_harmless(rows: str, length: int, width: int) -> bool:
    """Say whether rows can be written as they are, cells and all; `length` is of the longest."""
    parted = CELL + rows.replace(_ROW, CELL)
    return (
        _is_plain(rows, '",')
        and length <= _CELL_MAX
        # Most signs are nowhere in the rows, and to see so is the quicker question.
        and not any(sign in rows and CELL + sign in parted for sign in FORMULA_STARTS)
        and (width > 1 or (bool(rows) and _ROW + _ROW not in _ROW + rows + _ROW))
    )


def _is_plain(rows: str, special: str) -> bool:
    """Say whether there is nothing in rows that acts, and none of the special characters."""
    bare = rows.replace(CELL, " ").replace(_ROW, " ").replace(QUOTE, " ")
    return bare.isprintable() and not any(sign in bare for sign in special)


def _csv_row(row: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_disarmed(cell) for cell in row.split(CELL)])
    return text.getvalue()


def _disarmed(cell: str) -> str:
    """Return a cell of one line: what outsiders wrote cannot end it or start a formula."""
    if cell.isprintable() and len(cell) <= _CELL_MAX:
        return spreadsheet_cell(cell)
    return spreadsheet_cell(shown(cell, length_max=_CELL_MAX))


def _in_brazil(cell: str, kind: Kind, zone: ZoneInfo) -> str:
    if kind is Kind.MONEY:
        return cell.replace(".", ",")
    if kind is Kind.MOMENT:
        return _local(cell, zone)
    return _disarmed(cell)


@lru_cache(maxsize=4096)
def _local(moment: str, zone: ZoneInfo) -> str:
    return local_second(moment, zone).strftime("%d/%m/%Y %H:%M:%S") if moment else ""


def _object(row: str, template: str, are_ready: Sequence[bool]) -> str:
    """Write the object of a row whose texts need escapes."""
    cells = zip(row.split(CELL), are_ready, strict=True)
    texts = [
        cell if is_ready else json.dumps(cell, ensure_ascii=False)[1:-1] for cell, is_ready in cells
    ]
    return inert_json((template % tuple(texts)).replace(QUOTE, '"'))
