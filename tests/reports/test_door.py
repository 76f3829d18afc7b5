"""The night of a door: who came when, told in numbers and drawn."""

from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from boxoffice.door.queries import gate_at
from boxoffice.door.undo import undo
from boxoffice.errors import NotFound
from boxoffice.events.queries import event_view
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.reports.door import DoorReport, door_report, span_text
from boxoffice.reports.door_paper import door_pdf
from tests.making import LOTE, SLUG, Clock, a_sale, a_tier, an_event, codes_of, rows, shown_at


@pytest.fixture
def night(office: BoxOffice, clock: Clock) -> BoxOffice:
    """Two guests at 12:00, three at 12:30, one of whom is shown twice, in São Paulo."""
    an_event(office, a_tier(quota=40))
    codes = codes_of(a_sale(office, (LOTE, 6)))
    for code in codes[:2]:
        shown_at(office, code)
    clock.forward(minutes=31)
    for code in (*codes[2:5], codes[2]):
        shown_at(office, code)
    return office


def report_of(office: BoxOffice) -> DoorReport:
    with office.reading() as session:
        return door_report(session, SLUG)


def text_of(office: BoxOffice) -> str:
    with office.reading() as session:
        view = event_view(session, SLUG, now=office.now())
        report = door_report(session, SLUG)
    content = door_pdf(view.title, report, zone=view.zone, now=office.now())
    (page,) = pypdfium2.PdfDocument(content)
    return str(page.get_textpage().get_text_bounded())


def test_entries_are_counted_every_ten_minutes(night: BoxOffice) -> None:
    report = report_of(night)

    found = [(f"{span.begins_at:%H:%M}", span.entries) for span in report.spans]
    assert found == [("15:00", 2), ("15:30", 3)]
    assert report.peak == report.spans[1]
    assert sum(span.entries for span in report.spans) == report.stats.admitted == 5
    assert report.stats.verdicts == {"ok": 5, "already_in": 1}


def test_an_entry_that_was_undone_is_none(night: BoxOffice) -> None:
    (order,) = rows(night, Order)
    with night.writing() as session:
        gate = gate_at(session, SLUG, None, gate="A")
        undo(session, night.actor, gate, f"{order.code}-1", now=night.now())

    assert [span.entries for span in report_of(night).spans] == [1, 3]


def test_a_span_is_told_in_the_time_of_the_event(night: BoxOffice) -> None:
    zone = ZoneInfo("America/Sao_Paulo")

    assert span_text(report_of(night).spans[0], zone) == "12:00-12:10: 2"


def test_the_night_is_drawn_with_its_pause(night: BoxOffice) -> None:
    text = text_of(night)

    assert "5 de 6 entraram" in text
    assert "pico 12:30-12:40: 3" in text
    assert {"12:00", "12:10", "12:20", "12:30"} <= set(text.split())
    assert "already_in" in text


def test_a_door_nobody_came_to_says_so(office: BoxOffice) -> None:
    an_event(office)

    assert report_of(office).peak is None
    assert "Ainda não entrou ninguém." in text_of(office)


def test_a_door_that_is_not_there_is_told(office: BoxOffice) -> None:
    an_event(office)

    with office.reading() as session, pytest.raises(NotFound):
        door_report(session, SLUG, "nowhere")
