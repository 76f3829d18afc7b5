"""How a ticket looks on a sheet of A4 and on a thermal roll.

Both papers say the same things. The sheet folds in half: above the fold is the evening, below it
what the door needs. The roll is black only: a thermal head knows no grey.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import ceil, floor
from threading import Lock

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from boxoffice.text import shown
from boxoffice.tickets.paper import TicketPaper, Words
from boxoffice.tickets.pen import (
    BOLD,
    GREY,
    MM,
    REGULAR,
    Code,
    Column,
    Frame,
    Mark,
    Rule,
    Style,
    draw,
)
from boxoffice.tickets.qr import QUIET_MODULES, matrix

_DOT = MM / 8  # of a thermal head: modules of whole dots keep straight edges on any printer
_GROUP = 4  # letters an eye carries from paper to keyboard at once
_GROUPS_PER_LINE = 7

rl_config.useA85 = 0  # plain binary streams: a fifth smaller, and a fifth faster to write

# Race: threads share the typefaces, and reportlab moves a cursor in them while it embeds them.
_embedding = Lock()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its size in points, and what is on it."""

    width: float
    height: float
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class _Look:
    """The styles of one paper."""

    title: Style
    holder: Style
    strong: Style
    fact: Style
    text: Style
    label: Style
    terms: Style
    code: Style
    code_side_max: float
    gap: float


_ON_A4 = _Look(
    title=Style(40, 18, lines_max=4, face=BOLD),
    holder=Style(20, 12, lines_max=3, face=BOLD),
    strong=Style(14, 9, lines_max=2, face=BOLD),
    fact=Style(12, 8, lines_max=2, face=BOLD),
    text=Style(10.5, 8, lines_max=2),
    label=Style(8, grey=GREY),
    terms=Style(8, grey=GREY, lines_max=3),
    code=Style(12, face=BOLD, is_centred=True),
    code_side_max=56 * MM,
    gap=3 * MM,
)
_ON_ROLL = _Look(
    title=Style(20, 12, lines_max=4, face=BOLD),
    holder=Style(17, 11, lines_max=3, face=BOLD),
    strong=Style(12, 9, lines_max=2, face=BOLD),
    fact=Style(11, 8, lines_max=2, face=BOLD),
    text=Style(9.5, 8, lines_max=2),
    label=Style(8),
    terms=Style(8, lines_max=5),
    code=Style(12, face=BOLD, is_centred=True),
    code_side_max=52 * MM,
    gap=2.5 * MM,
)


def pdf(pages: Iterable[Page], *, created_at: datetime, title: str, lang: str) -> bytes:
    """Return the PDF of `pages`. `created_at` is in UTC."""
    file = BytesIO()
    canvas = Canvas(file, invariant=1, pageCompression=1, initialFontName=REGULAR.name, lang=lang)
    canvas.setTitle(shown(title))
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator("Boxoffice")
    canvas.setDateFormatter(lambda *_: f"D:{created_at:%Y%m%d%H%M%S}Z")
    for page in pages:
        draw(canvas, page.marks, width=page.width, height=page.height)
    with _embedding:
        canvas.save()
    return file.getvalue()


def a4(ticket: TicketPaper, words: Words) -> Page:
    """Lay out a ticket on a sheet of A4, to be folded in half."""
    look, width, height, margin = _ON_A4, 210 * MM, 297 * MM, 20 * MM
    column = Column(margin, 18 * MM, width - 2 * margin)
    column.write(words.ticket.upper(), Style(9, face=BOLD))
    column.skip(2 * MM)
    column.rule(2)
    column.skip(9 * MM)
    column.write(ticket.event_title, look.title)
    column.y = 112 * MM
    when, where = column.halves(gap=10 * MM)
    _write_when(when, ticket, words, look)
    _write_where(where, ticket, words, look)

    column.y = height / 2
    column.marks.append(Rule(0, column.y, width, 0.5, GREY, is_dashed=True))
    column.skip(12 * MM)
    side = look.code_side_max
    about = Column(margin, column.y, column.width - side - 14 * MM, column.marks)
    code = Column(margin + column.width - side, column.y, side, column.marks)
    _write_holder(about, ticket, words, look)
    _write_code(code, ticket.code, look)
    column.y = max(about.y, code.y) + 4 * MM
    _write_attention(column, ticket, words, look)

    column.y = height - 20 * MM
    column.rule(0.5, GREY)
    column.skip(2 * MM)
    column.write(words.terms, look.terms)
    return Page(width, height, column.marks)


