"""The desk's lines, painted for a width: pure, from values to `Content`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from textual.content import Content

from boxoffice.door.queries import DoorStats
from boxoffice.door.rules import Direction, Proof, Verdict, VerdictClass
from tui.commands import Command
from tui.desk import DeskStatus
from tui.desk_view import Judged, Log, Row, Teller, is_old
from tui.letters import drawn
from tui.looks import READY
from tui.text import fit, safe
from tui.words import Language, Words

_BIG_ROWS, _HALF_ROWS = 22, 16  # of the terminal
_HALF_COLUMNS, _TABLE_COLUMNS, _SIDE_COLUMNS = 50, 78, 110
_SIDE_WIDTH = 36
_WAY = {
    Direction.IN: Words("ENTRADA", "ENTRY"),
    Direction.OUT: Words("SAÍDA", "EXIT"),
}
_PROOF = Words("◂ {proof} ▸", "◂ {proof} ▸")
_BLUR = Words(
    "JANELA SEM FOCO: o leitor digita em outro lugar", "WINDOW WITHOUT FOCUS: scans go elsewhere"
)
_LOCKED = Words("TRAVADA", "LOCKED")
_LINE = Words(" LEITOR ▏{text}_", " SCAN ▏{text}_")
_JUDGING = Words("   conferindo {count}", "   judging {count}")
_KEY_NAMES = {"escape": "Esc"}


class Shape(StrEnum):
    """How the verdict is drawn: the classes of `desk.tcss`."""

    BIG = "big"  # letters of seven rows
    HALF = "half"  # of four
    LINE = "line"  # a word


def shape_of(width: int, height: int, *, is_ascii: bool = False) -> Shape:
    """Choose how the verdict is drawn on a terminal. ASCII has no half rows."""
    if width < _HALF_COLUMNS or height < _HALF_ROWS:
        return Shape.LINE
    if height >= _BIG_ROWS:
        return Shape.BIG
    return Shape.LINE if is_ascii else Shape.HALF


@dataclass(frozen=True, slots=True)
class Now:
    """What changes by itself: the numbers, the state of the line and the clock."""

    at: datetime
    status: DeskStatus
    stats: DoorStats | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What keeps keys from working: another window has them, or the desk is locked."""

    is_blurred: bool = False
    is_locked: bool = False


def head(tell: Teller, now: Now, way: Direction, width: int, state: State) -> Content:
    """Tell where this desk stands, and how it judges."""
    status = now.status
    lock = _LOCKED.say(tell.language) if state.is_locked else ""
    parts = (lock, status.event, status.list, status.gate, _WAY[way].say(tell.language))
    left = " " + " · ".join(safe(part) for part in parts if part)
    right = f"{tell.line_state(status, now.at)}  {tell.clock(now.at)} "
    if status.trouble or now.trouble:
        right = f"{safe(status.trouble or now.trouble, length_max=width // 2)} {right}"
    if state.is_blurred:
        return Content.styled(fit(" " + _BLUR.say(tell.language), width), "reverse bold")
    room = max(0, width - len(right))
    if room < width // 3:
        room, right = width // 3, right[-(width - width // 3) :]
    is_told = is_old(status, now.at) or status.trouble
    style = "#000000 on #ffff00" if is_told else "bold"
    return Content.styled(fit(left, room) + right, style)


