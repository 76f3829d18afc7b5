"""Files that are made as a whole: Excel workbooks and Parquet, each by its well-known library."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from boxoffice.errors import Misconfigured
from boxoffice.exports.block import Block
from boxoffice.exports.columns import CELL, Kind
from boxoffice.exports.sheet import Sheet
from boxoffice.text import shown
from boxoffice.times import local_second

_SHEET_ROWS_MAX = 1_048_576  # of an Excel sheet, the header included
_SHEET_NAME = "dados"
_CELL_MAX = 32_767  # characters, Excel's own limit
_COPY_BYTES = 2**20
_MADE_AT = datetime(2000, 1, 1)  # noqa: DTZ001  (the same rows make the same file, and Excel has no zones)

_DAY_NOUGHT = datetime(1899, 12, 30)  # noqa: DTZ001  (of Excel's calendar, which has no zones)


def as_xlsx(sheet: Sheet) -> Iterator[bytes]:
    """Yield an Excel workbook: texts as texts, whatever they look like; local times.

    What does not fit one sheet goes on in the next.

    Raises:
        Misconfigured: the extra `xlsx` is not installed.
    """
    xlsxwriter = _extra("xlsxwriter", "xlsx")
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "in_memory": False, "remove_timezone": True}
        )
        book.set_properties({"created": _MADE_AT})
        writers = _Writers(book, sheet)
        for block in sheet.blocks:
            writers.write(block)
        book.close()
        yield from _copied(file)


class _Writers:
    """The sheets of a workbook being written, and how each kind of cell goes into them."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self._book = book
        self._columns = sheet.columns
        self._zone = sheet.zone
        self._money = book.add_format({"num_format": "#,##0.00"})
        self._moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        self._head = book.add_format({"bold": True})
        self._count = 0
        self._begin()

    def write(self, block: Block) -> None:
        """Write rows, on a new sheet where the last is full."""
        for row in block.rows:
            if self._line == _SHEET_ROWS_MAX:
                self._begin()
            line = self._line
            for at, (cell, write) in enumerate(zip(row.split(CELL), self._cells, strict=True)):
                if cell:
                    write(line, at, cell)
            self._line += 1

    def _begin(self) -> None:
        self._count += 1
        name = _SHEET_NAME if self._count == 1 else f"{_SHEET_NAME} {self._count}"
        self._page = self._book.add_worksheet(name)
        self._page.freeze_panes(1, 0)
        for at, column in enumerate(self._columns):
            self._page.write_string(0, at, column.name, self._head)
        self._cells = [self._writer(column.kind) for column in self._columns]
        self._line = 1

    def _writer(self, kind: Kind) -> Any:
        page = self._page
        match kind:
            case Kind.NUMBER:
                return lambda line, at, cell: page.write_number(line, at, int(cell))
            case Kind.MONEY:
                return lambda line, at, cell: page.write_number(
                    line, at, _amount(cell), self._money
                )
            case Kind.MOMENT:
                return lambda line, at, cell: page.write_number(
                    line, at, _serial(cell, self._zone), self._moment
                )
            case Kind.WORD | Kind.ID:
                return page.write_string
            case _:
                return lambda line, at, cell: page.write_string(line, at, _inert(cell))


@lru_cache(maxsize=4096)
def _amount(cell: str) -> float:
    """Return an amount as a workbook keeps every number; nobody reckons with it here."""
    return float(cell)


@lru_cache(maxsize=4096)
def _serial(cell: str, zone: ZoneInfo) -> float:
    """Return a moment as a workbook keeps it: days since its first, in the time of `zone`."""
    return (local_second(cell, zone) - _DAY_NOUGHT) / timedelta(days=1)


def _inert(cell: str) -> str:
    return cell if cell.isprintable() else shown(cell, length_max=_CELL_MAX)


def as_parquet(sheet: Sheet) -> Iterator[bytes]:
    """Yield a Parquet file: exact texts, amounts as decimals, moments in UTC.

    Raises:
        Misconfigured: the extra `parquet` is not installed.
    """
    arrow, parquet = _extra("pyarrow", "parquet"), _extra("pyarrow.parquet", "parquet")
    kinds = {
        Kind.NUMBER: arrow.int64(),
        Kind.MONEY: arrow.decimal128(18, 2),
        Kind.MOMENT: arrow.timestamp("s", tz="UTC"),
    }
    schema = arrow.schema(
        [(column.name, kinds.get(column.kind, arrow.string())) for column in sheet.columns]
    )
    with tempfile.TemporaryFile() as file:
        with parquet.ParquetWriter(file, schema) as writer:
            for block in sheet.blocks:
                cells = zip(*(row.split(CELL) for row in block.rows), strict=True)
                arrays = [
                    _array(arrow, values, field.type)
                    for values, field in zip(cells, schema, strict=True)
                ]
                writer.write_batch(arrow.record_batch(arrays, schema=schema))
        yield from _copied(file)


def _array(arrow: Any, values: Sequence[str], kind: Any) -> Any:
    if kind == arrow.string():
        return arrow.array(values, kind)
    texts = arrow.array([value.removesuffix("Z") or None for value in values], arrow.string())
    if arrow.types.is_timestamp(kind):
        return texts.cast(arrow.timestamp("s")).cast(kind)
    return texts.cast(kind)


def _copied(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(_COPY_BYTES):
        yield part


def _extra(module: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise Misconfigured(
            f"this format needs the extra {extra}, which is not installed.",
            hint=f"pip install 'boxoffice[{extra}]'",
        ) from None
