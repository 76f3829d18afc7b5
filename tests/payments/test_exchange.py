"""A ticket moves to another tier: one place for another, and the difference in money."""

from uuid import UUID

import pytest

from boxoffice.errors import (
    BadValue,
)
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from tests.making import (
    LOTE,
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


def agree(office: BoxOffice) -> bool:
    with office.reading() as session:
        return money_report(session).books.agree


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


def test_a_waiting_order_that_becomes_free_carries_no_fee(office: BoxOffice) -> None:
    two_tiers(office, a_tier("Livre", price="0"), fee_fixed="7", fee_per="order")
    order = an_order(office)
    started(office, order.id)

    exchanged(office, only_ticket(office, order.code), "Livre", method=None)

    free = the_order(office, order.code)
    assert (free.fee, free.total, free.state) == (Money(0), Money(0), OrderState.PAID)
    assert agree(office)


def test_a_waiting_order_that_becomes_free_and_dear_again_carries_one_fee(
    office: BoxOffice,
) -> None:
    two_tiers(office, a_tier("Livre", price="0"), fee_fixed="7", fee_per="order")
    order = an_order(office, (LOTE, 1), ("Livre", 1))
    started(office, order.id)
    first, second = (ticket.id for ticket in the_order(office, order.code).tickets)

    exchanged(office, second, VIP, method=None)
    exchanged(office, first, "Livre", method=None)

    dear = the_order(office, order.code)
    assert (dear.fee, dear.total) == (Money(700), Money(15_700))
    assert open_payment(office, order.id).amount_minor == 15_700
