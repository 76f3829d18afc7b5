"""Money and half price on paper: what the reports say, drawn, and the same bytes twice."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2

from boxoffice.office import BoxOffice
from boxoffice.reports.bars_paper import half_price_pdf, money_pdf
from boxoffice.reports.half_price import half_price_report
from boxoffice.reports.money import money_report
from tests.commands import Commands
from tests.making import LOTE, SLUG, a_sale, a_tier, an_event

ZONE = ZoneInfo("America/Sao_Paulo")
TITLE = "Noite das <b>Farmácias</b>"


def texts_of(content: bytes) -> list[str]:
    pages = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in pages]


def test_money_is_drawn_by_method(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=40))
    a_sale(office, (LOTE, 3))
    with office.reading() as session:
        report = money_report(session, SLUG)

    (text,) = texts_of(money_pdf(TITLE, report, zone=ZONE, now=office.now()))

    assert TITLE in text
    assert "Os pedidos e o dinheiro conferem." in text
    assert "dinheiro (till): R$ 300,00" in text
    assert "pagamentos: 1 · entrou R$ 300,00 · devolvido R$ 0,00" in text


def test_money_that_does_not_agree_says_so_and_many_rows_take_pages(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=40))
    a_sale(office)
    with office.reading() as session:
        report = money_report(session)
    wrong = replace(report, rows=report.rows * 30, books=replace(report.books, differs_count=7))

    pages = texts_of(money_pdf("Todos", wrong, zone=ZONE, now=office.now()))

    assert "Pedidos cujo dinheiro não é o total: 7" in pages[0]
    assert sum(page.count("dinheiro (till)") for page in pages) == 30
    assert len(pages) == 2


def test_half_price_is_drawn_beside_what_the_law_assures(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=60), a_tier("Meia", category="half", price="50,00", quota=40))
    a_sale(office, (LOTE, 3))
    a_sale(office, ("Meia", 1))
    with office.reading() as session:
        report = half_price_report(session, SLUG)

    (text,) = texts_of(half_price_pdf(TITLE, report, zone=ZONE, now=office.now()))

    assert "4 de 100" in text
    assert "1 de 4" in text
    assert "(40 %)" in text
    assert "1 de 40" in text


def test_no_sales_at_all_are_a_page_too(office: BoxOffice) -> None:
    an_event(office)
    with office.reading() as session:
        found = money_report(session), half_price_report(session, SLUG)

    contents = [
        write(TITLE, report, zone=ZONE, now=office.now())  # type: ignore[operator]
        for _ in range(2)
        for write, report in zip((money_pdf, half_price_pdf), found, strict=True)
    ]

    assert contents[:2] == contents[2:]
    assert all(len(texts_of(content)) == 1 for content in contents)


def test_both_are_printed_by_their_commands(database_url: str, tmp_path: Path) -> None:
    boxoffice = Commands(database_url, tmp_path / "home")
    boxoffice.has_event()
    boxoffice.sells("--tier Meia")

    for line in ("report money", "report money -e noite", "report half-price -e noite"):
        out = tmp_path / line.replace(" ", "-")
        ran = boxoffice(f"{line} --pdf {out}")
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        assert out.read_bytes().startswith(b"%PDF")
