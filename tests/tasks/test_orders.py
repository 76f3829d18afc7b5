"""Expiry: first nobody can pay any more, then the places go back; and money always wins."""

from uuid import UUID

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import ExpireOrder, OpenCharge, ReadLetter
from boxoffice.outbox.models import JobState
from boxoffice.payments.letters import keep_letter
from boxoffice.payments.models import Letter, Payment, PaymentState
from boxoffice.payments.settle import fail
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    LOTE,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_order,
    counts,
    places_left,
    rows,
    started,
    state_of,
    the_payment,
)
from tests.services.switch import Switch
from tests.tasks.working import Meanwhile, again, ran


@pytest.fixture
def payment(office: BoxOffice, sandbox: Sandbox) -> Payment:
    """An order of two places of three, with a charge that waits."""
    del sandbox
    an_event(office, a_tier(quota=3))
    payment_id = started(office, an_order(office, (LOTE, 2)).id)
    assert ran(office, OpenCharge(payment_id)) is JobState.DONE
    return the_payment(office, payment_id)


def states(office: BoxOffice, payment: Payment) -> tuple[OrderState, PaymentState]:
    return state_of(office, payment.order_id), the_payment(office, payment.id).state


def news_of(office: BoxOffice, payment: Payment) -> None:
    """Let a letter about the charge come, and be read."""
    body = b'{"id":"evt_1","payment":{"id":"%s"}}' % str(payment.provider_id).encode()
    content = {"id": "evt_1", "payment": {"id": payment.provider_id}}
    with office.writing() as session:
        keep_letter(session, SYSTEM, "asaas", body, content, now=office.now())
    assert ran(office, ReadLetter(rows(office, Letter)[0].id)) is JobState.DONE


def test_an_order_nobody_paid_expires_and_its_charge_is_closed_first(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment
) -> None:
    clock.forward(minutes=30)

    assert ran(office, ExpireOrder(payment.order_id)) is JobState.DONE

    assert states(office, payment) == (OrderState.EXPIRED, PaymentState.CLOSED)
    assert sandbox.charge(str(payment.provider_id))["deleted"]
    assert places_left(office)[LOTE] == 3


def test_expire_order_twice_is_once(office: BoxOffice, clock: Clock, payment: Payment) -> None:
    clock.forward(minutes=30)
    ran(office, ExpireOrder(payment.order_id))
    before = counts(office), places_left(office)

    assert again(office, ExpireOrder(payment.order_id)) is JobState.DONE

    assert (counts(office), places_left(office)) == before


def test_an_order_without_a_payment_expires_without_a_gateway(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office, a_tier(quota=3))
    order = an_order(office, (LOTE, 2))
    clock.forward(minutes=30)

    assert ran(office, ExpireOrder(order.id)) is JobState.DONE

    assert state_of(office, order.id) is OrderState.EXPIRED
    assert places_left(office)[LOTE] == 3


def test_an_order_whose_payment_was_refused_expires(office: BoxOffice, clock: Clock) -> None:
    an_event(office, a_tier(quota=3))
    order = an_order(office, (LOTE, 2))
    payment_id = started(office, order.id)
    with office.writing() as session:
        fail(session, SYSTEM, payment_id, "no", now=office.now())
    clock.forward(minutes=30)

    assert ran(office, ExpireOrder(order.id)) is JobState.DONE

    assert state_of(office, order.id) is OrderState.EXPIRED
    assert the_payment(office, payment_id).state is PaymentState.FAILED


