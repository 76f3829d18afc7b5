"""What the gateway takes away, or gives again, reaches order, tickets, refunds and places once."""

from dataclasses import replace

import pytest

from boxoffice.door.rules import Verdict
from boxoffice.errors import BadValue
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import DeliverTickets, SendRefund
from boxoffice.outbox.models import Job
from boxoffice.payments.models import Payment, PaymentState, RefundState, Stray
from boxoffice.payments.provider import ChargeState, GivenBack, GivenBackState, Method
from tasks.payments import settled
from tests.making import codes_of, counts, rows, shown_at, the_order
from tests.payments.charged import Charged, looked
from tests.payments.refunding import refunded
from tests.payments.truth import Truth
from tests.tasks.charging import called_off

PENDING = GivenBack(Money(20_000), GivenBackState.PENDING, "panel", "", "2026-11-23 10:00:00")
DONE = replace(PENDING, state=GivenBackState.DONE)


@pytest.fixture
def paid(office: BoxOffice, truth: Truth) -> Charged:
    charged = Charged(office, truth)
    charged.is_paid()
    return charged


def test_a_refund_made_at_the_gateway_ends_the_order_once(paid: Charged) -> None:
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDED, refunds=(DONE,))
    paid.told()
    before = counts(paid.office)
    paid.told()

    assert counts(paid.office) == before
    assert (paid.state, paid.payment.state) == (OrderState.REFUNDED, PaymentState.REFUNDED)
    assert paid.refunds == [(20_000, RefundState.DONE)]
    assert (paid.tickets, paid.left) == ({"void": 2}, 5)


def test_a_refund_of_which_only_the_word_is_told_ends_the_order_too(paid: Charged) -> None:
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDED)
    paid.told()

    assert paid.refunds == [(20_000, RefundState.DONE)]
    assert (paid.state, paid.left) == (OrderState.REFUNDED, 5)


def test_part_of_it_given_back_at_the_gateway_leaves_the_tickets(paid: Charged) -> None:
    paid.truth.change(paid.charge_id, refunds=(replace(DONE, amount=Money(5_000)),))
    paid.told()

    assert paid.state is OrderState.PARTLY_REFUNDED
    assert (paid.tickets, paid.left) == ({"valid": 2}, 3)
    assert paid.payment.refunded_minor == 5_000


def test_a_refund_on_its_way_takes_nothing_until_it_is_done(paid: Charged) -> None:
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDING, refunds=(PENDING,))
    paid.told()
    before = paid.state, paid.refunds
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDED, refunds=(DONE,))
    paid.told()

    assert before == (OrderState.PAID, [(20_000, RefundState.SENT)])
    assert (paid.state, paid.refunds) == (OrderState.REFUNDED, [(20_000, RefundState.DONE)])


def test_a_refund_that_the_gateway_denies_leaves_the_order_paid(paid: Charged) -> None:
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDING)
    paid.told()
    paid.truth.change(paid.charge_id, state=ChargeState.SETTLED)

    assert paid.told() == "settled"

    assert (paid.state, paid.payment.refunded_minor) == (OrderState.PAID, 0)
    assert paid.refunds == [(20_000, RefundState.FAILED)]


def test_a_dispute_stops_its_tickets_and_a_won_one_frees_them_without_a_mail(
    paid: Charged,
) -> None:
    (code, _) = codes_of(the_order(paid.office, paid.order.code))
    paid.truth.change(paid.charge_id, state=ChargeState.DISPUTED, was_disputed=True)
    paid.told()
    stopped = shown_at(paid.office, code).verdict
    mails = [job.kind for job in rows(paid.office, Job)].count(DeliverTickets.kind)
    paid.truth.change(paid.charge_id, state=ChargeState.DISPUTE_WON)
    paid.told()
    waiting = paid.state
    paid.truth.change(paid.charge_id, state=ChargeState.PAID)

    assert paid.told() == "dispute won"

    assert (stopped, waiting) == (Verdict.BLOCKED, OrderState.DISPUTED)
    assert (paid.state, paid.payment.state) == (OrderState.PAID, PaymentState.PAID)
    assert [job.kind for job in rows(paid.office, Job)].count(DeliverTickets.kind) == mails
    assert paid.tickets == {"valid": 2}


@pytest.mark.parametrize("is_told_of_the_dispute", [True, False])
def test_a_lost_dispute_ends_the_order_and_frees_its_places_once(
    paid: Charged, *, is_told_of_the_dispute: bool
) -> None:
    (code, _) = codes_of(the_order(paid.office, paid.order.code))
    paid.truth.change(paid.charge_id, state=ChargeState.DISPUTED, was_disputed=True)
    if is_told_of_the_dispute:
        paid.told()
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDED)
    paid.told()
    paid.told()

    assert (paid.state, paid.payment.state) == (
        OrderState.CHARGED_BACK,
        PaymentState.CHARGED_BACK,
    )
    assert (paid.tickets, paid.left) == ({"void": 2}, 5)
    assert paid.refunds == [(20_000, RefundState.DONE)]
    assert shown_at(paid.office, code).verdict is Verdict.CHARGED_BACK


