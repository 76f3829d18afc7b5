"""A shift on paper: the closing report, on the thermal roll that prints the tickets.

Loading this module loads reportlab: do so only to print.
"""

from datetime import UTC, datetime
from math import ceil
from zoneinfo import ZoneInfo

from boxoffice.money import Money
from boxoffice.tickets.layout import Page, pdf
from boxoffice.tickets.pen import BOLD, MM, Column, Style
from boxoffice.till.models import EntryKind
from boxoffice.till.queries import ShiftView
from boxoffice.till.rules import CASH, Passed
from boxoffice.times import local_text

_TITLE = Style(17, 11, lines_max=2, face=BOLD)
_STRONG = Style(12, 8, lines_max=2, face=BOLD)
_TEXT = Style(9.5, 7, lines_max=3)
_GAP = 2.5 * MM
_DROPS_MAX = 60  # drops with a line of their own; the sum has all of them

_KINDS = {EntryKind.SALE: "Vendas", EntryKind.REFUND: "Devoluções", EntryKind.DROP: "Sangrias"}
_METHODS = {CASH: "em dinheiro", "external": "pagas fora", "pix": "por Pix", "card": "no cartão"}


def shift_pdf(shift: ShiftView, *, zone: ZoneInfo, now: datetime) -> bytes:
    """Return the report of a shift as a PDF of one page; an open shift says that it is open.

    A closed shift gives the same bytes whenever it is printed.
    """
    return pdf(
        [report_page(shift, zone=zone, now=now)],
        created_at=(shift.closed_at or now).astimezone(UTC),
        title=f"Caixa {shift.code}",
        lang="pt-BR",
    )


def report_page(shift: ShiftView, *, zone: ZoneInfo, now: datetime) -> Page:
    """Lay out a shift on a roll 80 mm wide, 72 mm of them printed, as long as need be."""
    column = Column(4 * MM, 4 * MM, 72 * MM)
    _write_head(column, shift, zone=zone, now=now)
    _rule(column, 1.2)
    _write_amount(column, "Fundo de troco", shift.drawer.start, _TEXT)
    for passed in shift.passed:
        _write_amount(column, _label(passed), passed.amount, _TEXT)
    _rule(column, 1.2)
    _write_amount(column, "Esperado", shift.expected, _STRONG)
    if shift.counted is not None and shift.difference is not None:
        _write_amount(column, "Contado", shift.counted, _STRONG)
        _write_amount(column, "Diferença", shift.difference, _STRONG)
    if shift.note:
        column.skip(_GAP)
        column.write(f"Observação: {shift.note}", _TEXT)
    _write_drops(column, shift, zone)
    column.skip(16 * MM)  # room for a hand to sign
    column.rule(0.6)
    column.skip(1 * MM)
    column.write("Assinatura", _TEXT)
    column.skip(6 * MM)
    return Page(80 * MM, ceil(column.y), column.marks)


def _write_head(column: Column, shift: ShiftView, *, zone: ZoneInfo, now: datetime) -> None:
    """Write whose shift it is, and from when to when."""
    is_open = shift.closed_at is None
    column.write("Caixa aberto: parcial" if is_open else "Fechamento de caixa", _TITLE)
    column.skip(_GAP)
    column.write(f"{shift.clerk} · {shift.code}", _STRONG)
    column.write(f"aberto {local_text(shift.opened_at, zone)}", _TEXT)
    last = f"{'impresso' if is_open else 'fechado'} {local_text(shift.closed_at or now, zone)}"
    column.write(last, _TEXT)


def _write_drops(column: Column, shift: ShiftView, zone: ZoneInfo) -> None:
    """Write each time that cash went to the safe."""
    if not shift.drops:
        return
    _rule(column, 0.6)
    for drop in shift.drops[:_DROPS_MAX]:
        _write_amount(column, f"{local_text(drop.at, zone)} {drop.note}", drop.amount, _TEXT)
    if len(shift.drops) > _DROPS_MAX:
        column.write(f"e mais {len(shift.drops) - _DROPS_MAX} sangrias", _TEXT)


def _write_amount(column: Column, label: str, amount: Money, style: Style) -> None:
    """Write a label, and its amount flush right."""
    told = str(amount)
    width = style.face.width(told, style.size) + 0.01  # of a point, so that rounding never cuts it
    right = Column(column.x + column.width - width, column.y, width, column.marks)
    left = Column(column.x, column.y, column.width - width - _GAP, column.marks)
    left.write(label, style)
    right.write(told, style)
    column.y = max(left.y, right.y)


def _rule(column: Column, thickness: float) -> None:
    column.skip(_GAP)
    column.rule(thickness)
    column.skip(_GAP)


def _label(passed: Passed) -> str:
    how = _METHODS.get(passed.method, passed.method)
    return f"{_KINDS[passed.kind]} {how} ({passed.count})"
