"""Find a guest by what people remember, whatever the accents."""

from collections.abc import Callable, Sequence

from textual.content import Content

from boxoffice.door.search import LETTERS_MIN, Hit
from boxoffice.text import folded
from boxoffice.tickets.models import TicketState
from tui.desk_view import Teller
from tui.dialogs.over import Over, marked
from tui.text import fit, safe, said
from tui.words import Words

_TITLE = Words("BUSCAR NA LISTA", "SEARCH THE LIST")
_FIELD = Words(
    "Nome, e-mail, pedido ou documento ▏{text}_", "Name, e-mail, order, document ▏{text}_"
)
_FEW = Words("mínimo 3 letras; sem acento também acha", "at least 3 letters; accents do not matter")
_NOBODY = Words("ninguém com esse nome", "nobody of that name")
_KEYS = Words(
    "↑↓ escolhe   Enter ou ctrl+o admite   Esc volta",
    "↑↓ choose   Enter or ctrl+o admit   Esc back",
)
_STATES = {
    TicketState.HELD: Words("NÃO PAGO", "NOT PAID"),
    TicketState.VOID: Words("CANCELADO", "CANCELLED"),
    TicketState.BLOCKED: Words("BLOQUEADO", "BLOCKED"),
}
_IN, _OUT = Words("ENTROU", "IN"), Words("fora", "out")
_ROWS_MAX = 12

Look = Callable[[str], None]


class Search(Over[Hit]):
    """A field and who matches. Under three letters nobody does, and nobody is asked."""

    def __init__(self, tell: Teller, look: Look, text: str = "") -> None:
        """`look` asks the desk, and answers by `found`."""
        super().__init__(tell.language)
        self._tell, self._look = tell, look
        self.text = text
        self._hits: Sequence[Hit] = ()
        self._asked = ""
        self._trouble = ""

    def on_mount(self) -> None:
        """Look for what was typed on the desk already."""
        self.typed()

    def typed(self) -> None:
        """Ask, when there is enough to ask for."""
        self.at, self._trouble = 0, ""
        if len(folded(self.text).replace(" ", "")) < LETTERS_MIN:
            self._hits, self._asked = (), ""
        else:
            self._asked = self.text
            self._look(self.text)

    def found(self, text: str, hits: Sequence[Hit]) -> None:
        """Show who was found, unless something else was typed since."""
        if text == self._asked:
            self._hits = hits[:_ROWS_MAX]
            self.at = 0
            self.paint()

    def failed(self, trouble: str) -> None:
        """Say why nobody could be looked for."""
        self._trouble = trouble
        self.paint()

    def count(self) -> int:
        """How many were found."""
        return len(self._hits)

    def lines(self) -> list[Content]:
        """Return the field and who was found."""
        told = [
            Content.styled(self.say(_TITLE), "bold"),
            Content(""),
            said(self.say(_FIELD, text=safe(self.text))),
            Content(""),
        ]
        if self._trouble:
            told.append(said(self._trouble, "bold"))
        elif not self._asked:
            told.append(Content.styled(self.say(_FEW), "dim"))
        elif not self._hits:
            told.append(Content.styled(self.say(_NOBODY), "dim"))
        told += [
            marked(self.row(hit), is_marked=at == self.at) for at, hit in enumerate(self._hits)
        ]
        return [*told, Content(""), Content.styled(self.say(_KEYS), "dim")]

    def row(self, hit: Hit) -> str:
        """Write one guest on one line."""
        cells = (
            (self._tell.name(hit.holder_name), 20),
            (hit.short_code, 10),
            (self.state(hit), 11),
            (safe(hit.tier), 9),
            (hit.document, 15),
        )
        return " ".join(fit(text, width) for text, width in cells).rstrip()

    def state(self, hit: Hit) -> str:
        """Say whether a guest is in, or why not."""
        if hit.state in _STATES:
            return self.say(_STATES[hit.state])
        return self.say(_IN if hit.is_in else _OUT)

    def enter(self) -> None:
        """Choose: a question comes before anybody is let in."""
        self.act()

    def act(self) -> None:
        """Choose the marked guest."""
        if self._hits:
            self.dismiss(self._hits[self.at])
