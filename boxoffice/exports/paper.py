"""A list on paper: names down the page, a box before each, heads that tell the pages apart.

Loading this module loads reportlab: do so only to print.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from boxoffice.exports.columns import CELL, Kind
from boxoffice.exports.sheet import Sheet
from boxoffice.tickets.layout import Page, pdf
from boxoffice.tickets.pen import BOLD, GREY, MM, Column, Frame, Line, Style, fit
from boxoffice.times import local_second

_WIDTH, _HEIGHT, _MARGIN = 210 * MM, 297 * MM, 12 * MM
_ROW = 8 * MM  # room for a pen
_BOX = 4 * MM
_TOP = 26 * MM
_LINES_MAX = int((_HEIGHT - _TOP - 14 * MM) / _ROW)
_TITLE = Style(14, 9, face=BOLD)
_HEAD = Style(7.5, 6, grey=GREY)
_NAME = Style(11, 7.5, face=BOLD)
_TEXT = Style(9, 6.5)
_GAP = 2 * MM
_MIDDLE = 0.36  # of the size, from the middle of a letter to its baseline
_HEADS = {
    "guest": "nome",
    "company": "empresa",
    "tier": "lote",
    "ticket": "ingresso",
    "document": "documento",
    "seat": "lugar",
    "attention": "atenção",
}
_SHARES = {"guest": 9, "company": 6, "tier": 5, "ticket": 4}  # of the width; others have 4
_UNPRINTED = ("state", "paid_at", "event", "category")  # unless they are asked for by name
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)  # the same rows make the same file


def list_pdf(sheet: Sheet) -> bytes:
    """Return the rows as pages of A4, the first column in bold. Empty columns are left out.

    A row is one line, which shrinks and is then cut: no guest moves another one down.
    """
    rows = [row.split(CELL) for block in sheet.blocks for row in block.rows]
    title = sheet.title or "Lista"
    return pdf(_pages(sheet, rows, title), created_at=_MADE_AT, title=title, lang="pt-BR")


def _pages(sheet: Sheet, rows: Sequence[Sequence[str]], title: str) -> Iterator[Page]:
    shown = [at for at in range(len(sheet.columns)) if _is_shown(sheet, rows, at)]
    parts = [rows[at : at + _LINES_MAX] for at in range(0, len(rows), _LINES_MAX)] or [[]]
    for number, part in enumerate(parts, start=1):
        page = Column(_MARGIN, 10 * MM, _WIDTH - 2 * _MARGIN)
        page.write(title, _TITLE)
        ends = f" · {part[0][0][:24]} – {part[-1][0][:24]}" if part else ""
        page.write(f"{len(rows)} na lista · página {number} de {len(parts)}{ends}", _TEXT)
        places = _places(sheet, shown)
        page.y = _TOP - 5 * MM
        for at, (x, width) in zip(shown, places, strict=True):
            Column(x, page.y, width, page.marks).write(_head(sheet, at), _HEAD)
        for line, row in enumerate(part):
            page.y = _TOP + line * _ROW
            page.rule(0.3, GREY)
            page.marks.append(Frame(_MARGIN, page.y + (_ROW - _BOX) / 2, _BOX, _BOX, 0.8))
            for at, (x, width) in zip(shown, places, strict=True):
                style = _NAME if at == shown[0] else _TEXT
                size, (text, *_) = fit(_told(sheet, row, at), style, width)
                baseline = page.y + _ROW / 2 + size * _MIDDLE
                page.marks.append(Line(x, baseline, text, size, style))
        yield Page(_WIDTH, _HEIGHT, page.marks)


def _is_shown(sheet: Sheet, rows: Sequence[Sequence[str]], at: int) -> bool:
    is_chosen = sheet.columns[at].name not in _UNPRINTED or at == 0
    return is_chosen and (at == 0 or any(row[at] for row in rows))


def _places(sheet: Sheet, shown: Sequence[int]) -> list[tuple[float, float]]:
    """Return where each column begins, and how wide it is."""
    shares = [_SHARES.get(sheet.columns[at].name, 4) for at in shown]
    room = _WIDTH - 2 * _MARGIN - _BOX - _GAP
    places, x = [], _MARGIN + _BOX + _GAP
    for share in shares:
        width = room * share / sum(shares)
        places.append((x, width - _GAP))
        x += width
    return places


def _head(sheet: Sheet, at: int) -> str:
    return _HEADS.get(sheet.columns[at].name, sheet.columns[at].name)


def _told(sheet: Sheet, row: Sequence[str], at: int) -> str:
    text = row[at]
    if sheet.columns[at].kind is Kind.MOMENT and text:
        return local_second(text, sheet.zone).strftime("%d/%m/%Y %H:%M")
    return text
