"""A swap follows the rules of a sale: what is refused moves neither a place nor money."""

from uuid import UUID

import pytest

from boxoffice.errors import (
    EventNotOnSale,
    Forbidden,
    NotFound,
    SoldOut,
    TierNotOnSale,
    WrongState,
)
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.change import transfer
from boxoffice.payments.provider import Method
from boxoffice.promos.models import PromoUse
from boxoffice.reports.money import money_report
from boxoffice.staff.rules import Actor, Role
from boxoffice.tickets.block import block
from boxoffice.tickets.models import Ticket, TicketState
from tests.making import (
    DOOR,
    LOTE,
    RITA,
    SLUG,
    a_sale,
    a_tier,
    an_event,
    an_order,
    counts,
    places_left,
    rows,
    started,
    the_order,
)
from tests.payments.changing import (
    VIP,
    exchanged,
    money_comes,
    open_payment,
    paid_by,
    told,
    two_tiers,
)
from tests.promos.codes import a_promo

CLERK = Actor("clara", Role.BOX_OFFICE)


def agree(office: BoxOffice) -> bool:
    with office.reading() as session:
        return money_report(session).books.agree


def transferred(office: BoxOffice, ticket_id: UUID) -> None:
    with office.writing() as session:
        transfer(session, office.actor, ticket_id, RITA, office.ticket_key, now=office.now())


def only_ticket(office: BoxOffice, code: str) -> UUID:
    return the_order(office, code).tickets[0].id


def test_nobody_moves_to_a_tier_that_is_not_on_sale_but_who_may_edit_the_event(
    office: BoxOffice,
) -> None:
    an_event(office, a_tier(), a_tier(VIP, price="100", opens_at="2026-11-23T10:00"))
    sale = a_sale(office)
    office.actor, admin = CLERK, office.actor

    with pytest.raises(TierNotOnSale):
        exchanged(office, sale.tickets[0].id)
    with pytest.raises(Forbidden):
        exchanged(office, sale.tickets[0].id, even_if_closed=True)
    office.actor = admin
    exchanged(office, sale.tickets[0].id, even_if_closed=True)

    assert told(office, sale.code) == [(VIP, "valid")]


def test_a_full_tier_a_dead_ticket_and_a_wrong_name_change_nothing(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier(VIP, quota=1), a_tier("Pista"))
    a_sale(office, (VIP, 1))
    sale, dead, shut = a_sale(office), a_sale(office), a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, dead.id, reason="", now=office.now())
        block(session, office.actor, shut.tickets[0].id, reason="", now=office.now())
    before = counts(office)

    for ticket, tier, refusal in (
        (sale.tickets[0].id, VIP, SoldOut),
        (sale.tickets[0].id, "Lote 9", NotFound),
        (sale.tickets[0].id, LOTE, WrongState),
        (dead.tickets[0].id, "Pista", WrongState),
        (shut.tickets[0].id, "Pista", WrongState),
    ):
        with pytest.raises(refusal):
            exchanged(office, ticket, tier)

    assert counts(office) == before


def test_even_if_closed_does_not_move_anybody_into_a_full_tier(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier(VIP, quota=1))
    a_sale(office, (VIP, 1))
    sale = a_sale(office)

    with pytest.raises(SoldOut):
        exchanged(office, sale.tickets[0].id, even_if_closed=True)

    assert told(office, sale.code) == [(LOTE, "valid")]


def test_a_full_event_has_room_for_a_swap(office: BoxOffice) -> None:
    two_tiers(office, capacity=2)
    sale = a_sale(office, (LOTE, 2))

    exchanged(office, sale.tickets[0].id)

    assert places_left(office) == {LOTE: 2, VIP: 2, "*": 0}


def test_a_promo_goes_along_to_a_tier_it_covers_and_is_given_back_at_half_price(
    office: BoxOffice,
) -> None:
    an_event(office, a_tier(), a_tier(VIP, price="150"), a_tier("Meia", category="half"))
    a_promo(office, "DEZ", uses_max=5)
    sale = a_sale(office, promo="DEZ")
    ticket = sale.tickets[0].id
    saved = sale.discount.minor

    exchanged(office, ticket)
    assert [use.discount_minor for use in rows(office, PromoUse)] == [saved * 3 // 2]
    assert the_order(office, sale.code).discount == Money(saved * 3 // 2)

    exchanged(office, ticket, "Meia", proof="receipt 17")
    assert rows(office, PromoUse) == []
    assert agree(office)


def test_an_order_with_more_money_than_it_costs_is_not_changed(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    started(office, order.id)
    first = open_payment(office, order.id)
    assert paid_by(office, order.id, Method.CASH)
    money_comes(office, first)

    with pytest.raises(WrongState, match="more came in"):
        exchanged(office, only_ticket(office, order.code))

    assert told(office, order.code) == [(LOTE, "valid")]


def test_who_may_not_sell_swaps_nothing(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    before, office.actor = counts(office), DOOR

    with pytest.raises(Forbidden):
        exchanged(office, sale.tickets[0].id)

    assert counts(office) == before


def test_a_cancelled_event_swaps_nothing(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    with office.writing() as session:
        move(session, office.actor, SLUG, EventState.CANCELLED, now=office.now())

    with pytest.raises(EventNotOnSale):
        exchanged(office, sale.tickets[0].id, even_if_closed=True)

    assert the_order(office, sale.code).tickets[0].state is TicketState.VALID


def test_a_ticket_that_waits_for_its_money_is_not_transferred(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    exchanged(office, sale.tickets[0].id, method=Method.PIX)
    before = counts(office)

    with pytest.raises(WrongState, match="waits for the money"):
        transferred(office, sale.tickets[0].id)

    assert counts(office) == before


def test_who_keeps_the_difference_keeps_the_discount_that_was_paid_with(office: BoxOffice) -> None:
    two_tiers(office)
    a_promo(office)
    sale = a_sale(office, (VIP, 1), promo="AMIGOS")

    exchanged(office, sale.tickets[0].id, LOTE, keeps_difference=True)

    (use,) = rows(office, PromoUse)
    (ticket,) = rows(office, Ticket)
    assert use.discount_minor == ticket.discount_minor == 1_500
    assert agree(office)