def test_cash_that_was_marked_as_paid_goes_back_by_hand(office: BoxOffice, truth: Truth) -> None:
    charged = Charged(office, truth)
    truth.change(charged.charge_id, state=ChargeState.IN_CASH, paid=Money(20_000))
    charged.told()
    with pytest.raises(BadValue, match="proof"):
        refunded(office, charged.order.id, proof="")

    refunded(office, charged.order.id)

    assert charged.refunds == [(20_000, RefundState.BY_HAND)]
    assert SendRefund.kind not in {job.kind for job in rows(office, Job)}
    assert charged.state is OrderState.REFUNDED


def test_cash_that_was_marked_as_paid_and_then_not_is_for_a_person(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    truth.change(charged.charge_id, state=ChargeState.IN_CASH, paid=Money(20_000))
    charged.told()
    before = charged.state, charged.payment.is_in_cash
    truth.change(charged.charge_id, state=ChargeState.WAITING, paid=Money(0))

    assert charged.told() == "cash undone"

    assert before == (OrderState.PAID, True)
    assert charged.state is OrderState.NEEDS_REVIEW
    assert (charged.payment.paid_minor, charged.payment.state) == (0, PaymentState.WAITING)


def test_a_charge_that_is_brought_back_can_be_paid_while_its_order_waits(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    truth.close_charge(charged.charge_id)
    charged.told()
    closed = charged.payment.state
    truth.restore_charge(charged.charge_id)

    assert charged.told() == "open again"

    assert (closed, charged.payment.state) == (PaymentState.CLOSED, PaymentState.WAITING)


def test_a_second_charge_that_is_paid_is_kept_and_goes_back_whole(paid: Charged) -> None:
    paid.truth.add("pay_copy", str(paid.payment_id), Money(20_000))
    paid.truth.pays("pay_copy")
    paid.told("pay_copy")
    paid.told("pay_copy")

    assert paid.state is OrderState.PAID
    assert paid.refunds == [(20_000, RefundState.REQUESTED)]
    assert sum(row.paid_minor for row in rows(paid.office, Payment)) == 40_000
    assert [job.kind for job in rows(paid.office, Job)].count(SendRefund.kind) == 1
    assert paid.tickets == {"valid": 2}


def test_money_with_a_reference_that_nobody_knows_is_kept_as_a_stray(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    truth.add("pay_other", "shop-77", Money(5_000))
    truth.pays("pay_other")

    assert charged.told("pay_other") == "money without its payment"
    assert charged.told("pay_other") == "money without its payment"

    assert [row.paid_minor for row in rows(office, Stray)] == [5_000]


def test_a_plan_is_paid_when_its_last_part_is(office: BoxOffice, truth: Truth) -> None:
    charged = Charged(office, truth, Method.CARD)
    half = Money(10_000)
    truth.change(charged.charge_id, plan="ins_1", amount=half)
    truth.add("pay_part_2", str(charged.payment_id), half)
    truth.change("pay_part_2", plan="ins_1")
    truth.pays(charged.charge_id, ChargeState.PAID)
    looked(charged, charged.charge_id)
    half_way = charged.state
    truth.pays("pay_part_2", ChargeState.PAID)
    looked(charged, "pay_part_2")

    assert half_way is OrderState.PLACED
    assert (charged.state, charged.payment.paid_minor) == (OrderState.PAID, 20_000)
    assert len(rows(office, Payment)) == 1


def test_late_money_goes_back_by_itself_where_the_event_says_so(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth, late_payment="refund")
    called_off(office, charged.order.id)
    charged.is_paid()

    assert charged.state is OrderState.REFUNDED
    assert charged.refunds == [(20_000, RefundState.REQUESTED)]
    assert charged.left == 5


def test_money_for_an_order_that_was_given_back_is_for_a_person(paid: Charged) -> None:
    paid.truth.change(paid.charge_id, state=ChargeState.REFUNDED, refunds=(DONE,))
    paid.told()
    paid.truth.add("pay_copy", str(paid.payment_id), Money(20_000))
    paid.truth.pays("pay_copy")
    paid.told("pay_copy")

    assert paid.state is OrderState.NEEDS_REVIEW
    assert (paid.tickets, paid.left) == ({"void": 2}, 5)


def test_what_was_looked_at_before_the_last_answer_is_old_news(paid: Charged) -> None:
    looked_at = paid.office.now()
    old = paid.truth.charges[paid.charge_id]
    paid.office.now.forward(seconds=1)  # type: ignore[attr-defined]  # the clock of the tests
    paid.truth.change(paid.charge_id, state=ChargeState.DISPUTED, was_disputed=True)
    paid.told()

    with paid.office.writing() as session:
        said = settled(paid.office, session, old, looked_at=looked_at)

    assert (said, paid.state) == ("overtaken", OrderState.DISPUTED)
