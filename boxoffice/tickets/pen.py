"""A pen for paper: it writes text from outside inside its box, and draws QR codes as one path.

Lengths are points (1/72 inch), measured from the top left corner of the page. Text is drawn, never
parsed: nothing in a name is markup here.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from io import BytesIO
from math import ceil
from typing import TypeAlias

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from boxoffice.text import shown
from boxoffice.tickets.qr import Matrix

MM = 72 / 25.4
BLACK = 0.0
GREY = 0.35  # dark enough to survive a copier

_LEADING = 1.22  # of the size, from one baseline to the next
_ASCENT = 0.94  # of the size, from the top of a line to its baseline
_CELL_FILL = 0.84  # of a grid's pitch, the most a cell takes
_SHRINK = 0.92  # of the size, from one try to the next
_ELLIPSIS = "…"
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_DARK = re.compile("1+")


class Face:
    """One weight of the typeface that travels inside every PDF, known to reportlab by its name."""

    def __init__(self, name: str, file_name: str) -> None:
        data = (files("boxoffice.tickets") / "fonts" / file_name).read_bytes()
        font = TTFont(name, BytesIO(data))
        registerFont(font)
        self.name = name
        self._widths: dict[int, float] = font.face.charWidths  # in thousandths of the size

    def draws(self, letter: str) -> bool:
        """Whether the face has a shape for `letter`."""
        return ord(letter) in self._widths

    def width(self, text: str, size: float) -> float:
        """Return the width of `text` when written at `size`."""
        return sum(self._widths[ord(letter)] for letter in text) * size / 1_000

    def readable(self, text: str) -> str:
        """Return `text` made inert, on one line, with a � for each letter the face lacks."""
        tidy = unicodedata.normalize("NFC", shown(text))
        return "".join(letter if self.draws(letter) else _UNKNOWN for letter in tidy)


# Read while this module loads, which happens once whatever threads ask for it.
REGULAR = Face("BoxofficeSans", "DejaVuSansCondensed.ttf")
BOLD = Face("BoxofficeSans-Bold", "DejaVuSansCondensed-Bold.ttf")


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is written: as large as `size`, no smaller than `size_min`, then cut with `…`."""

    size: float
    size_min: float = 0  # 0: never shrink
    lines_max: int = 1
    face: Face = REGULAR
    grey: float = BLACK
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. `x` is its left end, or its middle when it is centred."""

    x: float
    baseline: float
    text: str
    size: float
    style: Style

    def draw(self, canvas: Canvas, height: float) -> None:
        """Write it on a page of `height`."""
        canvas.setFillGray(self.style.grey)
        canvas.setFont(self.style.face.name, self.size)
        shift = self.style.face.width(self.text, self.size) / 2 if self.style.is_centred else 0
        canvas.drawString(self.x - shift, height - self.baseline, self.text)


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line, solid or dashed."""

    x: float
    y: float
    width: float
    thickness: float = 0.6
    grey: float = BLACK
    is_dashed: bool = False

    def draw(self, canvas: Canvas, height: float) -> None:
        """Draw it on a page of `height`."""
        canvas.setStrokeGray(self.grey)
        canvas.setLineWidth(self.thickness)
        canvas.setDash([3, 3] if self.is_dashed else [])
        canvas.line(self.x, height - self.y, self.x + self.width, height - self.y)


@dataclass(frozen=True, slots=True)
class Frame:
    """An empty box."""

    x: float
    y: float
    width: float
    depth: float
    thickness: float = 1.2

    def draw(self, canvas: Canvas, height: float) -> None:
        """Draw it on a page of `height`."""
        canvas.setStrokeGray(BLACK)
        canvas.setLineWidth(self.thickness)
        canvas.setDash([])
        canvas.rect(self.x, height - self.y - self.depth, self.width, self.depth)


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled box."""

    x: float
    y: float
    width: float
    depth: float
    grey: float = GREY

    def draw(self, canvas: Canvas, height: float) -> None:
        """Draw it on a page of `height`."""
        canvas.setFillGray(self.grey)
        canvas.rect(self.x, height - self.y - self.depth, self.width, self.depth, stroke=0, fill=1)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code whose modules are `module` points wide. Its quiet zone is the caller's to keep."""

    x: float
    y: float
    module: float
    matrix: Matrix

    def draw(self, canvas: Canvas, height: float) -> None:
        """Draw it on a page of `height`, as one path: a shape for each module costs ten times."""
        canvas.saveState()
        canvas.setFillGray(BLACK)
        canvas.translate(self.x, height - self.y - len(self.matrix) * self.module)
        canvas.scale(self.module, self.module)
        boxes = (
            f"{run.start()} {y} {run.end() - run.start()} 1 re"
            for y, row in enumerate(reversed(self.matrix))
            for run in _DARK.finditer("".join("1" if dark else "0" for dark in row))
        )
        canvas.drawPath(PDFPathObject(["n", *boxes]), stroke=0, fill=1)
        canvas.restoreState()


