"""Money and half price on paper: what the report says, with a bar for each row.

Loading this module loads reportlab: do so only to print.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from boxoffice.reports.half_price import HalfPriceReport
from boxoffice.reports.money import MoneyReport, MoneyRow
from boxoffice.tickets.layout import Page, pdf
from boxoffice.tickets.pen import BOLD, MM, Bar, Column, Style
from boxoffice.times import local_text

_WIDTH, _HEIGHT, _MARGIN = 210 * MM, 297 * MM, 18 * MM
_TITLE = Style(20, 11, lines_max=2, face=BOLD)
_STRONG = Style(12, 8, face=BOLD)
_TEXT = Style(9.5, 6.5)
_ROW = 13 * MM
_LIGHT = 0.75
_METHODS = {"cash": "dinheiro", "pix": "PIX", "card": "cartão", "courtesy": "cortesia"}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    told: str
    share: float  # of its bar that is dark, 0 to 1


def money_pdf(title: str, report: MoneyReport, *, zone: ZoneInfo, now: datetime) -> bytes:
    """Return the money by method as a PDF of A4; a bar is a share of the largest of its currency.

    The same money at the same moment gives the same bytes.
    """
    books, window = report.books, report.window
    span = f"Dinheiro até {local_text(now, zone)}"
    span += f" · desde {local_text(window.since, zone)}" if window.since else ""
    span += f" · antes de {local_text(window.until, zone)}" if window.until else ""
    agree = "Os pedidos e o dinheiro conferem."
    differ = f"Pedidos cujo dinheiro não é o total: {books.differs_count}"
    waits = f"pagamentos em espera: {report.waiting} · atrasados, a decidir: {report.late}"
    heads = (span, agree if books.agree else differ, waits)
    return _printed(title, heads, [_money_row(row, report.rows) for row in report.rows], now)


def half_price_pdf(title: str, report: HalfPriceReport, *, zone: ZoneInfo, now: datetime) -> bytes:
    """Return half price as a PDF of A4, each count as a share of the places it is of.

    The same tickets at the same moment give the same bytes.
    """
    used = report.half_sold + report.half_held
    rows = [
        _of("Ingressos vendidos, dos lugares à venda", report.sold, report.on_sale),
        _of("Meias vendidas, dos ingressos vendidos", report.half_sold, report.sold),
        _of(f"Meias do que a lei assegura ({report.cap_percent} %)", used, report.cap),
        _of("Lugares oferecidos como meia, do que a lei assegura", report.offered, report.cap),
    ]
    if report.limit is not None:
        rows.append(_of("Meias do limite do evento", report.used, report.limit))
    heads = (f"Meia-entrada até {local_text(now, zone)}", f"Meias vendidas: {report.half_sold}",
             f"reservadas: {report.half_held} · ainda asseguradas: {report.left}")  # fmt: skip
    return _printed(title, heads, rows, now)


def _of(name: str, count: int, whole: int) -> _Row:
    return _Row(name, f"{count} de {whole}", count / whole if whole else 0.0)


def _money_row(row: MoneyRow, rows: Sequence[MoneyRow]) -> _Row:
    alike = [one.balance.minor for one in rows if one.balance.currency == row.balance.currency]
    most = max(*alike, 0) or 1
    told = f"pagamentos: {row.payments} · entrou {row.received} · devolvido {row.refunded}"
    to_go = f" · a devolver {row.refunding}" if row.refunding.minor else ""
    name = f"{_METHODS.get(row.method, row.method)} ({row.provider}): {row.balance}"
    return _Row(name, told + to_go, max(0, row.balance.minor) / most)


def _printed(title: str, heads: Sequence[str], rows: Sequence[_Row], now: datetime) -> bytes:
    return pdf(
        _pages(title, heads, rows),
        created_at=now.astimezone(UTC),
        title=f"{heads[0].split()[0]} - {title}",
        lang="pt-BR",
    )


def _pages(title: str, heads: Sequence[str], rows: Sequence[_Row]) -> Iterator[Page]:
    page = _a_page()
    page.write(title, _TITLE)
    for number, head in enumerate(heads):
        page.write(head, _STRONG if number == 1 else _TEXT)
    page.skip(8 * MM)
    for row in rows:
        if page.y + _ROW > _HEIGHT - _MARGIN:
            yield Page(_WIDTH, _HEIGHT, page.marks)
            page = _a_page()
        _write_row(page, row)
    yield Page(_WIDTH, _HEIGHT, page.marks)


def _a_page() -> Column:
    return Column(_MARGIN, 16 * MM, _WIDTH - 2 * _MARGIN)


def _write_row(page: Column, row: _Row) -> None:
    top, half = page.y, page.width / 2
    Column(page.x, top, half, page.marks).write(row.name, _TEXT)
    Column(page.x + half, top, half, page.marks).write(row.told, _TEXT)
    page.marks.append(Bar(page.x, top + 6 * MM, page.width, 2 * MM, _LIGHT))
    page.marks.append(Bar(page.x, top + 6 * MM, page.width * min(1.0, row.share), 2 * MM))
    page.y = top + _ROW
