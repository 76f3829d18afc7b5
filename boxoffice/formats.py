"""Files of rows in three formats: CSV, JSON Lines and Excel workbooks, told by what is in them.

All become the same records: a line, its cells, its fault. The row of headings is the first.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import chain
from typing import Any
from warnings import catch_warnings

from boxoffice.delimited import LINES_MAX, RECORD_MAX, Record, decode, find_delimiter, records
from boxoffice.errors import BadFile

WORKBOOK_MAX = 256 * 2**20  # bytes of a workbook once unpacked: a small zip may hold a large file
COLUMNS_MAX = 200  # names of objects; columns of a workbook, where what lies further is not read

_WORKBOOK = b"PK\x03\x04"
_UNREADABLE = "this is no Excel workbook that can be read."
_SAVE_AS_CSV = "save the sheet as CSV UTF-8"
# A broken workbook fails in as many ways as it has parts: zip, XML, references, numbers, dates.
_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError,
    TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """A file taken apart: its records, the row of headings first, and how it was read."""

    records: Iterator[Record]
    format: str  # "csv", "jsonl" or "xlsx"
    encoding: str
    delimiter: str
    hint: str  # what to do about a record that has a fault


def take_apart(raw: bytes) -> Taken:
    """Find out what a file is, by what is in it, and take it apart.

    Raises:
        BadFile: it is empty, none of the three formats, or too large.
    """
    if raw.startswith(_WORKBOOK):
        return Taken(_workbook(raw), "xlsx", "xlsx", "", "")
    text, encoding = decode(raw)
    if text.lstrip().startswith("{"):
        hint = "write one object a line, of texts and numbers"
        return Taken(_objects(text), "jsonl", encoding, "", hint)
    delimiter, text = find_delimiter(text)
    hint = 'write " inside a quoted cell as ""'
    return Taken(records(text, delimiter), "csv", encoding, delimiter, hint)


def _objects(text: str) -> Iterator[Record]:
    """Yield a row of headings, the names in all objects, and then each object as a row."""
    headings: dict[str, None] = {}
    read: list[tuple[int, list[tuple[str, Any]], str]] = []
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        if line > LINES_MAX or len(written) > RECORD_MAX:
            problem = f"the limit is {LINES_MAX:,} lines of {RECORD_MAX:,} characters."
            raise BadFile(problem, line=line, hint="split it into parts")
        found, fault = _object(written)
        headings |= dict.fromkeys(name for name, _ in found)
        if len(headings) > COLUMNS_MAX:
            raise BadFile(f"the objects have more than {COLUMNS_MAX} names.", line=line)
        read.append((line, found, fault))
    if not headings:
        raise BadFile("no line is a JSON object.", hint="write one object a line")
    rows = ((line, _cells(found, headings), fault) for line, found, fault in read)
    return chain([(1, list(headings), "")], rows)


def _object(written: str) -> tuple[list[tuple[str, Any]], str]:
    """Return the names and values on one line, and what is wrong with it."""
    try:
        # Numbers stay as they are written: a document is not rounded, and 10 is not 10.0.
        found = json.loads(written, parse_int=str, parse_float=str, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return [], "is not JSON."
    if not isinstance(found, _Pairs):
        return [], "is not a JSON object."
    pairs = [(str(name), value) for name, value in found]
    if len({name for name, _ in pairs}) < len(pairs):
        return pairs, "says one name twice."
    if any(isinstance(value, list) for _, value in pairs):  # an object inside is pairs, a list too
        return pairs, "holds a list or an object where a text belongs."
    return pairs, ""


class _Pairs(list[Any]):
    """The names and values of one JSON object, a name that comes twice included."""


def _cells(pairs: Sequence[tuple[str, Any]], headings: dict[str, None]) -> list[str]:
    said = dict(pairs)
    return [_cell(said.get(heading)) for heading in headings]


def _cell(value: Any) -> str:
    """Write a value as somebody would type it into a cell."""
    if value is None or isinstance(value, list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"  # a spreadsheet keeps every number so, a CPF too
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _workbook(raw: bytes) -> Iterator[Record]:
    """Yield the rows of the first sheet of an Excel workbook, each as wide as the first.

    Formulas count as what they came to when the file was saved.
    """
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise BadFile(
            "reading an Excel workbook needs the extra xlsx, which is not installed.",
            hint="pip install 'boxoffice[xlsx]', or save the sheet as CSV UTF-8",
        ) from None
    _refuse_a_bomb(raw)
    try:
        with catch_warnings(action="ignore"):  # of styles and extensions we have no use for
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size may be wrong
            rows = list(_rows(sheet.iter_rows(max_col=COLUMNS_MAX, values_only=True)))
            book.close()
    except _BROKEN as error:
        raise BadFile(_UNREADABLE, hint=_SAVE_AS_CSV) from error
    width = len(rows[0][1]) if rows else 0
    return iter([(line, cells + [""] * (width - len(cells)), "") for line, cells in rows])


def _rows(found: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    for line, values in enumerate(found, start=1):
        if line > LINES_MAX:
            problem = f"the sheet has more than {LINES_MAX:,} lines."
            raise BadFile(problem, hint="split it into parts")
        if values.count(None) == len(values):  # a gap in the sheet is half a million of these
            continue
        cells = [_cell(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield line, cells


def _refuse_a_bomb(raw: bytes) -> None:
    """Refuse a workbook that grows beyond measure: a zip is read no further than it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise BadFile(_UNREADABLE, hint=_SAVE_AS_CSV) from error
    if size > WORKBOOK_MAX:
        problem = f"the workbook unpacks to more than {WORKBOOK_MAX // 2**20} MiB."
        raise BadFile(problem, hint=_SAVE_AS_CSV)
