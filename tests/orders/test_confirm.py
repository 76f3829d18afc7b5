"""Confirming an order: once, however often and from wherever it is said to be paid."""

from typing import Any
from uuid import UUID

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.orders.confirm import confirm, hold_for_review
from boxoffice.orders.models import OrderState
from boxoffice.outbox.models import Job
from boxoffice.people import Person
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import TicketState
from tests.making import (
    LOTE,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    counts,
    places_left,
    rows,
    state_of,
    the_order,
)


def confirmed(office: BoxOffice, order_id: UUID) -> OrderState:
    with office.writing() as session:
        return confirm(session, SYSTEM, order_id, office.ticket_key, now=office.now())


def expired(office: BoxOffice, order_id: UUID) -> None:
    assert isinstance(office.now, Clock)
    office.now.forward(hours=1)
    with office.writing() as session:
        begin_expiry(session, order_id, now=office.now())
        assert finish_expiry(session, SYSTEM, order_id, now=office.now())


def cancelled(office: BoxOffice, order_id: UUID) -> None:
    with office.writing() as session:
        assert cancel(session, office.actor, order_id, reason="", now=office.now())


def deliveries(office: BoxOffice) -> int:
    return [job.kind for job in rows(office, Job)].count("tickets.deliver")


def test_a_paid_order_has_valid_tickets_and_promises_their_delivery(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office, (LOTE, 3))

    assert confirmed(office, order.id) is OrderState.PAID

    view = the_order(office, order.code)
    assert {ticket.state for ticket in view.tickets} == {TicketState.VALID}
    assert len(set(codes_of(view))) == 3
    assert view.paid_at == office.now()
    assert deliveries(office) == 1


def test_confirming_twice_is_confirming_once(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    order = an_order(office)
    confirmed(office, order.id)
    before = counts(office), the_order(office, order.code)
    clock.forward(minutes=1)

    assert confirmed(office, order.id) is OrderState.PAID

    assert (counts(office), the_order(office, order.code)) == before


def test_an_order_without_an_address_promises_no_mail(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office, buyer=Person("Rita"))

    confirmed(office, order.id)

    assert deliveries(office) == 0


def test_money_that_comes_while_an_order_expires_counts(office: BoxOffice, clock: Clock) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    clock.forward(hours=1)
    with office.writing() as session:
        begin_expiry(session, order.id, now=office.now())

    assert confirmed(office, order.id) is OrderState.PAID

    assert places_left(office)[LOTE] == 3


@pytest.mark.parametrize("end", [expired, cancelled])
def test_late_money_takes_the_places_again_while_they_are_free(office: BoxOffice, end: Any) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    end(office, order.id)

    assert confirmed(office, order.id) is OrderState.PAID

    view = the_order(office, order.code)
    assert places_left(office)[LOTE] == 3
    assert {ticket.state for ticket in view.tickets} == {TicketState.VALID}
    assert len(set(codes_of(view))) == 2
    (entry,) = [entry for entry in rows(office, AuditEntry) if entry.verb == "order.confirm"]
    assert entry.facts["is_late"] is True


@pytest.mark.parametrize("end", [expired, cancelled])
@pytest.mark.parametrize("policy", ["review", "refund"])
def test_late_money_waits_for_a_person_when_the_event_says_so(
    office: BoxOffice, end: Any, policy: str
) -> None:
    an_event(office, a_tier(quota=5), late_payment=policy)
    order = an_order(office, (LOTE, 2))
    end(office, order.id)

    assert confirmed(office, order.id) is OrderState.NEEDS_REVIEW

    assert places_left(office)[LOTE] == 5
    assert {t.state for t in the_order(office, order.code).tickets} == {TicketState.VOID}
    assert deliveries(office) == 0


@pytest.mark.parametrize("taken", [{"quota": 2}, {"quota": 9, "capacity": 2}])
def test_late_money_for_places_that_were_sold_waits_for_a_person(
    office: BoxOffice, taken: dict[str, int]
) -> None:
    event: dict[str, Any] = {"capacity": taken["capacity"]} if "capacity" in taken else {}
    an_event(office, a_tier(quota=taken["quota"]), **event)
    order = an_order(office, (LOTE, 2))
    expired(office, order.id)
    a_sale(office)
    before = places_left(office)

    assert confirmed(office, order.id) is OrderState.NEEDS_REVIEW

    assert places_left(office) == before
    assert {t.state for t in the_order(office, order.code).tickets} == {TicketState.VOID}


def test_late_money_for_two_tiers_takes_both_or_neither(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), a_tier("Pista", quota=1))
    order = an_order(office, (LOTE, 2), ("Pista", 1))
    expired(office, order.id)
    a_sale(office, ("Pista", 1))

    assert confirmed(office, order.id) is OrderState.NEEDS_REVIEW

    assert places_left(office) == {LOTE: 5, "Pista": 0, "*": 5}
    assert state_of(office, order.id) is OrderState.NEEDS_REVIEW


def test_late_money_twice_is_late_money_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))
    expired(office, order.id)
    confirmed(office, order.id)
    before = counts(office), places_left(office)

    confirmed(office, order.id)

    assert (counts(office), places_left(office)) == before


def test_a_code_from_before_the_order_ended_is_not_the_code_after(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    cancelled(office, sale.id)

    confirmed(office, sale.id)

    assert codes_of(the_order(office, sale.code)) != codes_of(sale)


def test_an_order_under_review_keeps_its_places_and_has_no_codes(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))

    for _ in range(2):
        with office.writing() as session:
            hold_for_review(session, SYSTEM, order.id, why="less than asked", now=office.now())

    view = the_order(office, order.code)
    assert view.state is OrderState.NEEDS_REVIEW
    assert [ticket.code for ticket in view.tickets] == [None, None]
    assert places_left(office)[LOTE] == 3
    assert [e.verb for e in rows(office, AuditEntry)].count("order.needs_review") == 1


def test_a_paid_order_is_never_set_aside(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    with office.writing() as session:
        hold_for_review(session, SYSTEM, sale.id, why="less than asked", now=office.now())

    assert state_of(office, sale.id) is OrderState.PAID
