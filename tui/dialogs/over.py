"""What lies over the desk. A scanner can press nothing here: Enter and letters never act.

Keys reach it from the desk, which keeps what is scanned meanwhile. Acting is `ctrl+o`, a key that
no scanner types.
"""

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from boxoffice.text import folded
from tui.text import said
from tui.words import Language, Words

R = TypeVar("R")

_WAITS = Words(
    "+{count} leitura(s) à espera: Esc volta ao leitor", "+{count} scan(s) wait: Esc goes back"
)

_FRAME_ROWS, _FRAME_COLUMNS = 4, 10  # of the terminal, around the lines


class Over(ModalScreen[R]):
    """A dialog of the desk: some lines of text, one of which may be marked."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language
        self.text = ""  # what was typed
        self.at = 0  # the line that is marked
        self.waiting_count = 0  # scans that came meanwhile
        self.shown_at = 0.0  # by the stop-watch of the desk

    def compose(self) -> ComposeResult:
        """Lay the lines over the desk."""
        yield Static(self._whole(), id="over", markup=False)

    def lines(self) -> list[Content]:
        """Return what is told."""
        raise NotImplementedError

    def count(self) -> int:
        """How many lines can be marked."""
        return 0

    def typed(self) -> None:
        """Hear that `text` has changed."""

    def enter(self) -> None:
        """Hear an Enter that ended no scan."""

    def act(self) -> None:
        """Do what the dialog is for."""

    def turn(self, step: int) -> None:
        """Change the marked line: left is -1, right is 1."""

    def put(self, character: str) -> None:
        """Take a typed character."""
        self.text += character
        self.typed()
        self.paint()

    def back(self) -> None:
        """Take the last character away."""
        self.text = self.text[:-1]
        self.typed()
        self.paint()

    def move(self, step: int) -> None:
        """Mark another line."""
        if self.count():
            self.at = (self.at + step) % self.count()
            self.paint()

    def put_aside(self, typed: str, count: int) -> None:
        """Leave what was scanned out of the text, and say how many scans wait."""
        self.waiting_count = count
        if typed != self.text:
            self.text = typed
            self.typed()
        self.paint()

    def say(self, words: Words, **facts: object) -> str:
        """Return words in the language of the desk."""
        return words.say(self.language, **facts)

    def paint(self) -> None:
        """Show what has changed."""
        if self.is_mounted:
            self.query_one("#over", Static).update(self._whole())

    def _whole(self) -> Content:
        width, height = self.app.size
        lines = self.lines()
        if self.waiting_count:
            told = self.say(_WAITS, count=self.waiting_count)
            lines = [Content.styled(told, "bold reverse"), *lines]
        lines = lines[: max(1, height - _FRAME_ROWS)]
        return Content("\n").join(
            line.truncate(width - _FRAME_COLUMNS, ellipsis=True) for line in lines
        )


def marked(text: str, *, is_marked: bool) -> Content:
    """Write a line that can be marked: a sign and colours, never colour alone."""
    return said(f"{'▸' if is_marked else ' '} {text}", "reverse" if is_marked else "")


class Ask(Over[int]):
    """A question with one or several ways to say yes; `None` is no.

    Enter says nothing: a scanner ends every code with it.
    """

    def __init__(
        self, language: Language, title: str, lines: list[str], ways: list[str] | None = None
    ) -> None:
        super().__init__(language)
        self._title, self._told, self._ways = title, lines, ways or []

    def count(self) -> int:
        """How many ways there are."""
        return len(self._ways)

    def lines(self) -> list[Content]:
        """Return the question."""
        told = [said(self._title, "bold"), Content(""), *map(said, self._told)]
        told += [marked(way, is_marked=at == self.at) for at, way in enumerate(self._ways)]
        keys = Words("ctrl+o sim   Esc não", "ctrl+o yes   Esc no")
        return [*told, Content(""), Content.styled(self.say(keys), "dim")]

    def act(self) -> None:
        """Say yes."""
        self.dismiss(self.at)


class Listing(Over[str]):
    """Lines to look for and choose from: help and palette. Typing narrows them."""

    def __init__(self, language: Language, title: Words, rows: list[tuple[str, str, str]]) -> None:
        """Take rows of a key, what it does, and what is returned when it is chosen."""
        super().__init__(language)
        self._title, self._rows = title, rows

    def lines(self) -> list[Content]:
        """Return the title, what was typed and the rows that match."""
        width = max(len(key) for key, _, _ in self._rows) + 2
        told = [Content.styled(self.say(self._title), "bold")]
        told += [said(f"▏{self.text}_")] if self.text else [Content("")]
        first = max(0, self.at - max(1, self.app.size.height - _FRAME_ROWS - 5))
        told += [
            marked(f"{key.ljust(width)}{words}", is_marked=at == self.at)
            for at, (key, words, _) in enumerate(self.found())
            if at >= first
        ]
        keys = Words("↑↓ escolhe   ctrl+o faz   Esc volta", "↑↓ choose   ctrl+o do   Esc back")
        return [*told, Content(""), Content.styled(self.say(keys), "dim")]

    def found(self) -> list[tuple[str, str, str]]:
        """Return the rows that what was typed is part of."""
        wanted = folded(self.text)
        return [row for row in self._rows if wanted in folded(f"{row[0]} {row[1]}")]

    def count(self) -> int:
        """How many rows match."""
        return len(self.found())

    def typed(self) -> None:
        """Mark the first row that matches."""
        self.at = 0

    def act(self) -> None:
        """Choose the marked row."""
        found = self.found()
        if found:
            self.dismiss(found[self.at][2])
