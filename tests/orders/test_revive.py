"""Late money brings an order back, and of its tickets those that ended with it."""

from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.confirm import confirm
from boxoffice.orders.drop import drop
from boxoffice.orders.models import OrderState
from boxoffice.payments.late import accept, list_late
from boxoffice.staff.rules import SYSTEM
from tests.making import LOTE, a_sale, a_tier, an_event, places_left, state_of, the_order
from tests.payments.refunding import refunded


def states(office: BoxOffice, code: str) -> list[str]:
    return [str(ticket.state) for ticket in the_order(office, code).tickets]


def test_a_ticket_that_was_dropped_before_its_order_ended_stays_void(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 3))
    with office.writing() as session:
        now = office.now()
        drop(session, office.actor, sale.tickets[1].id, reason="", now=now)
        cancel(session, office.actor, sale.id, reason="", now=now)
        assert confirm(session, SYSTEM, sale.id, office.ticket_key, now=now) is OrderState.PAID

    assert states(office, sale.code) == ["valid", "void", "valid"]
    assert places_left(office)[LOTE] == 8


def test_a_ticket_that_was_refunded_before_its_order_ended_stays_void(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    refunded(office, sale.id, sale.tickets[0].id)
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())
        confirm(session, SYSTEM, sale.id, office.ticket_key, now=office.now())

    assert states(office, sale.code) == ["void", "valid"]
    assert places_left(office)[LOTE] == 9


def test_an_order_under_review_asks_for_the_places_it_would_get(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=2), late_payment="review")
    sale = a_sale(office, (LOTE, 2))
    with office.writing() as session:
        drop(session, office.actor, sale.tickets[1].id, reason="", now=office.now())
        cancel(session, office.actor, sale.id, reason="", now=office.now())
        confirm(session, SYSTEM, sale.id, office.ticket_key, now=office.now())
    with office.reading() as session:
        (late,) = list_late(session, limit=10)

    assert late.wanted == {LOTE: 1}
    with office.writing() as session:
        accept(session, office.actor, sale.id, office.ticket_key, note="", now=office.now())
    assert states(office, sale.code) == ["valid", "void"]
    assert state_of(office, sale.id) is OrderState.PAID
