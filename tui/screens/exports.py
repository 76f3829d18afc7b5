"""Exports: what can be written, and what was written last."""

from textual.app import ComposeResult

from boxoffice.db import ReadSession
from boxoffice.exports.catalogue import DEFINITIONS
from boxoffice.exports.latest import Written, latest_exports
from boxoffice.staff.rules import Permission
from tui.acts import running
from tui.commands import Place
from tui.screens.board import Board
from tui.text import cell
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_ROWS = 50
_HEADS = ((Words("exportação", "export"), 14), (Words("o quê", "what"), 0))
_RUN_HEADS = (
    (Words("quando", "when"), 11), (Words("exportação", "export"), 12),
    (Words("arquivo", "file"), 0),
    (Words("linhas", "rows"), 9), (Words("sha-256", "sha-256"), 9), (Words("quem", "who"), 8),
)  # fmt: skip


class ExportsBoard(Board):
    """The definitions above, the last files below."""

    PLACE = Place.EXPORTS
    TITLE_WORDS = Words("Exportações", "Exports")

    def body(self) -> ComposeResult:
        """Yield what there is and what was written."""
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="exports")
        yield Listing([Column(self.say(head), width) for head, width in _RUN_HEADS], id="written")

    def on_mount(self) -> None:
        """Begin on what can be exported."""
        super().on_mount()
        lines = [Line(one.name, (cell(one.name), cell(one.about))) for one in DEFINITIONS.values()]
        self.query_one("#exports", Listing).fill(lines)
        self.hand(self.query_one("#exports"))

    def ask(self, session: ReadSession) -> list[Written]:
        """Ask what was written last."""
        self.house.office.actor.must(Permission.EXPORT)
        return latest_exports(session, limit=_ROWS)

    def show(self, found: list[Written]) -> None:
        """Show what was written last."""
        lines = []
        for place, one in enumerate(found):
            cells = (self.at(one.at), one.name, one.destination, str(one.rows), one.sha256[:8],
                     one.by)  # fmt: skip
            lines.append(Line(f"{place}:{one.destination}", tuple(cell(text) for text in cells)))
        self.query_one("#written", Listing).fill(lines)

    def action_run(self) -> None:
        """Write one export."""
        chosen = self.query_one("#exports", Listing).chosen
        if self.needs(chosen):
            self.act(running.export(chosen, self.house.event))

    def action_verify(self) -> None:
        """Compare the last file under the cursor with its manifest."""
        chosen = self.query_one("#written", Listing).chosen
        if self.needs(chosen):
            self.act(running.verify(chosen.partition(":")[2]))