def receipt(ticket: TicketPaper, words: Words) -> Page:
    """Lay out a ticket on a thermal roll, 80 mm wide, 72 mm of them printed, as long as need be."""
    look = _ON_ROLL
    column = Column(4 * MM, 4 * MM, 72 * MM)
    column.write(ticket.event_title, look.title)
    column.skip(look.gap)
    _write_when(column, ticket, words, look)
    column.skip(look.gap)
    _write_where(column, ticket, words, look)
    column.skip(look.gap)
    column.rule(1.2)
    _write_code(column, ticket.code, look, is_quiet_above=True)
    column.skip(look.gap)
    column.rule(1.2)
    column.skip(look.gap)
    _write_holder(column, ticket, words, look)
    column.skip(look.gap)
    _write_attention(column, ticket, words, look)
    column.skip(look.gap)
    column.rule(0.6)
    column.skip(look.gap)
    column.write(words.terms, look.terms)
    column.skip(6 * MM)
    return Page(80 * MM, ceil(column.y / _DOT) * _DOT, column.marks)


def _write_named(column: Column, label: str, text: str, style: Style, look: _Look) -> None:
    """Write `text` below its small label, or nothing when there is no text."""
    if not text:
        return
    column.write(label, look.label)
    column.skip(0.6 * MM)
    column.write(text, style)


def _write_when(column: Column, ticket: TicketPaper, words: Words, look: _Look) -> None:
    """Write the day and the hours."""
    _write_named(column, words.when, ticket.starts_at_text, look.strong, look)
    column.write(ticket.doors_text, look.text)


def _write_where(column: Column, ticket: TicketPaper, words: Words, look: _Look) -> None:
    """Write the place."""
    _write_named(column, words.where, ticket.venue, look.strong, look)
    column.write(ticket.address, look.text)


def _write_holder(column: Column, ticket: TicketPaper, words: Words, look: _Look) -> None:
    """Write who comes in, and with what."""
    _write_named(column, words.holder, ticket.holder_name, look.holder, look)
    column.write(ticket.company, look.text)
    column.skip(look.gap)
    _write_named(column, words.tier, ticket.tier, look.strong, look)
    facts = [
        (words.order, ticket.order_code),
        (words.ticket, ticket.short_code),
        (words.price, ticket.price_text),
        (words.seat, ticket.seat),
    ]
    known = [(label, text) for label, text in facts if text]
    for start in range(0, len(known), 2):
        column.skip(look.gap)
        halves = column.halves(gap=4 * MM)
        for half, (label, text) in zip(halves, known[start : start + 2], strict=False):
            _write_named(half, label, text, look.fact, look)
        column.y = max(half.y for half in halves)


def _write_code(column: Column, text: str, look: _Look, *, is_quiet_above: bool = False) -> None:
    """Draw the QR code in the middle, and below it the same text in groups for eyes and fingers."""
    grid = matrix(text)
    module = floor(look.code_side_max / len(grid) / _DOT) * _DOT
    side, quiet = module * len(grid), QUIET_MODULES * module
    column.skip(quiet if is_quiet_above else 0)
    x = floor((column.x + (column.width - side) / 2) / _DOT) * _DOT
    column.y = ceil(column.y / _DOT) * _DOT
    column.marks.append(Code(x, column.y, module, grid))
    column.skip(side + quiet)

    groups = [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]
    column.write_grid(groups, look.code, per_line=min(_GROUPS_PER_LINE, len(groups)))


def _write_attention(column: Column, ticket: TicketPaper, words: Words, look: _Look) -> None:
    """Write, in a box, what the door must look at."""
    if not ticket.attention:
        return
    inside = 3 * MM
    top = column.y
    box = Column(column.x + inside, top + inside, column.width - 2 * inside, column.marks)
    _write_named(box, words.attention, ticket.attention, look.strong, look)
    column.y = box.y + inside
    column.marks.append(Frame(column.x, top, column.width, column.y - top))
