"""Why: a short list to choose from, or words of one's own. What is chosen is kept with the scan."""

from collections.abc import Sequence

from textual.content import Content

from tui.dialogs.over import Over, marked
from tui.text import safe, said
from tui.words import Language, Words

REASON_MAX = 120  # characters: one line of a report
_OWN = Words("ou escreva ▏{text}_", "or write ▏{text}_")
_KEYS = Words("↑↓ escolhe   ctrl+o faz   Esc não", "↑↓ choose   ctrl+o do   Esc no")


class Because(Over[str]):
    """A question, and the reasons there are for a yes. What is typed stands in their place."""

    def __init__(
        self, language: Language, title: str, told: Sequence[str], reasons: Sequence[Words]
    ) -> None:
        super().__init__(language)
        self._title, self._told = title, told
        self._reasons = [reason.say(language) for reason in reasons]

    def count(self) -> int:
        """How many reasons are listed."""
        return len(self._reasons)

    def typed(self) -> None:
        """Keep it to one line."""
        self.text = self.text[:REASON_MAX]

    def lines(self) -> list[Content]:
        """Return the question and the reasons."""
        own = self.text.strip()
        told = [said(self._title, "bold"), *map(said, self._told), Content("")]
        told += [
            marked(reason, is_marked=not own and at == self.at)
            for at, reason in enumerate(self._reasons)
        ]
        told.append(marked(self.say(_OWN, text=safe(self.text)), is_marked=bool(own)))
        return [*told, Content(""), Content.styled(self.say(_KEYS), "dim")]

    def act(self) -> None:
        """Say yes, and why."""
        self.dismiss(self.text.strip() or self._reasons[self.at])
