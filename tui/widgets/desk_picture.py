"""The picture of the desk: what changed since the last one is drawn, and nothing else."""

from collections.abc import Callable
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
        self._shown: dict[str, tuple[object, ...]] = {}
        self._drawn: dict[str, Content] = {}
        self._looks: tuple[Shape, str] | None = None

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
        look = READY if seen.shown is None else seen.shown.look
        if self._looks != (shape, look.name):
            self._looks = shape, look.name
            for each in Shape:
                self.set_class(each is shape, f"-{each}")
            self.query_one("#verdict", Static).set_classes(look.name)
        second, state = int(now.at.timestamp()), State(seen.is_blurred, seen.is_locked)
        numbers = now.stats, now.status, now.trouble, second, width
        self._put(
            "head",
            (*numbers, seen.direction, state),
            lambda: head(tell, now, seen.direction, width, state),
        )
        self._put(
            "verdict",
            (seen.shown, seen.proof, seen.waiting_count, shape, width),
            lambda: verdict(
                tell,
                seen.shown,
                shape,
                width - 2,
                proof=seen.proof,
                waiting_count=seen.waiting_count,
            ),
        )
        self._put(
            "line",
            (seen.line, seen.note, seen.judging_count, width),
            lambda: scan_line(tell, seen.line, seen.note, seen.judging_count, width),
        )
        self._put(
            "counts",
            (*numbers, log.version, seen.is_muted),
            lambda: counts(tell, now, log, width, has_sound=not seen.is_muted),
        )
        self._put(
            "log",
            (log.version, width, height),
            lambda: log_lines(tell, log, log_width(width), height),
        )
        self._put("side", (*numbers, log.version), lambda: side(tell, now, log))
        self._put("keys", (seen.commands, width), lambda: keys(seen.commands, tell.language, width))

    def _put(self, name: str, shown: tuple[object, ...], make: Callable[[], Content]) -> None:
        """Draw one part, if anything of it has changed. No part changes its size by itself."""
        if self._shown.get(name) == shown:
            return
        self._shown[name] = shown
        content = make()
        if self._drawn.get(name) != content:
            self._drawn[name] = content
            self.query_one(f"#{name}", Static).update(content, layout=False)
