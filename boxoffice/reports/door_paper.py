"""The night of a door on paper: how many came, a bar for every ten minutes, and its verdicts.

Loading this module loads reportlab: do so only to print.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from boxoffice.reports.door import SPAN, DoorReport, Span, span_text
from boxoffice.tickets.layout import Page, pdf
from boxoffice.tickets.pen import BOLD, GREY, MM, Bar, Column, Line, Style
from boxoffice.times import local_text

_WIDTH, _HEIGHT, _MARGIN = 210 * MM, 297 * MM, 18 * MM
_TITLE = Style(20, 11, lines_max=2, face=BOLD)
_STRONG = Style(12, 8, face=BOLD)
_TEXT = Style(9.5, 6.5)
_SMALL = Style(7, 5, grey=GREY, is_centred=True)
_CHART = 55 * MM  # of the chart, from its foot to the highest bar
_SPANS_MAX = 72  # twelve hours: the latest ones have a bar
_LABELS_MAX = 12
_ROW = 9 * MM
_LIGHT = 0.75


def door_pdf(title: str, report: DoorReport, *, zone: ZoneInfo, now: datetime) -> bytes:
    """Return the report as a PDF of A4. The same entries at the same moment give the same bytes."""
    pages = _pages(title, report, zone=zone, now=now)
    return pdf(pages, created_at=now.astimezone(UTC), title=f"Porta - {title}", lang="pt-BR")


def _pages(title: str, report: DoorReport, *, zone: ZoneInfo, now: datetime) -> Iterator[Page]:
    stats = report.stats
    page = Column(_MARGIN, 16 * MM, _WIDTH - 2 * _MARGIN)
    page.write(title, _TITLE)
    page.write(f"Porta {stats.list} até {local_text(now, zone)}", _TEXT)
    page.skip(5 * MM)
    page.write(f"{stats.admitted} de {stats.expected} entraram", _STRONG)
    page.write(f"{stats.inside} dentro agora · {stats.scans} leituras", _TEXT)
    page.skip(6 * MM)
    _write_chart(page, report, zone)
    page.skip(8 * MM)
    page.write("Respostas da porta", _STRONG)
    page.skip(2 * MM)
    for verdict, count in stats.verdicts.items():
        _write_row(page, verdict, count, stats.scans)
    yield Page(_WIDTH, _HEIGHT, page.marks)


def _write_chart(page: Column, report: DoorReport, zone: ZoneInfo) -> None:
    peak = report.peak
    if peak is None:
        page.write("Ainda não entrou ninguém.", _TEXT)
        return
    page.write(f"Entradas a cada dez minutos · pico {span_text(peak, zone)}", _STRONG)
    page.skip(4 * MM)
    counts = _side_by_side(report.spans)
    foot, pitch = page.y + _CHART, page.width / len(counts)
    step = -(-len(counts) // _LABELS_MAX)
    for number, span in enumerate(counts):
        middle = page.x + (number + 0.5) * pitch
        wide, depth = min(pitch * 0.8, 12 * MM), _CHART * span.entries / peak.entries
        page.marks.append(Bar(middle - wide / 2, foot - depth, wide, depth))
        if number % step == 0:
            clock = span.begins_at.astimezone(zone).strftime("%H:%M")
            page.marks.append(Line(middle, foot + 3 * MM, clock, _SMALL.size, _SMALL))
    page.y = foot
    page.rule()
    page.skip(4 * MM)


def _side_by_side(spans: Sequence[Span]) -> list[Span]:
    """Return the latest spans with the empty ones between them: a pause shows as a gap."""
    entries = {span.begins_at: span.entries for span in spans}
    last = spans[-1].begins_at
    count = min(_SPANS_MAX, (last - spans[0].begins_at) // SPAN + 1)
    moments = [last - SPAN * back for back in reversed(range(count))]
    return [Span(moment, entries.get(moment, 0)) for moment in moments]


def _write_row(page: Column, name: str, count: int, most: int) -> None:
    top = page.y
    Column(page.x, top, page.width * 0.6, page.marks).write(name, _TEXT)
    Column(page.x + page.width * 0.75, top, page.width * 0.25, page.marks).write(str(count), _TEXT)
    page.marks.append(Bar(page.x, top + 5 * MM, page.width, 1.5 * MM, _LIGHT))
    page.marks.append(Bar(page.x, top + 5 * MM, page.width * count / most, 1.5 * MM))
    page.y = top + _ROW
