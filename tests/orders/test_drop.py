"""Cancelling one ticket of an order: it dies alone, and its place goes back once."""

from uuid import UUID

import pytest

from boxoffice.errors import Forbidden, WrongState
from boxoffice.office import BoxOffice
from boxoffice.orders.drop import drop
from boxoffice.orders.models import OrderState
from boxoffice.tickets.block import block
from boxoffice.tickets.models import TicketState
from tests.audit.reading import entries
from tests.making import (
    DOOR,
    LOTE,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    counts,
    places_left,
    shown_at,
    state_of,
    the_order,
)


def dropped(office: BoxOffice, ticket_id: UUID) -> bool:
    with office.writing() as session:
        return drop(session, office.actor, ticket_id, reason="ill", now=office.now())


def test_a_dropped_ticket_dies_alone_and_gives_its_own_place_back(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), a_tier("Pista", quota=5), capacity=6)
    sale = a_sale(office, (LOTE, 2), ("Pista", 1))

    assert dropped(office, sale.tickets[1].id)

    assert places_left(office) == {LOTE: 4, "Pista": 4, "*": 4}
    states = [ticket.state for ticket in the_order(office, sale.code).tickets]
    assert states == [TicketState.VALID, TicketState.VOID, TicketState.VALID]
    assert state_of(office, sale.id) is OrderState.PAID


def test_the_door_refuses_it_as_cancelled_and_admits_the_others(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))

    dropped(office, sale.tickets[0].id)

    assert [str(shown_at(office, code).verdict) for code in codes_of(sale)] == ["cancelled", "ok"]


def test_the_last_ticket_takes_its_order_with_it(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))

    for ticket in sale.tickets:
        dropped(office, ticket.id)

    assert state_of(office, sale.id) is OrderState.CANCELLED
    assert places_left(office)[LOTE] == 5


def test_dropping_twice_is_dropping_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))
    dropped(office, sale.tickets[0].id)
    before = counts(office)

    assert not dropped(office, sale.tickets[0].id)

    assert counts(office) == before
    assert places_left(office)[LOTE] == 4


def test_a_blocked_ticket_can_be_dropped(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))
    with office.writing() as session:
        block(session, office.actor, sale.tickets[0].id, reason="", now=office.now())

    assert dropped(office, sale.tickets[0].id)

    assert places_left(office)[LOTE] == 4


def test_an_unpaid_order_keeps_its_tickets_because_its_charge_asks_for_all(
    office: BoxOffice,
) -> None:
    an_event(office, a_tier(quota=5))
    order = an_order(office, (LOTE, 2))

    with pytest.raises(WrongState, match="is placed"):
        dropped(office, the_order(office, order.code).tickets[0].id)

    assert places_left(office)[LOTE] == 3


def test_who_may_not_cancel_drops_nothing(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    before = counts(office)

    with pytest.raises(Forbidden), office.writing() as session:
        drop(session, DOOR, sale.tickets[0].id, reason="", now=office.now())

    assert counts(office) == before


def test_which_ticket_was_dropped_and_why_is_in_the_audit(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))

    dropped(office, sale.tickets[1].id)

    (entry,) = [one for one in entries(office) if one.verb == "order.drop_ticket"]
    assert entry.facts == {"ticket": 2, "reason": "ill"}
    assert entry.subject == f"order:{sale.id}"
