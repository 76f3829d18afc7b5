"""Exports: what can be written, what is saved in exports.toml, and what was written last."""

from dataclasses import dataclass

from textual.app import ComposeResult

from boxoffice.db import ReadSession
from boxoffice.exports.catalogue import DEFINITIONS
from boxoffice.exports.latest import Written, latest_exports
from boxoffice.exports.saved import Saved, read_saved
from boxoffice.staff.rules import Permission
from boxoffice.times import iso
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
_SAVED = Words("salva: {export} em {out}", "saved: {export} to {out}")
_REMOVED = Words("esse arquivo já foi removido", "that file was removed since")
_MANIFEST = Words("Manifesto de {file}", "Manifest of {file}")


@dataclass(frozen=True, slots=True)
class Found:
    """What the screen shows."""

    saved: tuple[Saved, ...]
    written: tuple[Written, ...]


class ExportsBoard(Board):
    """The definitions and the saved ones above, the last files below."""

    PLACE = Place.EXPORTS
    TITLE_WORDS = Words("Exportações", "Exports")

    def body(self) -> ComposeResult:
        """Yield what there is and what was written."""
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="exports")
        yield Listing([Column(self.say(head), width) for head, width in _RUN_HEADS], id="written")

    def on_mount(self) -> None:
        """Begin on what can be exported."""
        self._written: dict[str, Written] = {}
        self.hand(self.query_one("#exports"))

    def ask(self, session: ReadSession) -> Found:
        """Ask what is saved, and what was written last."""
        self.house.office.actor.must(Permission.EXPORT)
        saved = read_saved(self.house.office.settings.exports_path)
        return Found(tuple(saved.values()), tuple(latest_exports(session, limit=_ROWS)))

    def show(self, found: Found) -> None:
        """Show both."""
        known = [Line(one.name, (cell(one.name), cell(one.about))) for one in DEFINITIONS.values()]
        saved = [Line(one.name, (cell(one.name), cell(self._about(one)))) for one in found.saved]
        self.query_one("#exports", Listing).fill([*known, *saved])
        self._written = {f"{one.at}:{one.destination}": one for one in found.written}
        lines = []
        for key, one in self._written.items():
            name = one.destination.rpartition("/")[2]  # the manifest tells the folder
            cells = (self.at(one.at), one.name, name or "—", str(one.rows),
                     one.sha256[:8], one.by)  # fmt: skip
            lines.append(Line(key, tuple(cell(text) for text in cells)))
        self.query_one("#written", Listing).fill(lines)

    def action_run(self) -> None:
        """Write one export."""
        chosen = self.query_one("#exports", Listing).chosen
        if chosen in DEFINITIONS:
            self.act(running.export(chosen, self.house.event or "", f"{chosen}.csv"))
        elif self.needs(chosen):
            self.act(running.export(chosen))

    def action_verify(self) -> None:
        """Compare the last file under the cursor with its manifest."""
        one = self._chosen
        if one is not None and one.destination:
            self.act(running.verify(one.destination))
        elif one is not None:
            self.tell(self.say(_REMOVED))

    def action_manifest(self) -> None:
        """Show what the manifest of the last file under the cursor says."""
        one = self._chosen
        if one is not None:
            facts = {
                "export": one.name, "file": one.destination, "format": one.format,
                "rows": one.rows, "bytes": one.size, "sha-256": one.sha256,
                "by": one.by, "at": iso(one.at),
            }  # fmt: skip
            width = max(map(len, facts)) + 2
            self.page(
                self.say(_MANIFEST, file=one.destination or one.name),
                [f"{name.ljust(width)}{value}" for name, value in facts.items()],
            )

    @property
    def _chosen(self) -> Written | None:
        key = self.query_one("#written", Listing).chosen
        return self._written[key] if self.needs(key) else None

    def _about(self, one: Saved) -> str:
        return self.say(_SAVED, export=one.asked.export, out=one.asked.out or "—")
