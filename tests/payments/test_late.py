"""Money that came late or short: nothing is dropped, and somebody decides once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from boxoffice.errors import EventFull, EventNotOnSale, Forbidden, SoldOut, WrongState
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.models import Job
from boxoffice.payments.late import LateMoney, Room, accept, dismiss, list_late, room_of
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import ChargeState
from boxoffice.tickets.models import RevokedCode, TicketState
from tests.audit.reading import entries
from tests.making import (
    DOOR,
    LOTE,
    NOON,
    SLUG,
    a_sale,
    a_tier,
    an_event,
    counts,
    places_left,
    rows,
    started,
    the_order,
)
from tests.payments.ended import Waiting, an_ended_sale

REVIEW = "review"
A, B = uuid4(), uuid4()
Decide = Callable[[BoxOffice, UUID], object]


def late_money(office: BoxOffice, *tiers: Any, **event: Any) -> Waiting:
    """Make an order whose money came after it had ended, under an event that reviews such money."""
    an_event(office, *tiers, late_payment=REVIEW, **event)
    sold = an_ended_sale(office)
    sold.is_paid()
    return sold


def accepted(office: BoxOffice, order_id: UUID) -> None:
    with office.writing() as session:
        key, now = office.ticket_key, office.now()
        accept(session, office.actor, order_id, key, note="they called", now=now)


def dismissed(office: BoxOffice, order_id: UUID) -> Money:
    with office.writing() as session:
        return dismiss(session, office.actor, order_id, note="they called", now=office.now())


def listed(office: BoxOffice, event: str | None = None) -> list[LateMoney]:
    with office.reading() as session:
        return list_late(session, limit=100, event=event)


def facts_of(office: BoxOffice, verb: str) -> dict[str, object]:
    (facts,) = (entry.facts for entry in entries(office) if entry.verb == verb)
    return facts


@pytest.mark.parametrize(
    ("wanted", "left", "event_left", "room"),
    [
        ({A: 2}, {A: 2}, None, Room.FREE),
        ({A: 2}, {A: 1}, None, Room.GONE),
        ({A: 2, B: 1}, {A: 2, B: 0}, None, Room.GONE),
        ({A: 2, B: 1}, {A: 2, B: 1}, 3, Room.FREE),
        ({A: 2, B: 1}, {A: 2, B: 1}, 2, Room.GONE),
        ({A: 1}, {A: 1}, 0, Room.GONE),
    ],
)
def test_there_is_room_when_every_tier_and_the_event_have_it(
    wanted: dict[UUID, int], left: dict[UUID, int], event_left: int | None, room: Room
) -> None:
    assert room_of(wanted, left, event_left) is room


def test_late_money_is_listed_with_what_was_paid_and_why(office: BoxOffice) -> None:
    sold = late_money(office)

    assert listed(office) == [
        LateMoney(
            id=sold.order.id,
            code=sold.order.code,
            event_slug=SLUG,
            buyer_name="Rita Nogueira",
            total=Money(20_000),
            discount=Money(0),
            paid=Money(20_000),
            why="late money",
            since=NOON,
            wanted={LOTE: 2},
            room=Room.FREE,
        )
    ]
    assert listed(office, SLUG) == listed(office)
    assert listed(office, "another") == []


def test_what_is_in_order_is_not_listed(office: BoxOffice) -> None:
    an_event(office)
    Waiting(office).is_paid()
    an_ended_sale(office)

    assert listed(office) == []


def test_short_money_is_listed_while_its_places_are_held(office: BoxOffice) -> None:
    an_event(office)
    Waiting(office).is_paid(15_000)

    (found,) = listed(office)

    assert (found.paid, found.why, found.wanted) == (Money(15_000), "less than asked", {})
    assert found.room is Room.HELD


def test_the_list_says_when_the_places_are_gone(office: BoxOffice) -> None:
    late_money(office, a_tier(quota=2))
    a_sale(office, (LOTE, 1))

    assert [found.room for found in listed(office)] == [Room.GONE]


def test_a_cancelled_event_has_no_room(office: BoxOffice) -> None:
    sold = late_money(office)
    with office.writing() as session:
        move(session, office.actor, SLUG, EventState.CANCELLED, now=office.now())

    assert [found.room for found in listed(office)] == [Room.CANCELLED]
    with pytest.raises(EventNotOnSale):
        accepted(office, sold.order.id)


def test_accepting_takes_the_places_again_and_confirms(office: BoxOffice) -> None:
    sold = late_money(office, a_tier(quota=5))
    free = places_left(office)

    accepted(office, sold.order.id)

    order = the_order(office, sold.order.code)
    assert (free[LOTE], places_left(office)[LOTE]) == (5, 3)
    assert (order.state, order.paid_at) == (OrderState.PAID, office.now())
    assert {ticket.state for ticket in order.tickets} == {TicketState.VALID}
    assert all(ticket.code for ticket in order.tickets)
    facts = {"paid_minor": 20_000, "total_minor": 20_000, "reason": "they called"}
    assert facts_of(office, "payment.accept") == facts
    assert listed(office) == []


def test_accepting_short_money_takes_no_place_twice(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sold = Waiting(office)
    sold.is_paid(15_000)

    accepted(office, sold.order.id)

    assert places_left(office)[LOTE] == 3
    assert the_order(office, sold.order.code).state is OrderState.PAID
    assert facts_of(office, "payment.accept")["paid_minor"] == 15_000


def test_what_is_sold_out_cannot_be_accepted(office: BoxOffice) -> None:
    sold = late_money(office, a_tier(quota=3))
    a_sale(office, (LOTE, 2))
    before = counts(office)

    with pytest.raises(SoldOut) as refused:
        accepted(office, sold.order.id)

    assert (refused.value.message, refused.value.exit_code) == ("Lote 1 has 1 places left.", 5)
    assert f"payment resolve {sold.order.code} --dismiss" in refused.value.hint
    assert counts(office) == before
    assert sold.state == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)


def test_a_full_event_cannot_take_it_either(office: BoxOffice) -> None:
    sold = late_money(office, a_tier(), a_tier("Pista"), capacity=3)
    a_sale(office, ("Pista", 2))

    with pytest.raises(EventFull):
        accepted(office, sold.order.id)

    assert places_left(office) == {LOTE: 10, "Pista": 8, "*": 1}


def test_money_that_went_back_is_not_accepted(office: BoxOffice) -> None:
    sold = late_money(office)
    with office.writing() as session:
        session.get_one(Payment, sold.payment_id).refunded_minor = 20_000

    with pytest.raises(WrongState, match="has gone back"):
        accepted(office, sold.order.id)

    assert [found.paid for found in listed(office)] == [Money(0)]
    assert dismissed(office, sold.order.id) == Money(0)


def test_tickets_that_were_mailed_before_are_mailed_again_with_new_codes(office: BoxOffice) -> None:
    an_event(office, late_payment=REVIEW)
    sold = Waiting(office)
    sold.is_paid()
    old = [ticket.code for ticket in the_order(office, sold.order.code).tickets]
    sold.ends()
    second = started(office, sold.order.id)  # and then a second PIX comes in
    charge = sold.charge(ChargeState.SETTLED, 20_000)
    sold.told(replace(charge, provider_id="pay_2", reference=str(second)))
    assert sold.state[0] is OrderState.NEEDS_REVIEW

    accepted(office, sold.order.id)

    new = [ticket.code for ticket in the_order(office, sold.order.code).tickets]
    mails = [job.args["copy"] for job in rows(office, Job) if job.kind == "tickets.deliver"]
    assert (len(set(old) | set(new)), sorted(mails)) == (4, [0, 1])
    assert len(rows(office, RevokedCode)) == 2


def test_dismissing_closes_the_order_and_says_what_is_owed(office: BoxOffice) -> None:
    sold = late_money(office, a_tier(quota=5))

    owed = dismissed(office, sold.order.id)

    assert owed == Money(20_000)
    assert sold.state == (OrderState.CANCELLED, PaymentState.SETTLED)
    assert places_left(office)[LOTE] == 5
    facts = {"owed_minor": 20_000, "currency": "BRL", "reason": "they called"}
    assert facts_of(office, "payment.dismiss") == facts
    assert listed(office) == []


def test_dismissing_short_money_gives_its_places_back_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sold = Waiting(office)
    sold.is_paid(15_000)

    dismissed(office, sold.order.id)

    assert places_left(office)[LOTE] == 5
    assert {t.state for t in the_order(office, sold.order.code).tickets} == {TicketState.VOID}


@pytest.mark.parametrize("first", [accepted, dismissed])
@pytest.mark.parametrize("second", [accepted, dismissed])
def test_what_was_decided_is_not_decided_again(
    office: BoxOffice, first: Decide, second: Decide
) -> None:
    sold = late_money(office)
    first(office, sold.order.id)
    before = counts(office), places_left(office)

    with pytest.raises(WrongState, match="nobody has to decide"):
        second(office, sold.order.id)

    assert (counts(office), places_left(office)) == before


def test_who_may_not_decide_changes_nothing(office: BoxOffice) -> None:
    sold = late_money(office)
    before = counts(office)

    with pytest.raises(Forbidden), office.writing() as session:
        accept(session, DOOR, sold.order.id, office.ticket_key, note="", now=office.now())
    with pytest.raises(Forbidden), office.writing() as session:
        dismiss(session, DOOR, sold.order.id, note="", now=office.now())

    assert counts(office) == before


def test_two_people_who_decide_at_once_decide_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=60), late_payment=REVIEW)
    waiting = [an_ended_sale(office) for _ in range(6)]
    for sold in waiting:
        sold.is_paid()

    with ThreadPoolExecutor(max_workers=2) as people:
        for sold in waiting:
            both = [
                people.submit(decide, office, sold.order.id) for decide in (accepted, dismissed)
            ]
            refused = [future.exception() for future in both]
            assert [type(error) for error in refused if error is not None] == [WrongState]

    orders = {order.id: order.state for order in rows(office, Order)}
    paid = sum(state is OrderState.PAID for state in orders.values())
    assert set(orders.values()) <= {OrderState.PAID, OrderState.CANCELLED}
    assert places_left(office)[LOTE] == 60 - 2 * paid
