"""Short money that was accepted: the rest is collected, or forgiven, and the books agree."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from boxoffice.errors import Forbidden, Refused, WrongState
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.rules import shares
from boxoffice.payments.exceptions import Kind, exceptions
from boxoffice.payments.forgive import forgive_rest
from boxoffice.payments.late import accept
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from boxoffice.reports.sales import sales_report
from boxoffice.tickets.models import Ticket
from tests.audit.reading import entries
from tests.making import DOOR, SLUG, a_sale, an_event, rows
from tests.payments.changing import (
    VIP,
    balance,
    extended,
    money_comes,
    open_payment,
    paid_by,
    told,
    two_tiers,
)
from tests.payments.ended import Waiting
from tests.payments.refunding import refunded


def short(office: BoxOffice, came: int = 15_000, **event: Any) -> Waiting:
    """Make an order of R$ 200,00 that got less, and accept it."""
    an_event(office, **event)
    sold = Waiting(office)
    sold.is_paid(came)
    with office.writing() as session:
        key, now = office.ticket_key, office.now()
        accept(session, office.actor, sold.order.id, key, note="", now=now)
    return sold


def forgiven(office: BoxOffice, order_id: UUID) -> Money:
    with office.writing() as session:
        key, now = office.ticket_key, office.now()
        return forgive_rest(session, office.actor, order_id, key, note="bank fee", now=now)


def wrong(office: BoxOffice) -> list[tuple[Kind, int]]:
    """Return what a person has to see to."""
    with office.reading() as session:
        return [(one.kind, one.amount.minor) for one in exceptions(session, now=office.now())]


def agree(office: BoxOffice) -> bool:
    """Say whether money, orders and tickets agree."""
    with office.reading() as session:
        money, sales = money_report(session, SLUG), sales_report(session, SLUG)
        total = session.exec(select(Order.total_minor)).one()
    return money.books.agree and sales.total.net.minor + sales.total.back.minor == total


@pytest.mark.parametrize(
    ("minor", "weights", "each"),
    [
        (1, [10_000, 10_000], [0, 1]),
        (20_000, [10_000, 10_000], [10_000, 10_000]),
        (3, [1, 0, 2], [1, 0, 2]),
        (5_001, [10_000, 0, 5_000], [3_334, 0, 1_667]),
    ],
)
def test_shares_lose_nothing_and_are_never_above_their_weight(
    minor: int, weights: list[int], each: list[int]
) -> None:
    assert shares(minor, weights) == each


def test_what_is_forgiven_is_a_discount_and_the_books_agree(office: BoxOffice) -> None:
    sold = short(office)
    before = wrong(office), agree(office)

    assert forgiven(office, sold.order.id) == Money(5_000)

    (order,) = rows(office, Order)
    assert before == ([(Kind.SHORT, 5_000)], False)
    assert (wrong(office), agree(office)) == ([], True)
    assert (order.total_minor, order.discount_minor, order.state) == (15_000, 5_000, "paid")
    assert [ticket.discount_minor for ticket in rows(office, Ticket)] == [2_500, 2_500]
    assert balance(office, sold.order.id) == 0
    (facts,) = [x.facts for x in entries(office) if x.verb == "payment.forgive"]
    assert facts == {"forgiven_minor": 5_000, "total_minor": 15_000, "reason": "bank fee"}


def test_what_is_missing_can_be_collected_instead(office: BoxOffice) -> None:
    sold = short(office)

    assert paid_by(office, sold.order.id, Method.CASH)

    assert (wrong(office), agree(office)) == ([], True)
    with pytest.raises(WrongState):
        forgiven(office, sold.order.id)


def test_nobody_is_asked_any_more_for_what_was_forgiven(office: BoxOffice) -> None:
    sold = short(office)
    paid_by(office, sold.order.id, Method.PIX)
    asked = open_payment(office, sold.order.id)

    forgiven(office, sold.order.id)

    (after,) = [row for row in rows(office, Payment) if row.id == asked.id]
    assert (asked.amount_minor, after.state) == (5_000, PaymentState.CLOSED)
    money_comes(office, asked)
    assert wrong(office) == []  # it was paid all the same, and is on its way back
    assert [row.refunded_minor for row in rows(office, Payment) if row.id == asked.id] == [5_000]


def test_a_ticket_of_it_goes_back_at_what_it_came_to(office: BoxOffice) -> None:
    sold = short(office)
    forgiven(office, sold.order.id)

    refunded(office, sold.order.id, rows(office, Ticket)[0].id, proof="")

    assert [row.refunded_minor for row in rows(office, Payment)] == [7_500]
    assert agree(office)


def test_what_an_addition_waits_for_is_not_missing(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    extended(office, sale.id, VIP, method=Method.PIX)

    assert wrong(office) == []
    with pytest.raises(WrongState):
        forgiven(office, sale.id)
    assert [state for _, state in told(office, sale.code)] == ["valid", "held"]


def test_more_than_the_tickets_cost_is_not_forgiven(office: BoxOffice) -> None:
    sold = short(office, 100, fee_fixed="10", fee_per="order")

    with pytest.raises(Refused, match="R\\$ 200,00"):
        forgiven(office, sold.order.id)

    assert balance(office, sold.order.id) == 20_900


def test_an_order_that_is_not_paid_is_not_forgiven(office: BoxOffice) -> None:
    an_event(office)
    sold = Waiting(office)

    with pytest.raises(WrongState):
        forgiven(office, sold.order.id)

    assert sold.state[0] is OrderState.PLACED


def test_who_may_not_decide_on_money_forgives_nothing(office: BoxOffice) -> None:
    sold = short(office)
    office.actor = DOOR

    with pytest.raises(Forbidden):
        forgiven(office, sold.order.id)

    assert balance(office, sold.order.id) == 5_000
