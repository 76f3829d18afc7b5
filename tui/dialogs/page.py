"""A page to be read: a history, the answer of a command."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.text import said
from tui.words import Language, Words

_KEYS = Words("↑↓ rola · Esc fecha", "↑↓ scrolls · Esc closes")


class Page(ModalScreen[None]):
    """Lines of anybody, made inert."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter", "dismiss", "")]

    def __init__(self, title: str, lines: Sequence[str], language: Language) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._language = language

    def compose(self) -> ComposeResult:
        """Lay the page over the screen."""
        lines = [said(self._title, "bold"), Content("")]
        lines += [said(line, length_max=300) for line in self._lines]
        with VerticalScroll(id="page"):
            yield Static(Content("\n").join(lines), markup=False)
            yield Static(said(_KEYS.say(self._language), "dim"), markup=False)
