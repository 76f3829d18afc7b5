"""Ending an order without money: its places go back exactly once, whoever ends it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.reasons import read_entries
from boxoffice.errors import Forbidden, WrongState
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.orders.models import OrderState
from boxoffice.orders.paper import order_pdf
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import TicketState
from boxoffice.tickets.paper import Paper
from tests.making import (
    DOOR,
    LOTE,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_order,
    counts,
    places_left,
    state_of,
    the_order,
)


def cancelled(office: BoxOffice, order_id: UUID) -> bool:
    with office.writing() as session:
        return cancel(session, office.actor, order_id, reason="ill", now=office.now())


def begun(office: BoxOffice, order_id: UUID) -> bool:
    with office.writing() as session:
        return begin_expiry(session, order_id, now=office.now())


def finished(office: BoxOffice, order_id: UUID) -> bool:
    with office.writing() as session:
        return finish_expiry(session, SYSTEM, order_id, now=office.now())


def test_a_cancelled_order_gives_its_places_back(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), a_tier("Pista", quota=5), capacity=6)
    order = an_order(office, (LOTE, 2), ("Pista", 3))
    full = places_left(office)

    assert cancelled(office, order.id)

    assert full == {LOTE: 3, "Pista": 2, "*": 1}
    assert places_left(office) == {LOTE: 5, "Pista": 5, "*": 6}
    assert the_order(office, order.code).state is OrderState.CANCELLED


def test_a_paid_order_can_be_cancelled_and_its_tickets_die(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))

    cancelled(office, sale.id)

    assert places_left(office)[LOTE] == 5
    assert {ticket.state for ticket in the_order(office, sale.code).tickets} == {TicketState.VOID}
    assert [ticket.code for ticket in the_order(office, sale.code).tickets] == [None, None]
    with office.reading() as session, pytest.raises(WrongState):
        order_pdf(session, sale.id, office.ticket_key, Paper.A4)


def test_cancelling_twice_is_cancelling_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    cancelled(office, order.id)
    before = counts(office)

    assert not cancelled(office, order.id)

    assert counts(office) == before
    assert places_left(office)[LOTE] == 5


def test_an_expired_order_cannot_be_cancelled(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    order = an_order(office)
    clock.forward(minutes=31)
    begun(office, order.id)
    finished(office, order.id)

    with pytest.raises(WrongState):
        cancelled(office, order.id)


def test_who_may_not_cancel_cancels_nothing(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    with pytest.raises(Forbidden), office.writing() as session:
        cancel(session, DOOR, order.id, reason="", now=office.now())

    assert state_of(office, order.id) is OrderState.PLACED


@pytest.mark.parametrize(
    ("minutes", "is_over"), [(0, False), (29.99, False), (30, True), (90, True)]
)
def test_an_order_begins_to_expire_when_its_clock_has_run_out(
    office: BoxOffice, clock: Clock, minutes: float, *, is_over: bool
) -> None:
    an_event(office)
    order = an_order(office)
    clock.forward(minutes=minutes)

    assert begun(office, order.id) is is_over
    assert state_of(office, order.id) is (OrderState.EXPIRING if is_over else OrderState.PLACED)


def test_the_places_stay_taken_until_the_expiry_is_finished(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    clock.forward(minutes=30)
    begun(office, order.id)
    expiring = places_left(office)[LOTE]

    assert finished(office, order.id)

    assert (expiring, places_left(office)[LOTE]) == (3, 5)
    assert state_of(office, order.id) is OrderState.EXPIRED


def test_expiring_twice_is_expiring_once(office: BoxOffice, clock: Clock) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    clock.forward(minutes=30)

    begins = [begun(office, order.id), begun(office, order.id)]
    ends = [finished(office, order.id), finished(office, order.id)]

    assert (begins, ends) == ([True, True], [True, False])
    assert places_left(office)[LOTE] == 5


def test_an_order_that_is_not_expiring_is_not_expired(office: BoxOffice) -> None:
    an_event(office)
    sale, order = a_sale(office), an_order(office)

    assert not finished(office, order.id)
    assert not finished(office, sale.id)


def test_a_sale_over_the_counter_never_expires(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    sale = a_sale(office)
    clock.forward(days=400)

    assert not begun(office, sale.id)
    assert state_of(office, sale.id) is OrderState.PAID


def test_cancelled_while_expiring_gives_its_places_back_once(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    clock.forward(minutes=30)
    begun(office, order.id)

    cancelled(office, order.id)

    assert not finished(office, order.id)
    assert places_left(office)[LOTE] == 5
    assert state_of(office, order.id) is OrderState.CANCELLED


def test_how_an_order_ended_is_in_the_audit(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    first, second = an_order(office), an_order(office)
    cancelled(office, first.id)
    clock.forward(minutes=30)
    begun(office, second.id)
    finished(office, second.id)

    with office.reading() as session:
        entries = read_entries(session, session.exec(select(AuditEntry)).all())
    ends = {entry.subject: entry for entry in entries if "before" in entry.facts}

    cancel_entry, expiry = ends[f"order:{first.id}"], ends[f"order:{second.id}"]
    assert (cancel_entry.verb, cancel_entry.facts) == (
        "order.cancel",
        {"before": "placed", "reason": "ill"},
    )
    assert (expiry.verb, expiry.actor, expiry.facts["before"]) == (
        "order.expire",
        "system",
        "expiring",
    )
    assert expiry.at - cancel_entry.at == timedelta(minutes=30)
