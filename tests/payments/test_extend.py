"""An order grows: the new places are held until they are paid for, the others stay good."""

from datetime import timedelta
from uuid import UUID

import pytest

from boxoffice.errors import BadValue, Forbidden, Refused, SoldOut, WrongState
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.outbox.jobs import ExpireOrder
from boxoffice.outbox.models import Job
from boxoffice.payments.call_off import call_off
from boxoffice.payments.extend import let_go
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from boxoffice.staff.rules import SYSTEM
from boxoffice.till.models import TillEntry
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
    extended,
    money_comes,
    open_payment,
    paid_by,
    told,
    two_tiers,
)
from tests.payments.refunding import refunded
from tests.till.working import Clerk


def let_gone(office: BoxOffice, order_id: UUID) -> int:
    with office.writing() as session:
        return let_go(session, SYSTEM, order_id, now=office.now())


def begun(office: BoxOffice, order_id: UUID, minutes: int) -> bool:
    with office.writing() as session:
        return begin_expiry(session, order_id, now=office.now() + timedelta(minutes=minutes))


def agree(office: BoxOffice) -> bool:
    with office.reading() as session:
        return money_report(session).books.agree


def test_places_added_for_cash_are_good_at_once(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)

    done = extended(office, sale.id, VIP, 2)

    assert (done.numbers, done.cost) == ((2, 3), Money(30_000))
    assert told(office, sale.code) == [(LOTE, "valid"), (VIP, "valid"), (VIP, "valid")]
    assert the_order(office, sale.code).total == Money(40_000)
    assert places_left(office) == {LOTE: 2, VIP: 1, "*": 3}
    assert (balance(office, sale.id), agree(office)) == (0, True)


def test_places_added_by_pix_wait_while_the_others_stay_good(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)

    extended(office, sale.id, method=Method.PIX)

    assert told(office, sale.code) == [(LOTE, "valid"), (LOTE, "held")]
    assert shown_at(office, codes_of(sale)[0]).verdict == "ok"
    assert shown_at(office, f"{sale.code}-2").verdict == "unpaid"
    assert balance(office, sale.id) == 10_000

    money_comes(office, open_payment(office, sale.id))
    assert told(office, sale.code) == [(LOTE, "valid"), (LOTE, "valid")]
    assert shown_at(office, f"{sale.code}-2").verdict == "ok"
    assert (balance(office, sale.id), agree(office)) == (0, True)


