"""The gateway and our books are compared both ways: what can be mended is, the rest is told."""

from datetime import date

import pytest

from boxoffice.errors import Forbidden, GatewaySilent
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import Reconcile, SendRefund
from boxoffice.outbox.models import JobState
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.models import RefundState
from boxoffice.payments.provider import ChargeState
from boxoffice.payments.stray import disown
from tasks.reconciling import Reconciled, reconcile
from tests.making import DOOR, Clock, counts
from tests.payments.charged import Charged
from tests.payments.refunding import refunded
from tests.payments.truth import Truth
from tests.tasks.charging import called_off
from tests.tasks.working import again, ran

SINCE = date(2026, 11, 20)


def ran_now(office: BoxOffice, **more: int) -> Reconciled:
    return reconcile(office, office.actor, since=SINCE, **more)


def kinds(done: Reconciled) -> list[Kind]:
    return [one.kind for one in done.exceptions]


def test_money_whose_letters_were_lost_is_found_and_the_order_paid(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    truth.pays(charged.charge_id)

    done = ran_now(office)

    assert (done.mended, done.agree) == ((charged.charge_id,), True)
    assert charged.state is OrderState.PAID


def test_where_all_agrees_nothing_is_written(office: BoxOffice, truth: Truth) -> None:
    Charged(office, truth).is_paid()
    before = counts(office)

    done = ran_now(office)

    assert (done.mended, done.exceptions, done.charge_count) == ((), (), 1)
    assert counts(office) == before


def test_reconcile_twice_is_once(office: BoxOffice, truth: Truth) -> None:
    charged = Charged(office, truth)
    truth.pays(charged.charge_id)
    job = Reconcile("2026-11-22T15:00")
    first = ran(office, job)
    before = counts(office)

    assert (first, again(office, job)) == (JobState.DONE, JobState.DONE)
    assert counts(office) == before


def test_a_charge_of_a_reference_nobody_knows_is_told_until_it_is_disowned(
    office: BoxOffice, truth: Truth
) -> None:
    Charged(office, truth)
    truth.add("pay_other", "shop-77", Money(5_000))
    truth.pays("pay_other")
    first = ran_now(office)
    with office.writing() as session:
        disown(session, office.actor, "pay_other", note="the shop", now=office.now())

    assert kinds(first) == [Kind.STRAY]
    assert first.exceptions[0].mend == "boxoffice payment disown pay_other --note …"
    assert ran_now(office).agree


def test_other_income_of_the_account_is_no_exception(office: BoxOffice, truth: Truth) -> None:
    Charged(office, truth)
    truth.add("pay_gift", None, Money(5_000))
    truth.pays("pay_gift")

    assert ran_now(office).agree


def test_a_payment_whose_charge_the_gateway_does_not_have_is_told(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    charged.is_paid()
    del truth.charges[charged.charge_id]

    done = ran_now(office)

    assert [(one.kind, one.subject) for one in done.exceptions] == [(Kind.LOST, charged.order.code)]


def test_money_after_a_lost_dispute_is_told_and_never_taken_for_a_sale(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    charged.is_paid()
    truth.change(charged.charge_id, state=ChargeState.REFUNDED, was_disputed=True)
    charged.told()
    truth.change(charged.charge_id, state=ChargeState.SETTLED)

    done = ran_now(office)

    assert kinds(done) == [Kind.STATE]
    assert charged.state is OrderState.CHARGED_BACK


def test_a_surplus_and_a_refused_refund_are_told_with_what_mends_them(
    office: BoxOffice, truth: Truth
) -> None:
    charged = Charged(office, truth)
    truth.change(charged.charge_id, amount=Money(20_500))
    charged.is_paid()
    surplus = ran_now(office)
    truth.refuses = {"refund"}
    sent = refunded(office, charged.order.id, amount=500, proof="").refund_ids
    ran(office, SendRefund(sent[0]))
    refused = ran_now(office)

    assert [(one.kind, one.amount.minor) for one in surplus.exceptions] == [(Kind.SURPLUS, 500)]
    assert surplus.exceptions[0].mend.endswith("--amount 5.00 --yes")
    assert set(kinds(refused)) == {Kind.SURPLUS, Kind.REFUND_FAILED}
    assert charged.refunds == [(500, RefundState.FAILED)]


def test_an_order_for_a_person_to_decide_stays_told(office: BoxOffice, truth: Truth) -> None:
    charged = Charged(office, truth, late_payment="review")
    called_off(office, charged.order.id)
    truth.pays(charged.charge_id)

    done = ran_now(office)

    assert (charged.state, kinds(done)) == (OrderState.NEEDS_REVIEW, [Kind.REVIEW])


def test_a_run_asks_no_more_than_it_may_and_says_that_it_has_not_seen_all(
    office: BoxOffice, truth: Truth
) -> None:
    Charged(office, truth)
    truth.calls.clear()

    done = ran_now(office, requests_max=3)

    assert truth.calls == ["list"] * 3
    assert kinds(done) == [Kind.UNSEEN]


def test_an_open_payment_near_its_end_is_asked_for_by_its_id(
    office: BoxOffice, truth: Truth, clock: Clock
) -> None:
    charged = Charged(office, truth)
    truth.pays(charged.charge_id)
    paid = truth.charges.pop(charged.charge_id)
    truth.meanwhile = lambda call: truth.charges.update(
        {paid.provider_id: paid} if call == "look" else {}
    )
    clock.forward(minutes=25)

    assert ran_now(office).mended == (charged.charge_id,)
    assert charged.state is OrderState.PAID


def test_a_silent_gateway_is_no_answer(office: BoxOffice, truth: Truth) -> None:
    Charged(office, truth)
    truth.dies_after = {"list"}

    with pytest.raises(GatewaySilent):
        ran_now(office)


def test_who_works_the_door_does_not_reconcile(office: BoxOffice, truth: Truth) -> None:
    del truth
    with pytest.raises(Forbidden):
        reconcile(office, DOOR, since=SINCE)
