"""What was added and is not paid ends with its order: nobody can pay it, and the books agree."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from boxoffice.bulk.cancel_plan import plan_cancel
from boxoffice.events.models import Event, EventState
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CloseCharge
from boxoffice.outbox.models import Job
from boxoffice.payments.end_order import end_order
from boxoffice.payments.extend import let_go
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Charge, ChargeState, Method
from boxoffice.payments.settle import settle
from boxoffice.reports.money import money_report
from boxoffice.reports.sales import sales_report
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    LOTE,
    SLUG,
    a_sale,
    a_tier,
    an_order,
    places_left,
    rows,
    started,
    state_of,
    the_order,
    the_payment,
)
from tests.payments.changing import (
    VIP,
    balance,
    exchanged,
    extended,
    money_comes,
    open_payment,
    told,
    two_tiers,
)


def paid_by_pix(office: BoxOffice, **event: Any) -> tuple[UUID, UUID]:
    """Make a paid order of one place, and return it with its payment."""
    two_tiers(office, **event)
    order = an_order(office)
    payment_id = started(office, order.id)
    money_comes(office, the_payment(office, payment_id))
    return order.id, payment_id


def said(office: BoxOffice, payment_id: UUID, state: ChargeState) -> None:
    """Have the gateway say what became of money that it had."""
    with office.writing() as session:
        row = session.get_one(Payment, payment_id, with_for_update=True)
        charge = Charge(
            f"pay_{row.id}", str(row.id), state, row.amount, row.amount, None, None, None, {}
        )
        settle(session, SYSTEM, row, charge, office.ticket_key, now=office.now())


def closing(office: BoxOffice) -> set[str]:
    """Return the payments whose charge is to be closed."""
    return {job.args["payment_id"] for job in rows(office, Job) if job.kind == CloseCharge.kind}


def agree(office: BoxOffice) -> bool:
    """Say whether orders and money agree, and tickets with both."""
    with office.reading() as session:
        money, sales = money_report(session, SLUG), sales_report(session, SLUG)
        orders = session.exec(select(Order).where(col(Order.paid_at).is_not(None))).all()
    worth = sum(order.total_minor for order in orders)
    return money.books.agree and sales.total.net.minor + sales.total.back.minor == worth


def let_gone(office: BoxOffice, order_id: UUID) -> int:
    """Close what is asked for, and give up what was added."""
    with office.writing() as session:
        asked = session.get_one(Payment, open_payment(office, order_id).id)
        asked.state = PaymentState.CLOSED
        session.flush()
        return let_go(session, SYSTEM, order_id, now=office.now())


def end(office: BoxOffice, order_id: UUID) -> int:
    """Cancel the event, end the order, and return what is asked of the gateway."""
    with office.writing() as session:
        order = session.get_one(Order, order_id)
        session.get_one(Event, order.event_id).state = EventState.CANCELLED
        return end_order(session, office.actor, order_id, now=office.now()).asked_minor


@pytest.mark.parametrize("fee_percent", [0, 10])
def test_the_end_of_the_event_closes_what_was_asked_for(
    office: BoxOffice, fee_percent: int
) -> None:
    order_id, first = paid_by_pix(office, fee_percent=fee_percent)
    extended(office, order_id, method=Method.PIX)
    added = open_payment(office, order_id).id

    asked = end(office, order_id)

    assert asked == the_payment(office, first).paid_minor
    assert the_payment(office, added).state is PaymentState.CLOSED
    assert closing(office) == {str(added)}
    assert agree(office)
    assert places_left(office) == {LOTE: 3, VIP: 3, "*": 6}


def test_a_fee_that_is_kept_is_that_of_what_was_paid(office: BoxOffice) -> None:
    order_id, _ = paid_by_pix(office, fee_percent=10, fee_refundable=False)
    extended(office, order_id, method=Method.PIX)
    with office.reading() as session:
        (planned,) = plan_cancel(session, office.actor, SLUG).orders

    asked = end(office, order_id)

    assert asked == planned.asked_minor == 10_000


@pytest.mark.parametrize("state", [ChargeState.REFUNDED, ChargeState.DISPUTED])
def test_money_that_the_gateway_takes_away_ends_what_was_asked_for_besides(
    office: BoxOffice, state: ChargeState
) -> None:
    order_id, first = paid_by_pix(office, fee_percent=10)
    extended(office, order_id, method=Method.PIX)
    added = open_payment(office, order_id).id

    said(office, first, state)
    said(office, first, ChargeState.REFUNDED)

    assert state_of(office, order_id) in {OrderState.REFUNDED, OrderState.CHARGED_BACK}
    assert closing(office) == {str(added)}
    assert agree(office)
    assert places_left(office) == {LOTE: 3, VIP: 3, "*": 6}


def test_a_dearer_place_that_was_not_paid_for_is_not_asked_for_after_the_end(
    office: BoxOffice,
) -> None:
    order_id, _ = paid_by_pix(office)
    (ticket,) = the_order(office, _code(office, order_id)).tickets
    exchanged(office, ticket.id, method=Method.PIX)

    end(office, order_id)

    assert len(closing(office)) == 1
    with office.reading() as session:
        assert money_report(session, SLUG).books.agree
        assert sales_report(session, SLUG).total.net == Money(0)


def test_the_fee_of_what_was_let_go_is_nobodys(office: BoxOffice) -> None:
    order_id, _ = paid_by_pix(office, fee_percent=10)
    before = the_order(office, _code(office, order_id))
    extended(office, order_id, method=Method.PIX)
    with office.writing() as session:
        session.get_one(Payment, open_payment(office, order_id).id).state = PaymentState.CLOSED
        session.flush()
        let_go(session, SYSTEM, order_id, now=office.now())

    after = the_order(office, before.code)

    assert (after.subtotal, after.fee, after.total) == (before.subtotal, before.fee, before.total)
    assert agree(office)


def test_money_on_a_replaced_charge_is_not_asked_for_a_second_time(office: BoxOffice) -> None:
    two_tiers(office)
    order = an_order(office)
    first = started(office, order.id)
    extended(office, order.id, method=None)
    second = open_payment(office, order.id)

    money_comes(office, the_payment(office, first))

    assert second.amount == Money(20_000)
    assert str(second.id) in closing(office)
    assert state_of(office, order.id) is OrderState.PLACED


def _code(office: BoxOffice, order_id: UUID) -> str:
    (code,) = [order.code for order in rows(office, Order) if order.id == order_id]
    return code


def test_a_free_ticket_beside_an_unpaid_addition_is_good_at_once(office: BoxOffice) -> None:
    two_tiers(office, a_tier("Livre", price="0"))
    sale = a_sale(office)
    extended(office, sale.id, VIP, method=Method.PIX)
    extended(office, sale.id, "Livre", method=None)

    assert told(office, sale.code) == [(LOTE, "valid"), (VIP, "held"), ("Livre", "valid")]
    assert let_gone(office, sale.id) == 1
    assert told(office, sale.code) == [(LOTE, "valid"), (VIP, "void"), ("Livre", "valid")]
    assert agree(office)


def test_an_unpaid_addition_that_becomes_free_is_good_beside_another(office: BoxOffice) -> None:
    two_tiers(office, a_tier("Livre", price="0"))
    sale = a_sale(office)
    extended(office, sale.id, VIP, 2, method=Method.PIX)

    exchanged(office, the_order(office, sale.code).tickets[1].id, "Livre", method=None)

    assert told(office, sale.code) == [(LOTE, "valid"), ("Livre", "valid"), (VIP, "held")]
    assert balance(office, sale.id) == open_payment(office, sale.id).amount_minor == 15_000
