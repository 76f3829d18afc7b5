"""Delimited text taken apart: which encoding, which delimiter, which cells on which line."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from boxoffice.errors import BadFile

Record = tuple[int, list[str], str]  # a row's first line, its cells, and its fault or ""

LINES_MAX = 500_000  # more than any venue has seats
RECORD_MAX = 1_000_000  # characters of a row, line breaks inside its cells included
DELIMITERS = ";,\t"

_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 200_000  # below RECORD_MAX, so that sampling never meets that limit
_SEP_LINE = re.compile(r"sep=([;,\t])(?=\r?\n)", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n?|\n")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_UTF8_RUN = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+"
)
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_CELL_ENDS = re.compile(r'[;,\t"\r\n]')
_SAVE_AGAIN = "save it again as CSV UTF-8"


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text in `raw` and the encoding it is in: utf-8, utf-16 or windows-1252.

    Raises:
        BadFile: it is empty, no text, or in two encodings.
    """
    if not raw.strip():
        raise BadFile("the file is empty.")
    if raw.startswith(_OLD_WORKBOOK):
        problem = "this is an Excel workbook of before 2007."
        raise BadFile(problem, hint="save the sheet as .xlsx or as CSV UTF-8")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, encoding = _decode_utf16(raw), "utf-16"
    else:
        text, encoding = _decode_bytes(raw)
    if "\0" in text:
        bare = text.encode()
        problem = "holds a NUL byte, so this is not text."
        raise BadFile(problem, line=_line_of(bare, bare.index(b"\0")), hint=_SAVE_AGAIN)
    return text, encoding


def _decode_utf16(raw: bytes) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError:
        problem = "this begins as UTF-16 and does not go on so."
        raise BadFile(problem, hint=_SAVE_AGAIN) from None


def _decode_bytes(raw: bytes) -> tuple[str, str]:
    """Read UTF-8, or else Windows-1252, which every Latin-1 text also is."""
    try:
        return raw.decode("utf-8").removeprefix("\ufeff"), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_a_mixture(raw, stray_at=error.start)
    try:
        return raw.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as error:
        problem = f"the byte 0x{raw[error.start]:02X} is no letter in UTF-8 or in Windows-1252."
        raise BadFile(problem, line=_line_of(raw, error.start), hint=_SAVE_AGAIN) from None


def _refuse_a_mixture(raw: bytes, *, stray_at: int) -> None:
    """Refuse bytes that are UTF-8 beside bytes that are not: two files pasted together.

    Read either way, somebody's name would be spoilt without a word. `stray_at` is the first byte
    that is not UTF-8.
    """
    first_run = _UTF8_RUN.search(raw)
    if first_run is None:
        return
    utf8_size = sum(len(run[0]) for run in _UTF8_RUN.finditer(raw))
    stray_size = len(raw) - len(raw.translate(None, _HIGH_BYTES)) - utf8_size
    rare, usual, at = "Windows-1252", "UTF-8", stray_at
    if utf8_size < 2 * stray_size:  # an accented letter takes two bytes there and one here
        rare, usual, at = "UTF-8", "Windows-1252", first_run.start()
    problem = f"is written in {rare}, and most of the file in {usual}."
    raise BadFile(problem, line=_line_of(raw, at), hint=_SAVE_AGAIN)


def _line_of(raw: bytes, at: int) -> int:
    """Return the line, from one, of the byte at `at`."""
    return sum(1 for _ in _LINE_END.finditer(raw, 0, at)) + 1


class _Lines:
    """The physical lines of a text, counted, and how much of them the current row has taken."""

    def __init__(self, text: str) -> None:
        self._stream = io.StringIO(text, newline="")
        self._read_count = 0
        self._row_line = 1
        self._row_length = 0
        self._row: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self._read_count += 1
        self._row_length += len(line)
        self._row.append(line)
        if self._read_count > LINES_MAX:
            raise BadFile(
                f"the file has more than {LINES_MAX:,} lines.", hint="split it into parts"
            )
        if self._row_length > RECORD_MAX:
            problem = f"has a row of more than {RECORD_MAX:,} characters."
            hint = "look for a quotation mark left open"
            raise BadFile(problem, line=self._row_line, hint=hint)
        return line

    def begin_row(self) -> int:
        """Start a row and return its first line."""
        self._row_line = self._read_count + 1
        self._row_length = 0
        self._row.clear()
        return self._row_line

    def pieces(self) -> list[str]:
        """Return what the row may have meant to say: its text, cut wherever a cell might end."""
        return [piece for piece in _CELL_ENDS.split("".join(self._row)) if piece.strip()]

    def fault(self) -> str:
        """Say why the reader gave up on the row."""
        if self._read_count == self._row_line and self._row_length > csv.field_size_limit():
            return f"has a cell of more than {csv.field_size_limit():,} characters."
        if self._read_count == self._row_line:
            return "has a quotation mark out of place."
        return (
            "has a quotation mark out of place; "
            f"nothing was read from here to line {self._read_count}."
        )


def records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield each row that is not blank: its first line, its cells, and its fault if it has one.

    The cells of a faulty row are only pieces of its text, and reading goes on with the line below
    the fault.

    Raises:
        BadFile: there are more than `LINES_MAX` lines, or a row is longer than `RECORD_MAX`.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, lines.pieces(), lines.fault()
            continue
        if any(cell and not cell.isspace() for cell in cells):
            yield line, cells, ""


def find_delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter of `text`, and `text` without a line that only names it.

    It is the one under which most of the first rows have as many cells, and several, as the header.
    """
    said = _SEP_LINE.match(text)  # Excel writes, and obeys, a first line such as `sep=;`
    if said:
        return said[1], text[said.end() :]

    def agreement(delimiter: str) -> tuple[bool, int, int]:
        sample = islice(records(text[:_SAMPLE_CHARACTERS], delimiter), _SAMPLE_ROWS)
        widths = [0 if fault else len(cells) for _, cells, fault in sample]
        width = widths[0] if widths else 0
        return width > 1, widths.count(width), width

    return max(DELIMITERS, key=agreement), text
