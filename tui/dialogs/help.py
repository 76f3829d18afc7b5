"""Help: every key that works on the screen below, from the list that binds them."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.commands import Command
from tui.words import Language, Words

_TITLE = Words("Teclas desta tela", "Keys of this screen")
_CLOSE = Words("Esc fecha", "Esc closes")


class Help(ModalScreen[None]):
    """The keys of a screen, one a line."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,f1,enter", "dismiss", "")]

    def __init__(self, commands: Sequence[Command], language: Language) -> None:
        super().__init__()
        self._commands = commands
        self._language = language

    def compose(self) -> ComposeResult:
        """Lay the list over the screen."""
        width = max(len(command.key) for command in self._commands)
        lines = [Content.styled(_TITLE.say(self._language), "bold"), Content("")]
        lines += [
            Content.assemble(
                (command.key.ljust(width + 2), "bold"), command.words.say(self._language)
            )
            for command in self._commands
        ]
        lines += [Content(""), Content.styled(_CLOSE.say(self._language), "dim")]
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(lines), markup=False)
