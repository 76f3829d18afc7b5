"""How rows become a file: CSV for programs and for Excel, JSON Lines, workbooks, Parquet.

Most rows are harmless as the database wrote them, and a block of them is looked at as a whole.
What is done to a row never depends on its neighbours: the same world gives the same bytes.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from boxoffice.exports.block import ROW, Block
from boxoffice.exports.columns import CELL, QUOTE, Kind
from boxoffice.exports.harmless import CELL_MAX, is_harmless_csv, is_harmless_json
from boxoffice.exports.sheet import Sheet
from boxoffice.exports.workbook import as_parquet, as_xlsx
from boxoffice.text import inert_json, shown, spreadsheet_cell
from boxoffice.times import local_second

_CELL, _ROW, _QUOTE = CELL.encode(), ROW.encode(), QUOTE.encode()
# A CPF would lose its zeros, the code 52E347 become infinite, and 1/2 the first of February.
_LIKE_A_NUMBER = re.compile(r"-?[0-9][0-9.,:/ eE%+-]{0,99}")
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
        yield _csv_rows(block, len(sheet.columns))


def as_excel_br(sheet: Sheet) -> Iterator[bytes]:
    """Yield what a Brazilian Excel opens rightly by a double click."""
    kinds = [column.kind for column in sheet.columns]
    yield _BOM.encode() + _header(sheet, ";")
    for block in sheet.blocks:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        for row in block.rows:
            cells = zip(row.split(CELL), kinds, strict=True)
            writer.writerow([_in_brazil(cell, kind, sheet.zone) for cell, kind in cells])
        yield text.getvalue().encode()


def as_jsonl(sheet: Sheet) -> Iterator[bytes]:
    """Yield one object a line: texts exact, numbers bare, `null` where there is nothing."""
    for block in sheet.blocks:
        yield _json_rows(block)


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


def _header(sheet: Sheet, delimiter: str) -> bytes:
    return (delimiter.join(column.name for column in sheet.columns) + "\r\n").encode()


def _csv_rows(block: Block, width: int) -> bytes:
    if is_harmless_csv(block, width):
        return block.raw.replace(_CELL, b",").replace(_ROW, b"\r\n")
    return _halved(block, lambda some: _csv_rows(some, width)) or _csv_row(block.rows[0]).encode()


def _json_rows(block: Block) -> bytes:
    if is_harmless_json(block):
        escaped = block.raw.replace(b"\\", rb"\\").replace(b'"', rb"\"")
        return escaped.replace(_QUOTE, b'"')  # its lines end as they should
    return _halved(block, _json_rows) or _object(block.rows[0]).encode()


def _halved(block: Block, written: Callable[[Block], bytes]) -> bytes:
    """Write each half by itself, to find the rows that are not harmless; one row has no halves."""
    middle = block.count // 2
    if not middle:
        return b""
    return written(Block.of(block.rows[:middle])) + written(Block.of(block.rows[middle:]))


def _csv_row(row: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_disarmed(cell) for cell in row.split(CELL)])
    return text.getvalue()


def _disarmed(cell: str) -> str:
    """Return a cell of one line: what outsiders wrote cannot end it or start a formula."""
    if cell.isprintable() and len(cell) <= CELL_MAX:
        return spreadsheet_cell(cell)
    return spreadsheet_cell(shown(cell, length_max=CELL_MAX))


def _in_brazil(cell: str, kind: Kind, zone: ZoneInfo) -> str:
    match kind:
        case Kind.NUMBER:
            return cell
        case Kind.MONEY:
            return cell.replace(".", ",")
        case Kind.MOMENT:
            return _local(cell, zone)
        case _ if _LIKE_A_NUMBER.fullmatch(cell):
            return f'="{cell}"'  # the one spelling of a text in CSV that Excel does not read on
        case _:
            return _disarmed(cell)


@lru_cache(maxsize=4096)
def _local(moment: str, zone: ZoneInfo) -> str:
    return local_second(moment, zone).strftime("%d/%m/%Y %H:%M:%S") if moment else ""


def _object(row: str) -> str:
    """Write the object of a row whose texts need escapes. The quotes that are ours are no texts."""
    texts = [json.dumps(text, ensure_ascii=False)[1:-1] for text in row.split(QUOTE)]
    return inert_json('"'.join(texts)) + "\n"
