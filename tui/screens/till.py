"""Till: the clerk's drawer, from the float to the count."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.staff.rules import Permission
from boxoffice.till.queries import ShiftView, last_shift_view
from tui.acts import selling
from tui.acts.act import Act
from tui.commands import Place
from tui.screens.board import Board
from tui.states import GOOD, WAITS
from tui.text import said
from tui.words import Words

_NONE = Words("Nenhum caixa ainda. A abre o seu.", "No till yet. A opens yours.")
_LABELS = {
    "clerk": Words("operador", "clerk"),
    "opened": Words("aberto", "opened"),
    "closed": Words("fechado", "closed"),
    "float": Words("troco inicial", "float"),
    "expected": Words("deve ter em dinheiro", "cash expected"),
    "counted": Words("contado", "counted"),
    "difference": Words("diferença", "difference"),
    "note": Words("nota", "note"),
}
_KINDS = {
    "sale": Words("vendas", "sales"),
    "refund": Words("estornos", "refunds"),
    "drop": Words("sangrias", "to the safe"),
}
_LABEL_WIDTH = 26


class TillBoard(Board):
    """The open shift of whoever sits here, or the last one."""

    PLACE = Place.TILL
    TITLE_WORDS = Words("Caixa", "Till")

    def body(self) -> ComposeResult:
        """Yield the numbers."""
        with VerticalScroll(id="till"):
            yield Static(id="shift", markup=False)

    def on_mount(self) -> None:
        """Begin without a shift."""
        self._shift: ShiftView | None = None
        self.hand(self.query_one("#till"))

    def ask(self, session: ReadSession) -> ShiftView | None:
        """Ask for the shift of whoever sits here."""
        actor = self.house.office.actor
        actor.must(Permission.SELL)
        try:
            return last_shift_view(session, actor.name)
        except NotFound:
            return None

    def show(self, found: ShiftView | None) -> None:
        """Show what passed the drawer."""
        self._shift = found
        text = said(self.say(_NONE)) if found is None else self._told(found)
        self.put("shift", text)

    def action_open(self) -> None:
        """Open the till."""
        self.act(selling.open_till())

    def action_drop(self) -> None:
        """Take cash to the safe."""
        self.act(selling.drop())

    def action_close(self) -> None:
        """Count the drawer, and close the till."""
        self.act(selling.close_till())

    def action_print(self) -> None:
        """Print the report of the shift that is shown."""
        if self.needs("" if self._shift is None else self._shift.code):
            assert self._shift is not None, "it was chosen"
            act: Act = selling.print_till(self._shift.code)
            self.act(act)

    def _told(self, shift: ShiftView) -> Content:
        is_open = shift.closed_at is None
        lines = [
            Content.assemble(
                said(shift.code, "bold"), "  ",
                said(self.state("open" if is_open else "closed"), GOOD if is_open else WAITS),
            ),
            *self._pair("clerk", shift.clerk),
            *self._pair("opened", self.at(shift.opened_at)),
            *self._pair("closed", self.at(shift.closed_at)),
            *self._pair("float", str(shift.drawer.start)),
            Content(""),
        ]  # fmt: skip
        for passed in shift.passed:
            name = f"{self.say(_KINDS[passed.kind])} {passed.method}".ljust(_LABEL_WIDTH)
            lines.append(said(f"{name}{passed.amount} ({passed.count})"))
        lines += [Content(""), *self._pair("expected", str(shift.expected), "bold")]
        if shift.counted is not None:
            lines += self._pair("counted", str(shift.counted), "bold")
            differs = shift.difference is not None and shift.difference.minor
            lines += self._pair("difference", str(shift.difference), WAITS if differs else GOOD)
        lines += self._pair("note", shift.note)
        return Content("\n").join(lines)

    def _pair(self, name: str, value: str, style: str = "") -> list[Content]:
        label = self.say(_LABELS[name]).ljust(_LABEL_WIDTH)
        return [said(f"{label}{value}", style)] if value else []
