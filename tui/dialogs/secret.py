"""Names and PINs, typed while people stand around: a PIN is shown as dots."""

from textual.content import Content

from tui.desk import Approval
from tui.dialogs.over import Over, marked
from tui.text import safe, said
from tui.words import Language, Words

_DOT = "•"
_NAME = Words("Nome ▏{text}", "Name ▏{text}")
_PIN = Words("PIN  ▏{text}", "PIN  ▏{text}")
_SECRET = Words("▏{text}_", "▏{text}_")
_LEND_KEYS = Words(
    "Enter ou ↑↓ linha   ctrl+o empresta a permissão   Esc não",
    "Enter or ↑↓ line   ctrl+o lend the permission   Esc no",
)
_KEYS = Words("ctrl+o segue   Esc volta", "ctrl+o go on   Esc back")


class Lend(Over[Approval]):
    """A supervisor's name and PIN: the permission is lent once, and it is kept who lent it."""

    def __init__(self, language: Language, title: str) -> None:
        super().__init__(language)
        self._title = title
        self._texts = ["", ""]

    def count(self) -> int:
        """The name and the PIN."""
        return len(self._texts)

    def typed(self) -> None:
        """Keep what was typed on its line."""
        self._texts[self.at] = self.text

    def move(self, step: int) -> None:
        """Go to the other line."""
        self._texts[self.at] = self.text
        self.at = (self.at + step) % len(self._texts)
        self.text = self._texts[self.at]
        self.paint()

    def enter(self) -> None:
        """Go on to the PIN. It acts on nothing: a scanner ends every code with it."""
        if self.at == 0:
            self.move(1)

    def lines(self) -> list[Content]:
        """Return the two lines."""
        name, pin = safe(self._texts[0]), _DOT * len(self._texts[1])
        told = [said(self._title, "bold"), Content("")]
        told += [
            marked(self.say(words, text=f"{text}_" if at == self.at else text),
                   is_marked=at == self.at)
            for at, (words, text) in enumerate(((_NAME, name), (_PIN, pin)))
        ]  # fmt: skip
        return [*told, Content(""), Content.styled(self.say(_LEND_KEYS), "dim")]

    def act(self) -> None:
        """Lend it, once both lines are there."""
        name, pin = self._texts
        if name.strip() and pin:
            self.dismiss(Approval(name.strip(), pin))


class Secret(Over[str]):
    """One secret: to lock with, or to unlock."""

    def __init__(self, language: Language, title: str, *, length_min: int = 1) -> None:
        super().__init__(language)
        self._title, self._length_min = title, length_min

    def lines(self) -> list[Content]:
        """Return the field."""
        told = self.say(_SECRET, text=_DOT * len(self.text))
        keys = Content.styled(self.say(_KEYS), "dim")
        return [said(self._title, "bold"), Content(""), Content(told), Content(""), keys]

    def act(self) -> None:
        """Go on with what was typed."""
        if len(self.text) >= self._length_min:
            self.dismiss(self.text)
