"""Staff and audit: who sits here and what they may do, and what was done by whom."""

from textual.app import ComposeResult
from textual.widgets import Static

from boxoffice.db import ReadSession
from boxoffice.reports.trail import Act, latest_acts
from boxoffice.staff.rules import PERMISSIONS
from tui.commands import Place
from tui.screens.board import Board
from tui.text import cell, said
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_ROWS = 100
_HEADS = (
    (Words("quando", "when"), 11), (Words("quem", "who"), 12), (Words("o quê", "what"), 22),
    (Words("fatos", "facts"), 0),
)  # fmt: skip
_WHO = Words("{name} ({role}) pode: {may}", "{name} ({role}) may: {may}")


class StaffBoard(Board):
    """The newest lines of the audit. It names no buyer."""

    PLACE = Place.STAFF
    TITLE_WORDS = Words("Equipe e auditoria", "Staff and audit")

    def body(self) -> ComposeResult:
        """Yield who sits here, and the audit."""
        actor = self.house.office.actor
        may = ", ".join(sorted(PERMISSIONS[actor.role]))
        yield Static(
            said(self.say(_WHO, name=actor.name, role=actor.role, may=may), length_max=600),
            id="who", markup=False,
        )  # fmt: skip
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="acts")

    def on_mount(self) -> None:
        """Begin on the audit."""
        super().on_mount()
        self.hand(self.query_one("#acts"))

    def ask(self, session: ReadSession) -> list[Act]:
        """Ask what was done last."""
        return latest_acts(session, self.house.office.actor, limit=_ROWS)

    def show(self, found: list[Act]) -> None:
        """Show what was done last."""
        lines = []
        for place, one in enumerate(found):
            facts = " ".join(f"{name}={value}" for name, value in one.facts.items())
            cells = (self.at(one.at), one.actor, one.verb, facts)
            lines.append(
                Line(f"{place}:{one.subject}:{one.at}", tuple(cell(text) for text in cells))
            )
        self.query_one("#acts", Listing).fill(lines)
