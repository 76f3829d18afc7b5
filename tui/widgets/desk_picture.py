"""The picture of the desk: what changed since the last one is drawn, and nothing else."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from boxoffice.door.rules import Direction, Proof
from tui.commands import Command
from tui.desk_paint import (
    Now,
    Shape,
    State,
    counts,
    head,
    keys,
    log_lines,
    log_width,
    scan_line,
    shape_of,
    side,
    verdict,
)
from tui.desk_view import Judged, Log, Teller
from tui.looks import READY


@dataclass(frozen=True, slots=True)
class Seen:
    """All that can be seen."""

    now: Now
    log: Log
    direction: Direction
    shown: Judged | None
    proof: Proof | None
    waiting_count: int
    line: str
    note: str
    judging_count: int
    is_muted: bool
    is_blurred: bool
    is_locked: bool
    commands: tuple[Command, ...]


class DeskPicture(Vertical):
    """The lines of the desk. None of them can have the focus."""

    def __init__(self, tell: Teller) -> None:
        super().__init__()
        self._tell = tell
        self._drawn: dict[str, Content] = {}

    def compose(self) -> ComposeResult:
        """Lay the lines out."""
        for name in ("head", "verdict", "line", "counts"):
            yield Static(id=name, markup=False)
        with Horizontal(id="below"):
            yield Static(id="log", markup=False)
            yield Static(id="side", markup=False)
        yield Static(id="keys", markup=False)

    def show(self, seen: Seen) -> None:
        """Draw what is seen, for the size that the terminal has now."""
        tell, now, log = self._tell, seen.now, seen.log
        width, height = self.app.size
        shape = shape_of(width, height, is_ascii=tell.is_ascii)
        for each in Shape:
            self.set_class(each is shape, f"-{each}")
        look = READY if seen.shown is None else seen.shown.look
        self.query_one("#verdict", Static).set_classes(look.name)
        state = State(is_blurred=seen.is_blurred, is_locked=seen.is_locked)
        self._put("head", head(tell, now, seen.direction, width, state))
        self._put(
            "verdict",
            verdict(
                tell,
                seen.shown,
                shape,
                width - 2,
                proof=seen.proof,
                waiting_count=seen.waiting_count,
            ),
        )
        self._put("line", scan_line(tell, seen.line, seen.note, seen.judging_count, width))
        self._put("counts", counts(tell, now, log, width, has_sound=not seen.is_muted))
        self._put("log", log_lines(tell, log, log_width(width), height))
        self._put("side", side(tell, now, log))
        self._put("keys", keys(seen.commands, tell.language, width))

    def _put(self, name: str, content: Content) -> None:
        if self._drawn.get(name) != content:
            self._drawn[name] = content
            self.query_one(f"#{name}", Static).update(content)
