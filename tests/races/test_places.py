"""No place is sold twice, by real processes that all want the last one."""

from collections import Counter

from boxoffice.events.models import Event
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry
from boxoffice.orders.models import Order, OrderState
from boxoffice.tickets.models import Ticket, TicketState
from tests.making import LOTE, Clock, a_tier, an_event, an_order, places_left, rows
from tests.races.books import disagreements, oversold
from tests.races.clerks import (
    confirm_or_cancel,
    confirm_or_expire,
    race,
    sell_carelessly,
    sell_one,
    sell_under_keys,
    sell_until_refused,
)


def test_two_clerks_who_sell_the_last_seat_sell_it_once(office: BoxOffice) -> None:
    tiers = [f"Mesa {number}" for number in range(10)]
    an_event(office, *(a_tier(name, quota=1) for name in tiers))

    said = race(office, 2, sell_one, tiers)

    assert [sorted(pair) for pair in zip(*said, strict=True)] == [["True", "tier.sold_out"]] * 10
    assert oversold(office) == {}
    assert disagreements(office) == []


def test_a_clerk_who_checks_and_then_sells_is_caught_overselling(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=1))

    said = race(office, 2, sell_carelessly, LOTE)

    assert said == [True, True]
    assert oversold(office) == {LOTE: 1}
    assert disagreements(office) == ["Lote 1: 1 taken, 2 tickets", "noite: 0 taken, 2 tickets"]


def test_sixteen_clerks_sell_five_hundred_places_in_exactly_250_pairs(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=500))

    said = race(office, 16, sell_until_refused, (LOTE, 2))

    assert sum(count for count, _ in said) == len(rows(office, Order)) == 250
    assert [refusal for _, refusal in said] == ["tier.sold_out"] * 16
    assert len(rows(office, Ticket)) == 500
    assert places_left(office) == {LOTE: 0, "*": 0}
    assert disagreements(office) == []


def test_the_event_is_full_before_its_tiers_are(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=30), a_tier("Pista", quota=30), capacity=21)

    said = race(office, 4, sell_until_refused, (LOTE, 1), ("Pista", 1))

    assert sum(count for count, _ in said) == 10
    assert {refusal for _, refusal in said} == {"event.sold_out"}
    assert places_left(office) == {LOTE: 20, "Pista": 20, "*": 1}
    assert disagreements(office) == []


def test_half_price_stops_at_its_cap_whichever_tier_sells_it(office: BoxOffice) -> None:
    halves = [a_tier(name, quota=40, category="half") for name in ("Meia A", "Meia B")]
    an_event(office, a_tier(quota=20), *halves, half_cap_percent=40, capacity=50)

    said = race(office, 8, sell_until_refused, ("Meia A", 1), ("Meia B", 1))

    assert sum(count for count, _ in said) == 10
    assert [refusal for _, refusal in said] == ["half.cap_reached"] * 8
    assert [event.half_taken for event in rows(office, Event)] == [20]
    assert disagreements(office) == []


def test_carts_packed_in_different_order_do_not_wait_for_each_other_for_ever(
    office: BoxOffice,
) -> None:
    tiers = [f"Setor {letter}" for letter in "ABC"]
    an_event(office, *(a_tier(name, quota=20) for name in tiers))

    said = race(office, 8, sell_until_refused, *((name, 1) for name in tiers))

    assert sum(count for count, _ in said) == 20
    assert {refusal for _, refusal in said} == {"tier.sold_out"}
    assert disagreements(office) == []


def test_one_request_sent_four_times_at_once_makes_one_order(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=100))
    keys = [f"k-{number}" for number in range(8)]

    answers = race(office, 4, sell_under_keys, LOTE, keys)

    for each in zip(*answers, strict=True):
        assert len({code for code, _ in each}) == 1
        assert Counter(is_new for _, is_new in each) == {True: 1, False: 3}
    assert places_left(office)[LOTE] == 92
    assert disagreements(office) == []


def test_money_and_an_expiry_that_meet_leave_every_order_paid(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office, a_tier(quota=10))
    orders = [an_order(office) for _ in range(10)]
    clock.forward(minutes=30)
    with office.writing() as session:
        assert all(begin_expiry(session, order.id, now=office.now()) for order in orders)

    race(office, 4, confirm_or_expire, [order.code for order in orders])

    assert {order.state for order in rows(office, Order)} == {OrderState.PAID}
    assert {ticket.state for ticket in rows(office, Ticket)} == {TicketState.VALID}
    assert places_left(office)[LOTE] == 0
    assert disagreements(office) == []


def test_money_and_a_cancellation_that_meet_leave_the_books_right(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=10))
    orders = [an_order(office) for _ in range(6)]

    race(office, 4, confirm_or_cancel, [order.code for order in orders])

    assert {order.state for order in rows(office, Order)} <= {OrderState.PAID, OrderState.CANCELLED}
    assert disagreements(office) == []