def test_an_order_that_waits_asks_for_all_of_its_places_at_once(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    started(office, order.id)

    extended(office, order.id, VIP, method=None)

    assert open_payment(office, order.id).amount_minor == 25_000
    money_comes(office, open_payment(office, order.id))
    assert told(office, order.code) == [(LOTE, "valid"), (VIP, "valid")]
    assert agree(office)


def test_an_addition_that_nobody_paid_is_let_go_once(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    extended(office, sale.id, method=Method.PIX)
    assert let_gone(office, sale.id) == 0
    with office.writing() as session:
        asked = session.get_one(Payment, open_payment(office, sale.id).id)
        asked.state = PaymentState.CLOSED

    assert [let_gone(office, sale.id), let_gone(office, sale.id)] == [1, 0]

    assert told(office, sale.code) == [(LOTE, "valid"), (LOTE, "void")]
    assert places_left(office) == {LOTE: 2, VIP: 3, "*": 5}
    assert (balance(office, sale.id), agree(office)) == (0, True)


def test_an_addition_that_is_dropped_is_not_asked_for_any_more(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    extended(office, sale.id, LOTE, 2, method=Method.PIX)

    assert dropped(office, the_order(office, sale.code).tickets[2].id)
    assert open_payment(office, sale.id).amount_minor == balance(office, sale.id) == 10_000
    assert dropped(office, the_order(office, sale.code).tickets[1].id)

    assert (balance(office, sale.id), agree(office)) == (0, True)
    waiting = [p for p in rows(office, Payment) if p.state is PaymentState.OPENING]
    assert waiting == []


def test_a_refund_of_all_gives_back_what_was_paid_and_asks_for_nothing(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    extended(office, sale.id, method=Method.PIX)

    assert refunded(office, sale.id).amount == Money(10_000)

    assert told(office, sale.code) == [(LOTE, "void"), (LOTE, "void")]
    assert [p.state for p in rows(office, Payment)][1] is PaymentState.CLOSED
    assert places_left(office) == {LOTE: 3, VIP: 3, "*": 6}
    assert agree(office)


def test_a_cancelled_order_forgives_what_was_added(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    extended(office, sale.id, method=Method.PIX)
    with office.writing() as session:
        call_off(session, office.actor, sale.id, reason="", now=office.now())

    assert places_left(office) == {LOTE: 3, VIP: 3, "*": 6}
    assert (balance(office, sale.id), agree(office)) == (0, True)
    assert the_order(office, sale.code).total == Money(10_000)


def test_nothing_is_added_without_a_way_to_pay_for_it(office: BoxOffice) -> None:
    two_tiers(office)
    sale = a_sale(office)
    before = counts(office)

    with pytest.raises(BadValue, match="has to be paid"):
        extended(office, sale.id, method=None)

    assert counts(office) == before


def test_a_free_addition_needs_no_money(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Cortesia", price="80", category="courtesy"), fee_percent=10)
    sale = a_sale(office)

    assert extended(office, sale.id, "Cortesia", method=None).cost == Money(0)

    assert told(office, sale.code)[1] == ("Cortesia", "valid")
    assert agree(office)


def test_a_full_tier_an_ended_order_and_too_many_places_are_refused(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=2 * QUANTITY_MAX), a_tier(VIP, quota=1))
    sale, dead = a_sale(office, (LOTE, 2)), a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, dead.id, reason="", now=office.now())
    before = counts(office)

    with pytest.raises(SoldOut):
        extended(office, sale.id, VIP, 2)
    with pytest.raises(WrongState):
        extended(office, dead.id)
    with pytest.raises(BadValue, match="places at most"):
        extended(office, sale.id, LOTE, QUANTITY_MAX - 1)

    assert counts(office) == before


def test_who_may_not_sell_adds_and_takes_nothing(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    before, office.actor = counts(office), DOOR

    with pytest.raises(Forbidden):
        extended(office, order.id)
    with pytest.raises(Forbidden):
        paid_by(office, order.id, Method.CASH)

    assert counts(office) == before


def test_an_order_that_waits_is_paid_at_the_counter_through_the_till(office: BoxOffice) -> None:
    two_tiers(office)
    Clerk(office, office.actor).opens()
    order = an_order(office)
    started(office, order.id)

    assert paid_by(office, order.id, Method.CASH)
    assert not paid_by(office, order.id, Method.CASH)

    assert state_of(office, order.id) is OrderState.PAID
    assert [entry.amount_minor for entry in rows(office, TillEntry)] == [10_000]
    assert {p.state for p in rows(office, Payment)} == {PaymentState.SETTLED, PaymentState.CLOSED}
    assert agree(office)


def test_another_charge_takes_the_place_of_one_that_failed(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    first = started(office, order.id)
    with office.writing() as session:
        session.get_one(Payment, first).state = PaymentState.FAILED

    assert paid_by(office, order.id, Method.CARD)

    assert open_payment(office, order.id).method is Method.CARD


def test_a_boleto_in_place_of_a_pix_has_its_days(office: BoxOffice) -> None:
    two_tiers(office, starts_at="2027-03-01T20:00")
    order = an_order(office)
    started(office, order.id)

    paid_by(office, order.id, Method.BOLETO)

    (row,) = rows(office, Order)
    assert row.expires_at is not None
    assert row.expires_at - office.now() > timedelta(days=1)
    times = {job.run_at for job in rows(office, Job) if job.kind == ExpireOrder.kind}
    assert row.expires_at in times
    assert not begun(office, order.id, minutes=31)


def test_a_boleto_that_cannot_clear_in_time_takes_no_pixs_place(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    started(office, order.id)
    before = counts(office)

    with pytest.raises(Refused, match="too near for a boleto"):
        paid_by(office, order.id, Method.BOLETO)

    assert counts(office) == before


def test_an_order_that_has_ended_is_not_paid(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    with office.writing() as session:
        cancel(session, office.actor, order.id, reason="", now=office.now())

    with pytest.raises(WrongState, match="cannot be paid"):
        paid_by(office, order.id, Method.CASH)

    assert rows(office, Payment) == []
