"""The report of a rehearsal on paper, to hand to whoever decides.

Loading this module loads reportlab: do so only to print.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from boxoffice.rehearsal.report import Report
from boxoffice.tickets.layout import Page, pdf
from boxoffice.tickets.pen import BOLD, MM, Column, Style

_WIDTH, _HEIGHT, _MARGIN = 210 * MM, 297 * MM, 18 * MM
_TITLE = Style(20, 11, lines_max=2, face=BOLD)
_STRONG = Style(12, 8, face=BOLD)
_TEXT = Style(9.5, 6.5, lines_max=4)
_CELL = Style(9, 5)
_GAP = 4 * MM
_ROW = 4.5 * MM
_ROOM = 22 * MM  # that a head and its first row need

Rows = Sequence[Sequence[str]]


def report_pdf(report: Report, tables: Sequence[tuple[str, Rows]], *, now: datetime) -> bytes:
    """Return the report as a PDF of A4: what to do first, then its `tables`, each with its head."""
    title = f"Rehearsal - {report.title}"
    return pdf(_pages(report, tables, now), created_at=now.astimezone(UTC), title=title, lang="en")


def _pages(report: Report, tables: Sequence[tuple[str, Rows]], now: datetime) -> Iterator[Page]:
    page = _a_page()
    page.write(f"Rehearsal: {report.title}", _TITLE)
    said = "every check holds" if report.is_right else "CHECKS ARE WRONG"
    page.write(f"{now:%Y-%m-%d %H:%M} UTC · {report.database} · {said}", _TEXT)
    page.skip(_GAP)
    page.write("What to know", _STRONG)
    for line in report.advice:
        page.write(f"– {line}", _TEXT)
        page.skip(1 * MM)
    for head, rows in tables:
        if page.y + _ROOM > _HEIGHT - _MARGIN:
            yield Page(_WIDTH, _HEIGHT, page.marks)
            page = _a_page()
        page.skip(_GAP)
        page.write(head, _STRONG)
        for row in rows:
            if page.y + _ROW > _HEIGHT - _MARGIN:
                yield Page(_WIDTH, _HEIGHT, page.marks)
                page = _a_page()
            _write_row(page, row)
    yield Page(_WIDTH, _HEIGHT, page.marks)


def _a_page() -> Column:
    return Column(_MARGIN, 16 * MM, _WIDTH - 2 * _MARGIN)


def _write_row(page: Column, cells: Iterable[str]) -> None:
    """Write a row: its first cell takes half of the width, the others share the rest."""
    first, *others = cells
    Column(page.x, page.y, page.width * 0.5, page.marks).write(first, _CELL)
    each = page.width * 0.5 / max(1, len(others))
    for number, cell in enumerate(others):
        x = page.x + page.width * 0.5 + number * each
        Column(x, page.y, each - 1 * MM, page.marks).write(cell, _CELL)
    page.y += _ROW