def test_an_order_whose_charge_was_never_opened_expires(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    an_event(office, a_tier(quota=3))
    order = an_order(office, (LOTE, 2))
    payment_id = started(office, order.id)
    clock.forward(minutes=30)

    assert ran(office, ExpireOrder(order.id)) is JobState.DONE
    assert ran(office, OpenCharge(payment_id)) is JobState.DONE

    assert state_of(office, order.id) is OrderState.EXPIRED
    assert the_payment(office, payment_id).state is PaymentState.CLOSED
    assert sandbox.charges({})["totalCount"] == 0


def test_the_places_stay_taken_while_the_gateway_is_silent(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment
) -> None:
    clock.forward(minutes=30)
    sandbox.board.set(Faults(error_500=1))

    first = ran(office, ExpireOrder(payment.order_id))
    held = states(office, payment), places_left(office)[LOTE]
    clock.forward(minutes=1)
    second = ran(office, ExpireOrder(payment.order_id))

    assert (first, held) == (JobState.WAITING, ((OrderState.EXPIRING, PaymentState.WAITING), 1))
    assert (second, places_left(office)[LOTE]) == (JobState.DONE, 3)
    assert states(office, payment) == (OrderState.EXPIRED, PaymentState.CLOSED)


def test_an_order_that_was_paid_in_time_does_not_expire_though_no_letter_came(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment
) -> None:
    sandbox.pay(str(payment.provider_id))
    clock.forward(minutes=30)

    assert ran(office, ExpireOrder(payment.order_id)) is JobState.DONE

    assert states(office, payment) == (OrderState.PAID, PaymentState.SETTLED)
    assert places_left(office)[LOTE] == 1


def test_an_order_that_is_paid_has_no_clock_any_more(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment
) -> None:
    sandbox.pay(str(payment.provider_id))
    news_of(office, payment)
    calls = sandbox.calls.total()
    clock.forward(minutes=30)

    ran(office, ExpireOrder(payment.order_id))

    assert states(office, payment) == (OrderState.PAID, PaymentState.SETTLED)
    assert sandbox.calls.total() == calls


@pytest.mark.parametrize("moment", ["before", "after"])
def test_money_in_the_instant_of_the_expiry_is_never_lost(
    office: BoxOffice,
    sandbox: Sandbox,
    server: Switch,
    clock: Clock,
    *,
    payment: Payment,
    moment: str,
) -> None:
    clock.forward(minutes=30)
    charge_id = str(payment.provider_id)
    call = f"DELETE /v3/payments/{charge_id}"
    app, pay = server.app, lambda: sandbox.pay(charge_id)
    server.app = (
        Meanwhile(app, call, before=pay) if moment == "before" else Meanwhile(app, call, after=pay)
    )

    assert ran(office, ExpireOrder(payment.order_id)) is JobState.DONE

    assert states(office, payment) == (OrderState.PAID, PaymentState.SETTLED)
    assert places_left(office)[LOTE] == 1


def test_a_letter_that_is_read_during_the_expiry_is_not_undone_by_it(
    office: BoxOffice, sandbox: Sandbox, server: Switch, clock: Clock, payment: Payment
) -> None:
    clock.forward(minutes=30)
    charge_id = str(payment.provider_id)

    def pay_and_tell() -> None:
        sandbox.pay(charge_id)
        news_of(office, payment)

    server.app = Meanwhile(server.app, f"DELETE /v3/payments/{charge_id}", before=pay_and_tell)

    assert ran(office, ExpireOrder(payment.order_id)) is JobState.DONE

    assert states(office, payment) == (OrderState.PAID, PaymentState.SETTLED)
    assert places_left(office)[LOTE] == 1


def late(office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment) -> None:
    """Let the order expire, and its closed charge be paid all the same two hours later."""
    clock.forward(minutes=30)
    ran(office, ExpireOrder(payment.order_id))
    clock.forward(hours=2)
    sandbox.pay(str(payment.provider_id))


def test_money_after_the_expiry_takes_the_places_again_while_they_are_free(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment
) -> None:
    late(office, sandbox, clock, payment)

    news_of(office, payment)

    assert states(office, payment) == (OrderState.PAID, PaymentState.SETTLED)
    assert places_left(office)[LOTE] == 1


def test_money_after_the_expiry_for_places_that_were_sold_waits_for_a_person(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, payment: Payment
) -> None:
    late(office, sandbox, clock, payment)
    a_sale(office, (LOTE, 2))

    news_of(office, payment)

    assert states(office, payment) == (OrderState.NEEDS_REVIEW, PaymentState.SETTLED)
    assert the_payment(office, payment.id).paid_minor == 20_000
    assert places_left(office)[LOTE] == 1


def test_an_unknown_order_is_our_own_mistake_and_changes_nothing(office: BoxOffice) -> None:
    assert ran(office, ExpireOrder(UUID(int=7))) is JobState.WAITING
