"""Refunds: never more money than came in, never a place given back twice."""

from typing import Any

import pytest

from boxoffice.errors import Forbidden, NotFound, Refused, WrongState
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.models import Order, OrderState
from boxoffice.tickets.models import TicketState
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
)
from tests.payments.ended import an_ended_sale
from tests.payments.refunding import given_back, paid_by_pix, refunded, states

FEE: dict[str, Any] = {"fee_percent": 10}


def test_a_whole_order_goes_back_with_its_fee_and_its_places(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), **FEE)
    sale = a_sale(office, (LOTE, 2))

    done = refunded(office, sale.id)

    assert done.amount == Money(22_000)
    assert given_back(office) == (22_000, 22_000)
    assert state_of(office, sale.id) is OrderState.REFUNDED
    assert states(office, sale) == [TicketState.VOID] * 2
    assert places_left(office)[LOTE] == 5
    assert [str(shown_at(office, code).verdict) for code in codes_of(sale)] == ["refunded"] * 2


def test_one_ticket_goes_back_and_the_others_stay_good(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), **FEE)
    sale = a_sale(office, (LOTE, 3))

    done = refunded(office, sale.id, sale.tickets[1].id)

    assert done.amount == Money(11_000)
    assert state_of(office, sale.id) is OrderState.PARTLY_REFUNDED
    assert places_left(office)[LOTE] == 3
    verdicts = [str(shown_at(office, code).verdict) for code in codes_of(sale)]
    assert verdicts == ["ok", "cancelled", "ok"]


def test_the_last_ticket_that_goes_back_ends_the_order(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), **FEE)
    sale = a_sale(office, (LOTE, 2))

    for ticket in sale.tickets:
        refunded(office, sale.id, ticket.id)

    assert state_of(office, sale.id) is OrderState.REFUNDED
    assert given_back(office) == (22_000, 22_000)
    assert places_left(office)[LOTE] == 5


@pytest.mark.parametrize(("tickets", "minor"), [(1, 10_000), (0, 20_000)])
def test_the_fee_stays_when_it_is_kept(office: BoxOffice, tickets: int, minor: int) -> None:
    an_event(office, **FEE)
    sale = a_sale(office, (LOTE, 2))

    done = refunded(office, sale.id, *[t.id for t in sale.tickets[:tickets]], keeps_fee=True)

    assert done.amount == Money(minor)
    assert state_of(office, sale.id) is (
        OrderState.PARTLY_REFUNDED if tickets else OrderState.REFUNDED
    )


def test_an_amount_alone_ends_no_ticket_until_it_is_all_the_money(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))

    refunded(office, sale.id, amount=5_000)
    partly = (state_of(office, sale.id), states(office, sale), places_left(office)[LOTE])
    refunded(office, sale.id, amount=15_000)

    assert partly == (OrderState.PARTLY_REFUNDED, [TicketState.VALID] * 2, 3)
    assert (state_of(office, sale.id), states(office, sale)) == (
        OrderState.REFUNDED,
        [TicketState.VOID] * 2,
    )
    assert places_left(office)[LOTE] == 5


def test_an_amount_may_differ_from_what_the_ticket_cost(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))

    refunded(office, sale.id, sale.tickets[0].id, amount=4_000)

    assert given_back(office) == (4_000, 4_000)
    assert states(office, sale) == [TicketState.VOID, TicketState.VALID]
    assert places_left(office)[LOTE] == 4


def test_more_than_came_in_never_goes_back(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    refunded(office, sale.id, amount=15_000)
    before = counts(office)

    with pytest.raises(Refused) as refusal:
        refunded(office, sale.id, sale.tickets[0].id)

    assert (refusal.value.case, refusal.value.details) == ("refund.too_much", {"left_minor": 5_000})
    assert counts(office) == before
    assert states(office, sale) == [TicketState.VALID] * 2


def test_what_went_back_does_not_go_back_again(office: BoxOffice) -> None:
    an_event(office)
    sale, other = a_sale(office, (LOTE, 2)), a_sale(office)
    refunded(office, sale.id, sale.tickets[0].id)

    with pytest.raises(WrongState, match="is void"):
        refunded(office, sale.id, sale.tickets[0].id)
    refunded(office, sale.id)
    with pytest.raises(Refused) as refusal:
        refunded(office, sale.id)
    with pytest.raises(NotFound):
        refunded(office, other.id, sale.tickets[0].id)

    assert refusal.value.case == "refund.nothing"
    assert given_back(office) == (20_000, 20_000)


def test_a_courtesy_has_no_money_to_give_back(office: BoxOffice) -> None:
    an_event(office, a_tier(price="0"))
    sale = a_sale(office)

    with pytest.raises(Refused, match="no money"):
        refunded(office, sale.id, sale.tickets[0].id)

    assert states(office, sale) == [TicketState.VALID]


def test_an_order_without_its_money_has_nothing_to_refund(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    with pytest.raises(WrongState, match="is placed"):
        refunded(office, order.id)


def test_money_for_a_cancelled_order_goes_back_and_the_order_stays_cancelled(
    office: BoxOffice,
) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="ill", now=office.now())

    refunded(office, sale.id)

    assert state_of(office, sale.id) is OrderState.CANCELLED
    assert places_left(office)[LOTE] == 5
    assert given_back(office) == (20_000, 20_000)


def test_an_order_under_review_is_refunded_and_gives_its_places_back(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    order_id = paid_by_pix(office, 15_000)
    review = state_of(office, order_id)

    refunded(office, order_id)

    assert (review, state_of(office, order_id)) == (OrderState.NEEDS_REVIEW, OrderState.REFUNDED)
    assert places_left(office)[LOTE] == 5
    assert given_back(office) == (15_000, 15_000)


def test_a_part_of_late_money_that_goes_back_leaves_the_rest_for_a_person(
    office: BoxOffice,
) -> None:
    an_event(office, a_tier(quota=5), late_payment="review")
    sold = an_ended_sale(office)
    sold.is_paid()

    refunded(office, sold.order.id, amount=5_000)

    assert state_of(office, sold.order.id) is OrderState.NEEDS_REVIEW
    refunded(office, sold.order.id)
    assert state_of(office, sold.order.id) is OrderState.REFUNDED
    assert given_back(office) == (20_000, 20_000)


def test_who_may_not_cancel_gives_nothing_back(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    before, office.actor = counts(office), DOOR

    with pytest.raises(Forbidden):
        refunded(office, sale.id)

    assert counts(office) == before


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (OrderState.PARTLY_REFUNDED, "ok"),
        (OrderState.REFUNDED, "refunded"),
        (OrderState.DISPUTED, "blocked"),
        (OrderState.CHARGED_BACK, "charged_back"),
    ],
)
def test_the_door_goes_by_the_state_of_the_order(
    office: BoxOffice, state: OrderState, verdict: str
) -> None:
    an_event(office)
    sale = a_sale(office)
    with office.writing() as session:
        session.get_one(Order, sale.id).state = state

    admission = shown_at(office, codes_of(sale)[0])

    assert admission.verdict == verdict
    assert admission.message


@pytest.mark.parametrize("state", [OrderState.DISPUTED, OrderState.CHARGED_BACK])
def test_money_that_a_bank_asks_for_is_not_ours_to_give(
    office: BoxOffice, state: OrderState
) -> None:
    an_event(office)
    sale = a_sale(office)
    with office.writing() as session:
        session.get_one(Order, sale.id).state = state

    with pytest.raises(WrongState, match="the buyer's bank"):
        refunded(office, sale.id)

    assert given_back(office) == (0, 0)