def scan_line(tell: Teller, text: str, note: str, judging_count: int, width: int) -> Content:
    """Show what was scanned so far, its end first when it is long."""
    told = safe(text, length_max=600)[-max(1, width // 2) :]
    said = tell.say(_LINE, text=told)
    if judging_count > 1:
        note = tell.say(_JUDGING, count=judging_count)
    return Content(fit(f"{said}{note}", width))


def verdict(
    tell: Teller,
    judged: Judged | None,
    shape: Shape,
    width: int,
    *,
    proof: Proof | None = None,
    waiting_count: int = 0,
) -> Content:
    """Draw the verdict: letters, who, what is so, what next. `width` is that inside the border."""
    look = READY if judged is None else judged.look
    word = look.say(tell.language)
    more = f"  +{waiting_count}" if waiting_count else ""
    lines = _letters(look.symbol, word, shape, width)
    symbol = tell.symbol(look)
    if judged is None:
        if not lines:
            lines = [f"{symbol} {word}"]
        return _lines(lines, (), width)
    if not lines:
        lines = [f"{symbol} {word}{more}"]
    elif more:
        lines[-1] = fit(lines[-1], width - 12) + more
    return _lines(lines, _told(tell, judged, shape, proof), width)


def counts(tell: Teller, now: Now, log: Log, width: int, *, has_sound: bool) -> Content:
    """Tell who is in, how fast they come, and how many were turned away."""
    pace = log.pace(now.at)
    sound = tell.say(Words("♪ som", "♪ sound") if has_sound else Words("mudo", "muted"))
    stats = now.stats
    if stats is None:
        return Content(fit(f" {pace}/min  {sound}", width))
    refused = stats.of_class(VerdictClass.REFUSE) + stats.of_class(VerdictClass.WARN)
    share = stats.inside / stats.expected if stats.expected else 0.0
    inside, expected = number(stats.inside, tell.language), number(stats.expected, tell.language)
    if width < _TABLE_COLUMNS:
        told = Words(
            " {i}/{e} {p:.0%} · {pace}/min · recusados {r}",
            " {i}/{e} {p:.0%} · {pace}/min · no {r}",
        )
        return Content(
            fit(tell.say(told, i=inside, e=expected, p=share, pace=pace, r=refused), width)
        )
    size = 36 if width >= _SIDE_COLUMNS else 12
    full = min(size, round(share * size))
    told = Words(
        " Dentro {i}/{e} {bar} {p:.0%}   Ritmo {pace}/min   Recusados {r}   {sound}",
        " In {i}/{e} {bar} {p:.0%}   Pace {pace}/min   Refused {r}   {sound}",
    )
    bar = "▓" * full + "░" * (size - full)
    said = tell.say(told, i=inside, e=expected, bar=bar, p=share, pace=pace, r=refused, sound=sound)
    return Content(fit(said, width))


def log_lines(tell: Teller, log: Log, width: int, height: int) -> Content:
    """List the last scans, the newest first."""
    return Content("\n").join(
        Content(fit(_row(tell, row, width), width)) for row in list(log.rows)[: max(0, height)]
    )


def log_width(width: int) -> int:
    """Return how wide the log is: beside it, on a wide screen, stand the numbers."""
    return width - _SIDE_WIDTH if width >= _SIDE_COLUMNS else width


def side(tell: Teller, now: Now, log: Log) -> Content:
    """Tell the pace of the last half hour, and why guests were turned away."""
    told = [tell.say(Words("Ritmo, últimos 30 min", "Pace, last 30 min")), log.bars(now.at, 30), ""]
    if now.stats is not None:
        families = (VerdictClass.WARN, VerdictClass.REFUSE)
        told.append(tell.say(Words("Recusas", "Refusals")))
        told += [
            f" {safe(name):<22}{count:>6}"
            for name, count in sorted(now.stats.verdicts.items())
            if Verdict(name).family in families
        ]
    width = _SIDE_WIDTH - 3
    return Content("\n").join(Content(f"│ {fit(line, width)}") for line in told)


def keys(commands: Iterable[Command], language: Language, width: int) -> Content:
    """Name the keys, as many as fit."""
    told, used = [], 0
    for command in commands:
        key, words = key_name(command.key), command.words.say(language)
        used += len(key) + len(words) + 2
        if used > width:
            break
        told.append(Content.assemble((key, "bold"), f" {words} "))
    return Content("").join(told)


def key_name(key: str) -> str:
    """Write a key as people know it: `^F`, `F1`, `Esc`."""
    name = _KEY_NAMES.get(key, key)
    return name.replace("ctrl+", "^").upper() if name == key else name


def number(count: int, language: Language) -> str:
    """Write a number with its thousands apart."""
    return f"{count:,}".replace(",", "." if language is Language.PT else ",")


def _letters(symbol: str, word: str, shape: Shape, width: int) -> list[str]:
    if shape is Shape.LINE:
        return []
    low, room = shape is Shape.HALF, width - 2
    for text in (f"{symbol} {word}", word):
        lines = drawn(text, width=room, low=low)
        if lines:
            return lines
    return []


def _told(tell: Teller, judged: Judged, shape: Shape, proof: Proof | None) -> tuple[str, ...]:
    """Tell a verdict: who first, or what is so where there is nobody."""
    so, hint, ticket = tell.so(judged), tell.hint(judged), judged.ticket
    if judged.verdict is Verdict.NEEDS_DOCUMENT:
        hint = f"{_PROOF.say(tell.language, proof=tell.proof(proof))} · {hint}"
    if ticket is None:
        return tuple(filter(None, (so, tell.choices(judged), hint)))
    who = tell.who(judged) or ticket.short_code
    if shape is Shape.BIG:
        return (who, tell.what(judged), so, hint)
    if judged.verdict.admits:
        return (who, f"{safe(ticket.tier)} · {so}", hint)
    return (who, so, hint)


def _lines(letters: list[str], told: Iterable[str], width: int) -> Content:
    painted = [Content(f"  {fit(line, width - 2)}") for line in letters]
    painted += [
        Content.styled(f"  {fit(line, width - 2)}", "bold" if at == 0 else "")
        for at, line in enumerate(told)
    ]
    return Content("\n").join(painted)


def _row(tell: Teller, row: Row, width: int) -> str:
    clock = tell.clock(row.at)
    if width < _TABLE_COLUMNS:
        return f" {clock} {row.symbol} {fit(row.name, 22)} {row.note or row.tier}"
    name = fit(row.name, 26)
    return f" {clock} {row.symbol} {fit(row.code, 10)} {name} {fit(row.tier, 12)} {row.note}"
