"""A table of a page of rows. It keeps its cursor on the same thing while rows come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable

_WIDTH_MIN = 8


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
    """Rows of plain values. Without rows there is no cursor, and `chosen` is empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", show=False),  # of the rows: no column can be chosen
        Binding("end", "scroll_bottom", show=False),
    ]

    def __init__(self, columns: Sequence[Column], *, id: str) -> None:  # noqa: A002  (Textual's)
        super().__init__(cursor_type="row", id=id, zebra_stripes=False)
        self._columns = columns
        self._lines: tuple[Line, ...] = ()
        for place, column in enumerate(columns):
            self.add_column(
                Text(column.head, no_wrap=True), width=column.width or _WIDTH_MIN, key=str(place)
            )

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
            self.add_row(*line.cells, key=line.key)
        keys = [line.key for line in wanted]
        if keys:
            to = keys.index(before) if before in keys else min(max(at, 0), len(keys) - 1)
            self.move_cursor(row=to)

    def on_resize(self, event: Resize) -> None:
        """Give the open column what the others leave."""
        around = 2 * self.cell_padding
        taken = sum(column.width + around for column in self._columns if column.width)
        open_ones = [place for place, column in enumerate(self._columns) if not column.width]
        for place in open_ones:
            left = (event.size.width - taken) // len(open_ones) - around
            found = self.ordered_columns[place]
            if found.width != max(left, _WIDTH_MIN):
                found.width = max(left, _WIDTH_MIN)
                found.auto_width = False
                self._require_update_dimensions = True
                self.refresh()
