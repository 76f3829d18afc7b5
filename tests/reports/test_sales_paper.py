"""The sales on paper: what the report says, drawn, whatever a tier is called."""

import pypdfium2

from boxoffice.events.queries import event_view
from boxoffice.office import BoxOffice
from boxoffice.reports.sales import By, sales_report
from boxoffice.reports.sales_paper import sales_pdf
from tests.making import LOTE, SLUG, Clock, a_sale, a_tier, an_event


def printed(office: BoxOffice, by: By = By.TIER) -> bytes:
    with office.reading() as session:
        view = event_view(session, SLUG, now=office.now())
        reports = [sales_report(session, SLUG, by=one) for one in (by, By.DAY)]
    return sales_pdf(view.title, *reports, zone=view.zone, now=office.now())


def text_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in document]


def test_the_totals_the_days_and_each_tier_are_drawn(office: BoxOffice, clock: Clock) -> None:
    an_event(office, a_tier(quota=40), a_tier("<b>Meia & cia</b>", price="50,00", quota=5))
    a_sale(office, (LOTE, 3))
    clock.forward(hours=15)
    a_sale(office, ("<b>Meia & cia</b>", 2))

    (text,) = text_of(printed(office))

    assert "5 vendidos" in text
    assert "R$ 400,00" in text
    assert "3 de 40" in text
    assert "<b>Meia & cia</b>" in text
    assert {"22/11", "23/11"} <= set(text.split())


def test_an_event_without_sales_says_so(office: BoxOffice) -> None:
    an_event(office)

    assert "Ainda não há vendas." in text_of(printed(office))[0]


def test_many_tiers_go_on_with_the_next_page(office: BoxOffice) -> None:
    an_event(office, *[a_tier(f"Lote {number}", quota=1) for number in range(40)])

    pages = text_of(printed(office))

    assert len(pages) > 1
    assert all(any(f"Lote {number}" in page for page in pages) for number in range(40))


def test_the_same_sales_give_the_same_bytes(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office, (LOTE, 2))

    for by in By:
        assert printed(office, by) == printed(office, by)
