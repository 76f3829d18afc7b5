"""A payment in parts: every cent is in one of them, and all of them confirm the order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.errors import BadValue
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, finish_expiry
from boxoffice.orders.models import OrderState
from boxoffice.payments.call_off import call_off
from boxoffice.payments.covered import set_aside_part_paid
from boxoffice.payments.late import list_late
from boxoffice.payments.models import Payment
from boxoffice.payments.parts import Part, shares
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from boxoffice.staff.rules import SYSTEM
from tests.making import LOTE, Clock, a_tier, an_event, counts, places_left, rows, state_of
from tests.payments.changing import (
    balance,
    half_in_cash,
    money_comes,
    open_payment,
    paid_by,
    sold_in_parts,
)
from tests.payments.refunding import refunded


def part_minor(office: BoxOffice) -> int:
    """Return the money of orders that wait for the rest, from books that agree."""
    with office.reading() as session:
        books = money_report(session).books
    assert books.agree
    (sums,) = books.sums
    assert sums.orders_minor + sums.part_minor == sums.received_minor
    return sums.part_minor


CASH, PIX = Method.CASH, Method.PIX


@given(
    total=st.integers(1, 10**12),
    cuts=st.lists(st.floats(0, 1), max_size=4),
    has_rest=st.booleans(),
)
def test_the_parts_always_come_to_the_total(
    total: int,
    cuts: list[float],
    has_rest: bool,  # noqa: FBT001  (a drawn value)
) -> None:
    edges = sorted({0, total, *(int(total * cut) for cut in cuts)})
    amounts = [after - before for before, after in pairwise(edges)]
    parts = [Part(CASH, Money(amount)) for amount in amounts]
    if has_rest:
        parts[-1] = Part(PIX)

    shared = shares(Money(total), parts)

    assert sum(amount.minor for _, amount in shared) == total
    assert all(amount.minor > 0 for _, amount in shared)


@pytest.mark.parametrize(
    "parts",
    [
        [Part(CASH, Money(4000))],
        [Part(CASH, Money(10_001))],
        [Part(CASH, Money(0)), Part(PIX)],
        [Part(CASH, Money(10_000)), Part(PIX)],
        [Part(CASH), Part(PIX)],
        [Part(Method.CARD, Money(4000)), Part(PIX)],
        [Part(CASH, Money(4000)), Part(Method.EXTERNAL, Money(5999))],
    ],
)
def test_parts_that_do_not_come_to_the_total_are_refused(parts: list[Part]) -> None:
    with pytest.raises(BadValue):
        shares(Money(10_000), parts)


def test_the_order_is_paid_when_the_last_part_is_in(office: BoxOffice) -> None:
    an_event(office)

    order = half_in_cash(office)

    assert state_of(office, order.id) is OrderState.PLACED
    assert balance(office, order.id) == open_payment(office, order.id).amount_minor == 6000
    assert part_minor(office) == 4000
    money_comes(office, open_payment(office, order.id))
    assert state_of(office, order.id) is OrderState.PAID
    assert balance(office, order.id) == part_minor(office) == 0


def test_two_parts_at_the_counter_are_a_sale_at_once(office: BoxOffice) -> None:
    an_event(office)

    order = sold_in_parts(office, Part(CASH, Money(4000)), Part(Method.EXTERNAL), quantity=1)

    assert state_of(office, order.id) is OrderState.PAID
    assert [(p.method, p.paid_minor) for p in rows(office, Payment)] == [
        (CASH, 4000),
        (Method.EXTERNAL, 6000),
    ]


def test_parts_that_are_refused_leave_nothing(office: BoxOffice) -> None:
    an_event(office)
    before = counts(office), places_left(office)

    with pytest.raises(BadValue):
        sold_in_parts(office, Part(CASH, Money(9_999)), Part(PIX))  # one cent by PIX

    assert (counts(office), places_left(office)) == before


def test_cash_for_an_order_that_expires_waits_for_a_person_and_goes_back(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office, a_tier(quota=1))
    order = half_in_cash(office)
    clock.forward(minutes=31)
    with office.writing() as session:
        begin_expiry(session, order.id, now=office.now())
        finish_expiry(session, SYSTEM, order.id, now=office.now())
        assert set_aside_part_paid(session, SYSTEM, order.id, now=office.now())

    with office.reading() as session:
        (late,) = list_late(session, limit=10)

    assert (late.code, late.paid) == (order.code, Money(4000))
    assert places_left(office)[LOTE] == 1
    assert refunded(office, order.id).amount == Money(4000)


def test_a_part_that_comes_after_the_end_is_not_a_whole_order(office: BoxOffice) -> None:
    an_event(office)
    order = half_in_cash(office)
    asked = open_payment(office, order.id)
    with office.writing() as session:
        call_off(session, office.actor, order.id, reason="", now=office.now())
    refunded(office, order.id)

    money_comes(office, asked)

    assert state_of(office, order.id) is OrderState.NEEDS_REVIEW


def test_all_parts_that_come_late_bring_the_order_back(office: BoxOffice) -> None:
    an_event(office)
    order = half_in_cash(office)
    asked = open_payment(office, order.id)
    with office.writing() as session:
        call_off(session, office.actor, order.id, reason="", now=office.now())

    money_comes(office, asked)

    assert state_of(office, order.id) is OrderState.PAID


def test_the_rest_may_be_paid_at_the_counter_after_all(office: BoxOffice) -> None:
    an_event(office)
    order = half_in_cash(office)

    assert paid_by(office, order.id, CASH)

    assert state_of(office, order.id) is OrderState.PAID
    assert [p.paid_minor for p in rows(office, Payment)] == [4000, 0, 6000]
