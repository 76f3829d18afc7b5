"""A ticket moves to another tier: one place for another, and the difference in money."""

from uuid import UUID

import pytest

from boxoffice.errors import (
    BadValue,
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
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.promos.models import PromoUse
from boxoffice.reports.money import money_report
from boxoffice.staff.rules import Actor, Role
from boxoffice.tickets.block import block
from boxoffice.tickets.models import TicketState
from tests.making import (
    DOOR,
    LOTE,
    RITA,
    SLUG,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    counts,
    places_left,
    rows,
    shown_at,
    started,
    state_of,
    the_order,
)
from tests.payments.changing import (
    VIP,
    balance,
    dropped,
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


def test_a_dearer_tier_paid_in_cash_is_good_at_once_under_the_same_code(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)

    done = exchanged(office, sale.tickets[0].id)

    assert (done.before, done.to, done.back) == (LOTE, VIP, Money(0))
    moved = the_order(office, sale.code)
    assert codes_of(moved) == codes_of(sale)
    assert (moved.total, told(office, sale.code)) == (Money(15_000), [(VIP, "valid")])
    assert places_left(office) == {LOTE: 3, VIP: 2, "*": 5}
    assert shown_at(office, codes_of(sale)[0]).verdict == "ok"
    assert agree(office)


def test_a_dearer_tier_is_held_until_its_difference_has_come(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office, (LOTE, 2))

    exchanged(office, sale.tickets[0].id, method=Method.PIX)

    assert told(office, sale.code) == [(VIP, "held"), (LOTE, "valid")]
    assert balance(office, sale.id) == open_payment(office, sale.id).amount_minor == 5000
    assert shown_at(office, codes_of(sale)[0]).verdict == "unpaid"
    assert shown_at(office, codes_of(sale)[1]).verdict == "ok"
    assert agree(office)

    money_comes(office, open_payment(office, sale.id))
    assert told(office, sale.code) == [(VIP, "valid"), (LOTE, "valid")]
    assert codes_of(the_order(office, sale.code)) == codes_of(sale)
    assert (balance(office, sale.id), agree(office)) == (0, True)


def test_a_held_ticket_goes_back_to_its_tier_and_nothing_is_due(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    exchanged(office, sale.tickets[0].id, method=Method.PIX)

    exchanged(office, sale.tickets[0].id, LOTE, None)

    assert told(office, sale.code) == [(LOTE, "valid")]
    assert [payment.state for payment in rows(office, Payment)] == [
        PaymentState.SETTLED,
        PaymentState.CLOSED,
    ]
    assert (balance(office, sale.id), agree(office)) == (0, True)
    assert places_left(office) == {LOTE: 2, VIP: 3, "*": 5}


def test_a_held_ticket_that_is_dropped_takes_its_due_with_it(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office, (LOTE, 2))
    exchanged(office, sale.tickets[0].id, method=Method.PIX)

    assert dropped(office, sale.tickets[0].id)

    assert told(office, sale.code) == [(VIP, "void"), (LOTE, "valid")]
    assert (balance(office, sale.id), agree(office)) == (0, True)
    assert {p.state for p in rows(office, Payment)} == {PaymentState.SETTLED, PaymentState.CLOSED}


def test_the_difference_to_a_cheaper_tier_goes_back_by_hand(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office, (VIP, 1))

    done = exchanged(office, sale.tickets[0].id, LOTE, proof="receipt 17")

    assert done.back == Money(5000)
    assert [(r.amount_minor, r.state) for r in rows(office, Refund)] == [
        (5000, RefundState.BY_HAND)
    ]
    assert told(office, sale.code) == [(LOTE, "valid")]
    assert state_of(office, sale.id) is OrderState.PARTLY_REFUNDED
    assert shown_at(office, codes_of(sale)[0]).verdict == "ok"
    assert agree(office)


def test_cash_for_a_cheaper_tier_does_not_go_back_without_a_proof(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office, (VIP, 1))
    before = counts(office)

    with pytest.raises(BadValue, match="proof"):
        exchanged(office, sale.tickets[0].id, LOTE)

    assert counts(office) == before
    assert told(office, sale.code) == [(VIP, "valid")]


def test_a_difference_that_is_kept_moves_no_money(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office, (VIP, 1))

    done = exchanged(office, sale.tickets[0].id, LOTE, keeps_difference=True)

    assert done.back == Money(0)
    assert rows(office, Refund) == []
    assert (the_order(office, sale.code).total, agree(office)) == (Money(15_000), True)


def test_a_free_tier_gives_all_back_and_the_ticket_stays_good(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Livre", price="0"))
    sale = a_sale(office)

    exchanged(office, sale.tickets[0].id, "Livre", proof="receipt 17")

    assert told(office, sale.code) == [("Livre", "valid")]
    assert (state_of(office, sale.id), agree(office)) == (OrderState.PARTLY_REFUNDED, True)


def test_an_order_that_waits_is_priced_again_and_its_charge_replaced(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    first = started(office, order.id)

    exchanged(office, only_ticket(office, order.code), VIP, None)

    asked = open_payment(office, order.id)
    assert (asked.amount_minor, balance(office, order.id)) == (15_000, 15_000)
    assert asked.id != first
    money_comes(office, asked)
    assert told(office, order.code) == [(VIP, "valid")]
    assert agree(office)


def test_money_for_the_charge_that_was_replaced_is_a_part(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    started(office, order.id)
    before = open_payment(office, order.id)
    exchanged(office, only_ticket(office, order.code), VIP, None)

    money_comes(office, before)

    assert state_of(office, order.id) is OrderState.PLACED
    assert balance(office, order.id) == 5000
    assert paid_by(office, order.id, Method.CASH)
    assert (told(office, order.code), agree(office)) == ([(VIP, "valid")], True)


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
