"""Where this desk stands: the door, and what its gate is called."""

from collections.abc import Sequence

from textual.content import Content

from tui.dialogs.over import Over, marked
from tui.text import safe, said
from tui.words import Language, Words

_TITLE = Words("ONDE FICA ESTA PORTARIA?", "WHERE DOES THIS DESK STAND?")
_GATE = Words("Portão ▏{text}_", "Gate ▏{text}_")
_KEYS = Words(
    "↑↓ lista   letras: nome do portão   ctrl+o muda   Esc fica",
    "↑↓ list   letters: the gate's name   ctrl+o move   Esc stay",
)


class WhichPlace(Over[tuple[str, str]]):
    """The doors to choose from. What is typed is the gate's name; it begins as it is."""

    def __init__(self, language: Language, doors: Sequence[str], door: str, gate: str) -> None:
        super().__init__(language)
        self._doors = list(doors)
        self.text = gate
        self.at = self._doors.index(door) if door in self._doors else 0

    def count(self) -> int:
        """How many doors there are."""
        return len(self._doors)

    def lines(self) -> list[Content]:
        """Return the doors and the gate."""
        told = [Content.styled(self.say(_TITLE), "bold"), Content("")]
        told += [marked(safe(door), is_marked=at == self.at) for at, door in enumerate(self._doors)]
        told += [Content(""), said(self.say(_GATE, text=safe(self.text)))]
        return [*told, Content(""), Content.styled(self.say(_KEYS), "dim")]

    def act(self) -> None:
        """Move there."""
        if self._doors:
            self.dismiss((self._doors[self.at], self.text.strip()))
