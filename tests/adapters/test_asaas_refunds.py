"""The adapter for Asaas: money back, disputes and cash, over a real socket, against the sandbox."""

from datetime import date

import pytest

from boxoffice.adapters.asaas import Asaas
from boxoffice.errors import ChargeRefused, GatewaySilent
from boxoffice.money import Money
from boxoffice.payments.provider import ChargeState, GivenBackState, Method
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from tests.adapters.charges import a_charge, a_paid, look


def test_a_refund_in_part_and_then_of_the_rest_gives_all_back(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    paid = a_paid(asaas, sandbox)

    part = asaas.refund(paid.provider_id, Money(4_000), description="one ticket")
    rest = asaas.refund(paid.provider_id, Money(8_990), description="the other")

    assert (part.state, rest.state) == (ChargeState.SETTLED, ChargeState.REFUNDED)
    assert [(back.amount, back.state) for back in rest.refunds] == [
        (Money(4_000), GivenBackState.DONE),
        (Money(8_990), GivenBackState.DONE),
    ]
    assert rest.refunds[0].description == "one ticket"
    assert rest.refunds[0].made_at


def test_more_than_was_paid_is_not_given_back(asaas: Asaas, sandbox: Sandbox) -> None:
    paid = a_paid(asaas, sandbox)
    asaas.refund(paid.provider_id, Money(12_000), description="most of it")

    with pytest.raises(ChargeRefused):
        asaas.refund(paid.provider_id, Money(991), description="too much")


def test_a_refund_without_balance_is_refused_and_leaves_none(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    paid = a_paid(asaas, sandbox)
    sandbox.board.set(Faults(refund_denied=1))

    with pytest.raises(ChargeRefused):
        asaas.refund(paid.provider_id, Money(12_990), description="all of it")

    assert look(asaas, paid).refunds == ()


def test_a_refund_that_waits_for_approval_says_for_whose(asaas: Asaas, sandbox: Sandbox) -> None:
    paid = a_paid(asaas, sandbox)
    sandbox.board.set(Faults(refund_stuck=1))

    stuck = asaas.refund(paid.provider_id, Money(12_990), description="all of it")
    sandbox.release(paid.provider_id)
    done = look(asaas, paid)

    assert stuck.refunds[0].state is GivenBackState.PENDING
    assert stuck.refunds[0].waits_for == "AWAITING_CRITICAL_ACTION_AUTHORIZATION"
    assert stuck.state is ChargeState.REFUNDING
    assert (done.state, done.refunds[0].state) == (ChargeState.REFUNDED, GivenBackState.DONE)


def test_after_a_refund_without_an_answer_the_refund_is_seen(
    asaas: Asaas, impatient: Asaas, sandbox: Sandbox
) -> None:
    paid = a_paid(asaas, sandbox)
    sandbox.board.set(Faults(timeout_after_refund=1))

    with pytest.raises(GatewaySilent):
        impatient.refund(paid.provider_id, Money(4_000), description="one ticket")

    assert [back.amount for back in look(asaas, paid).refunds] == [Money(4_000)]


def test_a_boleto_is_given_back_on_a_page_for_its_payer(asaas: Asaas, sandbox: Sandbox) -> None:
    paid = a_paid(asaas, sandbox, Method.BOLETO)
    with pytest.raises(ChargeRefused):
        asaas.refund(paid.provider_id, Money(12_990), description="all of it")

    page = asaas.boleto_refund_page(paid.provider_id)
    again = asaas.boleto_refund_page(paid.provider_id)
    waiting = look(asaas, paid)
    sandbox.refuse(paid.provider_id)

    assert page == again
    assert page.startswith("https://")
    assert [back.waits_for for back in waiting.refunds] == [
        "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION"
    ]
    assert look(asaas, paid).refunds[0].state is GivenBackState.CANCELLED
    assert look(asaas, paid).state is ChargeState.PAID


def test_what_was_paid_at_the_counter_cannot_be_paid_again(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_charge(asaas)

    cash = asaas.receive_in_cash(opened.provider_id, Money(12_990), on=date(2027, 3, 10))

    assert (cash.state, cash.paid) == (ChargeState.IN_CASH, Money(12_990))
    assert sandbox.charge(opened.provider_id)["paymentDate"] == "2027-03-10"
    assert not asaas.close_charge(opened.provider_id)


def test_a_dispute_is_remembered_after_it_is_won(asaas: Asaas, sandbox: Sandbox) -> None:
    paid = a_paid(asaas, sandbox, Method.CARD)
    sandbox.dispute(paid.provider_id)
    disputed = look(asaas, paid)
    sandbox.win(paid.provider_id)
    won = look(asaas, paid)

    assert (disputed.state, disputed.paid) == (ChargeState.DISPUTED, Money(12_990))
    assert (won.state, won.was_disputed) == (ChargeState.PAID, True)
    assert not paid.was_disputed
