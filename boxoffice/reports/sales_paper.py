"""The sales of an event on paper: totals, a chart of the days, and a bar for each row.

Loading this module loads reportlab: do so only to print.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from boxoffice.reports.sales import By, SalesReport, SalesRow
from boxoffice.tickets.layout import Page, pdf
from boxoffice.tickets.pen import BOLD, GREY, MM, Bar, Column, Line, Style
from boxoffice.times import local_text

_WIDTH, _HEIGHT, _MARGIN = 210 * MM, 297 * MM, 18 * MM
_TITLE = Style(20, 11, lines_max=2, face=BOLD)
_STRONG = Style(12, 8, face=BOLD)
_TEXT = Style(9.5, 6.5)
_SMALL = Style(7, 5, grey=GREY, is_centred=True)
_ROW = 11 * MM
_CHART = 55 * MM  # of the chart, from its foot to the highest bar
_DAYS_MAX = 62  # the latest ones have a bar
_LABELS_MAX = 12  # days with their name below: more would run into each other
_LIGHT = 0.75
_HEADS = {By.TIER: "Por lote", By.DAY: "Por dia", By.CHANNEL: "Por canal", By.METHOD: "Por meio"}


def sales_pdf(
    title: str, report: SalesReport, by_day: SalesReport, *, zone: ZoneInfo, now: datetime
) -> bytes:
    """Return the report as a PDF of A4; `by_day` is of the same event and window.

    The same sales at the same moment give the same bytes.
    """
    pages = _pages(title, report, by_day, zone=zone, now=now)
    return pdf(pages, created_at=now.astimezone(UTC), title=f"Vendas - {title}", lang="pt-BR")


def _pages(
    title: str, report: SalesReport, by_day: SalesReport, *, zone: ZoneInfo, now: datetime
) -> Iterator[Page]:
    page = _a_page()
    page.write(title, _TITLE)
    page.write(f"Vendas até {local_text(now, zone)}{_window(report, zone)}", _TEXT)
    page.skip(5 * MM)
    _write_totals(page, report)
    page.skip(6 * MM)
    _write_chart(page, by_day.rows[-_DAYS_MAX:])
    page.skip(8 * MM)
    page.write(_HEADS[report.by], _STRONG)
    page.skip(2 * MM)
    most = max((row.sales.sold for row in report.rows), default=0)
    for row in report.rows:
        if page.y + _ROW > _HEIGHT - _MARGIN:
            yield Page(_WIDTH, _HEIGHT, page.marks)
            page = _a_page()
        _write_row(page, row, report.by, most)
    yield Page(_WIDTH, _HEIGHT, page.marks)


def _a_page() -> Column:
    return Column(_MARGIN, 16 * MM, _WIDTH - 2 * _MARGIN)


def _window(report: SalesReport, zone: ZoneInfo) -> str:
    since, until = report.window.since, report.window.until
    start = f" · desde {local_text(since, zone)}" if since else ""
    return start + (f" · antes de {local_text(until, zone)}" if until else "")


def _write_totals(page: Column, report: SalesReport) -> None:
    total = report.total
    left, right = page.halves(gap=8 * MM)
    left.write(f"{total.sold} vendidos · {total.given_back} devolvidos", _STRONG)
    right.write(f"líquido {total.net}", _STRONG)
    left.write(f"bruto {total.gross} · desconto {total.discount}", _TEXT)
    right.write(f"taxa {total.fee} · devolvido {total.back}", _TEXT)
    page.y = max(left.y, right.y)


def _write_chart(page: Column, rows: Sequence[SalesRow]) -> None:
    """Draw a bar for each day with a sale: its height is how many tickets were sold."""
    if not rows:
        page.write("Ainda não há vendas.", _TEXT)
        return
    page.write("Ingressos por dia", _STRONG)
    page.skip(4 * MM)
    most = max(row.sales.sold for row in rows)
    foot, pitch = page.y + _CHART, page.width / len(rows)
    step = -(-len(rows) // _LABELS_MAX)
    for number, row in enumerate(rows):
        x, depth = page.x + number * pitch, _CHART * row.sales.sold / most
        wide = min(pitch * 0.8, 12 * MM)
        middle = x + pitch / 2
        page.marks.append(Bar(middle - wide / 2, foot - depth, wide, depth))
        if number % step == 0:
            day = date.fromisoformat(row.key).strftime("%d/%m")
            page.marks.append(Line(middle, foot + 3 * MM, day, _SMALL.size, _SMALL))
            count = str(row.sales.sold)
            page.marks.append(Line(middle, foot - depth - 1 * MM, count, _SMALL.size, _SMALL))
    page.y = foot
    page.rule()
    page.skip(4 * MM)


def _write_row(page: Column, row: SalesRow, by: By, most: int) -> None:
    """Write a row, and its bar below: of its quota where it has one, or else of the most sold."""
    top = page.y
    key = date.fromisoformat(row.key).strftime("%d/%m/%Y") if by is By.DAY else row.key
    of = f" de {row.places.quota}" if row.places else ""
    Column(page.x, top, page.width * 0.5, page.marks).write(key, _TEXT)
    told = f"{row.sales.sold}{of} · {row.sales.net}"
    Column(page.x + page.width * 0.55, top, page.width * 0.45, page.marks).write(told, _TEXT)
    whole = row.places.quota if row.places else most
    share = min(1.0, row.sales.sold / whole) if whole else 0.0
    page.marks.append(Bar(page.x, top + 5 * MM, page.width, 2 * MM, _LIGHT))
    page.marks.append(Bar(page.x, top + 5 * MM, page.width * share, 2 * MM))
    page.y = top + _ROW
