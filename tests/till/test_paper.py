"""The closing report on the roll: what it says, and that nothing leaves the paper."""

from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from boxoffice.money import Money
from boxoffice.tickets.pen import MM, Line
from boxoffice.till.models import EntryKind
from boxoffice.till.paper import report_page, shift_pdf
from boxoffice.till.queries import DropView, ShiftView
from boxoffice.till.rules import Passed, drawer_of
from tests.making import NOON

ZONE = ZoneInfo("America/Sao_Paulo")
LATER = NOON + timedelta(hours=6)
STRANGE = ["A" * 200, "Maria " * 33, "\x1b[2J\u202eAna", "<b>Ana</b> & (\\101)", " "]


def a_shift(
    *, counted: int | None = 24_500, note: str = "", drops: int = 1, clerk: str = "carla"
) -> ShiftView:
    """Return a shift with a sale of each kind, and so many drops of R$ 150,00."""
    passed = [
        Passed(EntryKind.SALE, "cash", Money(123_456_700), 3),
        Passed(EntryKind.SALE, "external", Money(20_000), 1),
        Passed(EntryKind.REFUND, "cash", Money(10_000), 1),
        Passed(EntryKind.DROP, "cash", Money(15_000 * drops), drops),
    ]
    return ShiftView(
        code="K7QX2M",
        clerk=clerk,
        opened_at=NOON,
        closed_at=None if counted is None else LATER,
        drawer=drawer_of(Money(20_000), passed),
        passed=tuple(passed),
        drops=(DropView(NOON, Money(15_000), note or "to the safe"),) * drops,
        counted=None if counted is None else Money(counted),
        note=note,
    )


def words_on(content: bytes) -> str:
    """Return the text of the one page there is."""
    with pypdfium2.PdfDocument(BytesIO(content)) as document:
        (page,) = list(document)
        return str(page.get_textpage().get_text_bounded())


def test_a_closing_report_says_what_was_expected_and_what_was_counted() -> None:
    said = words_on(shift_pdf(a_shift(note="faltou uma nota"), zone=ZONE, now=LATER))

    for words in (
        "Fechamento de caixa",
        "carla · K7QX2M",
        "aberto 22/11/2026 12:00",
        "fechado 22/11/2026 18:00",
        "Vendas em dinheiro (3)",
        "R$ 1.234.567,00",
        "Vendas pagas fora (1)",
        "Devoluções em dinheiro (1)",
        "Sangrias em dinheiro (1)",
        "R$ 1.234.517,00",
        "R$ 245,00",
        "-R$ 1.234.272,00",
        "Observação: faltou uma nota",
        "Assinatura",
    ):
        assert words in said, said


def test_an_open_shift_says_so_and_counts_nothing() -> None:
    said = words_on(shift_pdf(a_shift(counted=None), zone=ZONE, now=LATER))

    assert "Caixa aberto: parcial" in said
    assert "impresso 22/11/2026 18:00" in said
    assert "Contado" not in said


def test_a_closed_shift_is_printed_alike_whenever_it_is_printed() -> None:
    shift = a_shift()

    assert shift_pdf(shift, zone=ZONE, now=NOON) == shift_pdf(shift, zone=ZONE, now=LATER)


def test_however_many_drops_there_are_the_roll_has_an_end() -> None:
    shift = a_shift(drops=2_000)

    page = report_page(shift, zone=ZONE, now=LATER)

    assert page.height < 2_000 * MM
    assert "e mais 1940 sangrias" in words_on(shift_pdf(shift, zone=ZONE, now=LATER))


@pytest.mark.parametrize("text", STRANGE)
def test_nothing_leaves_the_printed_width(text: str) -> None:
    page = report_page(a_shift(note=text, clerk=text), zone=ZONE, now=LATER)

    assert page.width == pytest.approx(80 * MM)
    for mark in page.marks:
        if isinstance(mark, Line):
            assert mark.x >= 4 * MM
            assert mark.x + mark.style.face.width(mark.text, mark.size) <= 76 * MM + 0.1
            assert mark.baseline <= page.height
        assert "\x1b" not in getattr(mark, "text", "")
