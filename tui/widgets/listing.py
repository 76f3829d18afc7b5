"""A table of a page of rows. It keeps its cursor on the same thing while rows come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import DataTable

from tui.text import fit

_WIDTH_MIN = 8
_HEAD_LINES = 1
_NOTHING = Text("", no_wrap=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and its width in characters; 0 takes what the others leave."""

    head: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row: what it is about, and its cells, made by `tui.text.cell`."""

    key: str
    cells: tuple[Text, ...]


class Listing(DataTable[Text]):
    """Rows of plain values. Without rows there is no cursor, and `chosen` is empty.

    A row is one line, and a cell has one style. So a line is drawn here at once: for the general
    case a table of Textual's takes five times as long, and somebody types and waits.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", show=False),  # of the rows: no column can be chosen
        Binding("end", "scroll_bottom", show=False),
    ]

    def __init__(self, columns: Sequence[Column], *, id: str) -> None:  # noqa: A002  (Textual's)
        super().__init__(cursor_type="row", id=id, zebra_stripes=False)
        self._columns = columns
        self._widths = [column.width or _WIDTH_MIN for column in columns]
        self._lines: tuple[Line, ...] = ()
        self.add_column(_NOTHING, width=_WIDTH_MIN)  # Textual's own; the cells are ours

    @property
    def chosen(self) -> str:
        """What the row under the cursor is about."""
        if not 0 <= self.cursor_row < len(self._lines):
            return ""
        return self._lines[self.cursor_row].key

    def fill(self, lines: Sequence[Line]) -> None:
        """Show these rows; nothing is drawn when they are the ones that are shown."""
        wanted = tuple(lines)
        if wanted == self._lines:
            return
        before, at = self.chosen, self.cursor_row
        self._lines = wanted
        self.clear()
        for line in wanted:
            self.add_row(_NOTHING, key=line.key)
        keys = [line.key for line in wanted]
        if keys:
            to = keys.index(before) if before in keys else min(max(at, 0), len(keys) - 1)
            self.move_cursor(row=to)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines that are asked for."""
        self._base = self.rich_style  # it takes as long to find out as the rest of a line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw the heads, or the row that the scroll bar has brought to this line."""
        place = y - _HEAD_LINES + self.scroll_offset.y if y >= _HEAD_LINES else -1
        if place >= len(self._lines):
            return Strip.blank(self.size.width, self._base)
        # Where the mouse is, as a table hears it: a row is chosen whole, so any column will do.
        where = Style.from_meta({"row": place, "column": 0})
        if place < 0:
            style = self.get_component_rich_style("datatable--header") + where
            heads = zip(self._columns, self._widths, strict=True)
            parts = [[Segment(self._head(column.head, width), style)] for column, width in heads]
        else:
            style, above = self._row_styles(place)
            style += where
            cells = zip(self._lines[place].cells, self._widths, strict=True)
            parts = [self._cell(cell, width, style, above) for cell, width in cells]
        line = Strip([segment for part in parts for segment in part])
        return line.adjust_cell_length(self.size.width, style).simplify()

    def _row_styles(self, place: int) -> tuple[Style, Style]:
        """Return the style of a row, and the colour that no cell of it changes."""
        over = Style()
        if self._show_hover_cursor and place == self.hover_coordinate.row:
            over += self.get_component_rich_style("datatable--hover")
        if place == self.cursor_row:
            over += self.get_component_rich_style("datatable--cursor")
        return self._base + over, Style.from_color(over.color)

    def _head(self, text: str, width: int) -> str:
        around = " " * self.cell_padding
        return f"{around}{set_cell_size(text, width)}{around}"

    def _cell(self, cell: Text, width: int, style: Style, above: Style) -> list[Segment]:
        """Draw a cell between its blanks, cut with `…`."""
        text = fit(cell.plain, width)
        own = self.app.console.get_style(cell.style)
        around = " " * self.cell_padding
        return [Segment(around, style), Segment(text, style + own + above), Segment(around, style)]

    def on_resize(self, event: Resize) -> None:
        """Give the open column what the others leave."""
        around = 2 * self.cell_padding
        taken = sum(column.width + around for column in self._columns if column.width)
        open_count = sum(not column.width for column in self._columns)
        left = (event.size.width - taken) // max(1, open_count) - around
        widths = [column.width or max(left, _WIDTH_MIN) for column in self._columns]
        if widths != self._widths:
            self._widths = widths
            self.refresh()
