"""What was added to a paid order and not paid for ends by the clock, with its charge."""

from typing import Any

from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import CloseCharge, EndAddition, ExpireOrder, OpenCharge, ReadLetter
from boxoffice.outbox.models import JobState
from boxoffice.payments.models import PaymentState
from boxoffice.payments.provider import Method
from boxoffice.sandbox.ledger import Sandbox
from tests.making import LOTE, Clock, a_sale, places_left, state_of, the_payment
from tests.payments.changing import (
    VIP,
    balance,
    exchanged,
    extended,
    half_in_cash,
    open_payment,
    told,
    two_tiers,
)
from tests.tasks.charging import charges, letter
from tests.tasks.working import again, ran


def payable(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the charges that a buyer could pay."""
    return [charge for charge in charges(sandbox) if not charge["deleted"]]


def asked(office: BoxOffice, clock: Clock) -> tuple[str, EndAddition]:
    """Sell a place, add another by PIX, have its charge opened, and let its time run out."""
    two_tiers(office)
    sale = a_sale(office)
    extended(office, sale.id, method=Method.PIX)
    payment = open_payment(office, sale.id)
    assert ran(office, OpenCharge(payment.id)) is JobState.DONE
    clock.forward(minutes=31)
    return sale.code, EndAddition(payment.id)


def test_end_addition_twice_is_once(office: BoxOffice, sandbox: Sandbox, clock: Clock) -> None:
    code, job = asked(office, clock)

    assert ran(office, job) is JobState.DONE
    assert again(office, job) is JobState.DONE

    assert told(office, code) == [(LOTE, "valid"), (LOTE, "void")]
    assert places_left(office)[LOTE] == 2
    assert the_payment(office, job.payment_id).state is PaymentState.CLOSED
    assert payable(sandbox) == []


def test_an_addition_that_was_paid_in_time_stays(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    code, job = asked(office, clock)
    sandbox.pay(the_payment(office, job.payment_id).provider_id or "")

    assert ran(office, job) is JobState.DONE

    assert told(office, code) == [(LOTE, "valid"), (LOTE, "valid")]
    assert the_payment(office, job.payment_id).state is PaymentState.SETTLED


def test_a_dearer_tier_keeps_its_seat_when_its_charge_ends(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    two_tiers(office)
    sale = a_sale(office)
    exchanged(office, sale.tickets[0].id, method=Method.PIX)
    payment = open_payment(office, sale.id)
    ran(office, OpenCharge(payment.id))
    clock.forward(minutes=31)

    assert ran(office, EndAddition(payment.id)) is JobState.DONE

    assert told(office, sale.code) == [(VIP, "held")]
    assert (balance(office, sale.id), payable(sandbox)) == (5000, [])


def test_the_charge_that_was_replaced_is_closed_at_the_gateway(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    two_tiers(office)
    order = half_in_cash(office)
    first = open_payment(office, order.id)
    ran(office, OpenCharge(first.id))
    extended(office, order.id, method=None)
    second = open_payment(office, order.id)

    assert ran(office, OpenCharge(second.id)) is JobState.DONE
    assert ran(office, CloseCharge(first.id)) is JobState.DONE

    (charge,) = payable(sandbox)
    assert (charge["externalReference"], charge["value"]) == (str(second.id), 160)


def test_an_order_that_ends_with_a_part_of_its_money_waits_for_a_person(
    office: BoxOffice, sandbox: Sandbox, clock: Clock
) -> None:
    two_tiers(office)
    order = half_in_cash(office)
    ran(office, OpenCharge(open_payment(office, order.id).id))
    clock.forward(minutes=31)

    assert ran(office, ExpireOrder(order.id)) is JobState.DONE
    assert again(office, ExpireOrder(order.id)) is JobState.DONE

    assert state_of(office, order.id) is OrderState.NEEDS_REVIEW
    assert (places_left(office)[LOTE], payable(sandbox)) == (3, [])


def test_a_letter_about_the_last_part_confirms_the_order(
    office: BoxOffice, sandbox: Sandbox
) -> None:
    two_tiers(office)
    order = half_in_cash(office)
    payment = open_payment(office, order.id)
    ran(office, OpenCharge(payment.id))
    name = the_payment(office, payment.id).provider_id or ""
    sandbox.pay(name)

    job: ReadLetter = letter(office, {"id": name})
    assert ran(office, job) is JobState.DONE

    assert state_of(office, order.id) is OrderState.PAID