Mark: TypeAlias = Line | Rule | Frame | Bar | Code


@dataclass(slots=True)
class Column:
    """A place to write downwards: `y` is where the next mark goes, `marks` what is there so far."""

    x: float
    y: float
    width: float
    marks: list[Mark] = field(default_factory=list)

    def write(self, text: str, style: Style) -> None:
        """Write `text` and move below it. An empty text takes no room."""
        if not text:
            return
        size, lines = fit(text, style, self.width)
        x = self.x + self.width / 2 if style.is_centred else self.x
        for line in lines:
            self.marks.append(Line(x, self.y + _ASCENT * size, line, size, style))
            self.y += _LEADING * size

    def write_grid(self, cells: Sequence[str], style: Style, *, per_line: int) -> None:
        """Write short texts side by side, `per_line` to a line, small enough to stay apart."""
        pitch = self.width / per_line
        widest = max(style.face.width(cell, 1) for cell in cells)
        size = min(style.size, pitch * _CELL_FILL / widest)
        for index, cell in enumerate(cells):
            line, place = divmod(index, per_line)
            baseline = self.y + (line * _LEADING + _ASCENT) * size
            x = self.x + (place + 0.5) * pitch
            self.marks.append(Line(x, baseline, cell, size, style))
        self.y += ceil(len(cells) / per_line) * _LEADING * size

    def halves(self, gap: float) -> tuple["Column", "Column"]:
        """Return two columns side by side that start here and write on the same page."""
        width = (self.width - gap) / 2
        right = self.x + width + gap
        return Column(self.x, self.y, width, self.marks), Column(right, self.y, width, self.marks)

    def skip(self, points: float) -> None:
        """Leave some room."""
        self.y += points

    def rule(self, thickness: float = 0.6, grey: float = BLACK, *, is_dashed: bool = False) -> None:
        """Draw a line across the column. It takes no room of its own."""
        self.marks.append(Rule(self.x, self.y, self.width, thickness, grey, is_dashed))


def fit(text: str, style: Style, width: float) -> tuple[float, list[str]]:
    """Return the size and the lines that show `text` within `width`.

    First it shrinks so that no word breaks; at the least size words break; at last it is cut.
    """
    face, size = style.face, style.size
    tidy = face.readable(text)
    while True:
        lines = _wrapped(tidy, face, width / size)
        is_whole = all(face.width(line, size) <= width for line in lines)
        if is_whole and len(lines) <= style.lines_max:
            return size, lines
        if size <= (style.size_min or style.size):
            break
        size = max(size * _SHRINK, style.size_min)
    return size, _cut(_broken(lines, face, width / size), style.lines_max, face, width / size)


def draw(canvas: Canvas, marks: Iterable[Mark], *, width: float, height: float) -> None:
    """Put the marks on a page of their own."""
    canvas.setPageSize((width, height))
    for mark in marks:
        mark.draw(canvas, height)
    canvas.showPage()


def _wrapped(text: str, face: Face, room: float) -> list[str]:
    """Return `text` broken at blanks into lines of at most `room` times the size, words kept."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(longer, 1) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _broken(lines: Iterable[str], face: Face, room: float) -> list[str]:
    """Return `lines` with each one that is too long broken between two letters."""
    shorter: list[str] = []
    for line in lines:
        rest = line
        while face.width(rest, 1) > room:
            count = _letters_in(rest, face, room)
            shorter.append(rest[:count])
            rest = rest[count:]
        shorter.append(rest)
    return shorter


def _cut(lines: list[str], lines_max: int, face: Face, room: float) -> list[str]:
    """Return at most `lines_max` lines, the last ending in `…` when something had to go."""
    if len(lines) <= lines_max:
        return lines
    last = lines[lines_max - 1]
    count = _letters_in(last, face, room - face.width(_ELLIPSIS, 1))
    return [*lines[: lines_max - 1], last[:count].rstrip() + _ELLIPSIS]


def _letters_in(text: str, face: Face, room: float) -> int:
    """Return how many letters of `text` go into `room` times the size; at least one."""
    used = 0.0
    for count, letter in enumerate(text):
        used += face.width(letter, 1)
        if used > room:
            return max(count, 1)
    return len(text)
