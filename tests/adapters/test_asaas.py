"""The adapter for Asaas, over a real socket, against the sandbox."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from boxoffice.adapters.asaas import Asaas
from boxoffice.adapters.asaas_line import PAGE_SIZE
from boxoffice.errors import ChargeRefused
from boxoffice.money import Money
from boxoffice.payments.provider import ChargeState, Method, Provider
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from tests.adapters.charges import a_charge
from tests.adapters.conftest import Answer


def test_it_is_a_provider(asaas: Asaas) -> None:
    provider: Provider = asaas

    assert provider.name == "asaas"


def test_a_pix_charge_comes_with_its_copy_and_paste_text(asaas: Asaas) -> None:
    charge = a_charge(asaas)

    assert charge.state is ChargeState.WAITING
    assert charge.reference == "attempt-1"
    assert (charge.amount, charge.paid) == (Money(12_990), Money(0))
    assert charge.pix_payload is not None
    assert charge.pix_payload.startswith("000201")
    assert charge.boleto_line is None
    assert charge.invoice_url == charge.raw["invoiceUrl"]


def test_a_boleto_charge_comes_with_its_line(asaas: Asaas) -> None:
    charge = a_charge(asaas, method=Method.BOLETO)

    assert charge.boleto_line is not None
    assert len(charge.boleto_line) == 47
    assert charge.boleto_line.isdecimal()
    assert charge.pix_payload is None


def test_a_card_charge_is_paid_on_the_invoice_page(asaas: Asaas) -> None:
    charge = a_charge(asaas, method=Method.CARD)

    assert charge.raw["billingType"] == "CREDIT_CARD"
    assert charge.invoice_url is not None
    assert (charge.pix_payload, charge.boleto_line) == (None, None)


def test_a_known_buyer_is_not_created_again(asaas: Asaas, sandbox: Sandbox) -> None:
    first = a_charge(asaas)
    second = a_charge(asaas, reference="attempt-2", buyer_document="39053344705")

    assert second.raw["customer"] == first.raw["customer"]
    assert sandbox.customers({})["totalCount"] == 1
    assert sandbox.customers({})["data"][0]["notificationDisabled"] is True


def test_two_buyers_are_two_customers(asaas: Asaas, sandbox: Sandbox) -> None:
    a_charge(asaas)
    a_charge(asaas, reference="attempt-2", buyer_document="12.ABC.345/01DE-35", buyer_email="")

    documents = [row["cpfCnpj"] for row in sandbox.customers({})["data"]]
    assert documents == ["39053344705", "12ABC34501DE35"]


@pytest.mark.parametrize(
    "changes",
    [{"amount": Money(499)}, {"amount": Money(9_900, "USD")}, {"buyer_document": "-"}],
)
def test_what_cannot_be_charged_is_refused_before_the_call(
    asaas: Asaas, sandbox: Sandbox, changes: dict[str, Any]
) -> None:
    with pytest.raises(ChargeRefused):
        a_charge(asaas, **changes)

    assert not sandbox.calls


@pytest.mark.parametrize("minor", [500, 510, 529, 1_010, 12_990, 13_000, 110_030, 99_999_999_999])
def test_every_cent_arrives_and_comes_back(asaas: Asaas, sandbox: Sandbox, minor: int) -> None:
    charge = a_charge(asaas, amount=Money(minor))

    assert sandbox.charge(charge.provider_id)["value"] == Decimal(minor) / 100
    assert charge.amount == Money(minor)
    assert not isinstance(charge.raw["netValue"], float)


@pytest.mark.parametrize(
    ("value", "minor"),
    [("129.9", 12_990), ("129.90", 12_990), ("130", 13_000), ("1100.3", 110_030), ("0.1", 10)],
)
def test_an_amount_is_read_digit_by_digit(
    asaas: Asaas, answer: Answer, value: str, minor: int
) -> None:
    answer(f'{{"id":"pay_1","status":"RECEIVED","value":{value}}}')

    charge = asaas.look_up("pay_1")

    assert charge is not None
    assert (charge.amount, charge.paid) == (Money(minor), Money(minor))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PENDING", ChargeState.WAITING),
        ("OVERDUE", ChargeState.WAITING),
        ("DUNNING_REQUESTED", ChargeState.WAITING),
        ("AWAITING_RISK_ANALYSIS", ChargeState.REVIEWING),
        ("AUTHORIZED", ChargeState.REVIEWING),
        ("CONFIRMED", ChargeState.PAID),
        ("RECEIVED", ChargeState.SETTLED),
        ("DUNNING_RECEIVED", ChargeState.SETTLED),
        ("RECEIVED_IN_CASH", ChargeState.IN_CASH),
        ("REFUND_REQUESTED", ChargeState.REFUNDING),
        ("REFUND_IN_PROGRESS", ChargeState.REFUNDING),
        ("REFUNDED", ChargeState.REFUNDED),
        ("CHARGEBACK_REQUESTED", ChargeState.DISPUTED),
        ("CHARGEBACK_DISPUTE", ChargeState.DISPUTED),
        ("AWAITING_CHARGEBACK_REVERSAL", ChargeState.DISPUTE_WON),
        ("MOONLIT", ChargeState.OTHER),
    ],
)
def test_each_status_means_one_state(
    asaas: Asaas, answer: Answer, status: str, state: ChargeState
) -> None:
    answer(f'{{"id":"pay_1","status":"{status}","value":10}}')

    charge = asaas.look_up("pay_1")

    assert charge is not None
    assert charge.state is state


def test_interest_is_paid_but_was_not_asked_for(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_charge(asaas)
    sandbox.pay(opened.provider_id, Decimal("131.20"))

    charge = asaas.look_up(opened.provider_id)

    assert charge is not None
    assert (charge.amount, charge.paid) == (Money(12_990), Money(13_120))


def test_pix_is_settled_at_once_and_boleto_is_paid_first(asaas: Asaas, sandbox: Sandbox) -> None:
    pix = a_charge(asaas)
    boleto = a_charge(asaas, reference="attempt-2", method=Method.BOLETO)
    sandbox.pay(pix.provider_id)
    sandbox.pay(boleto.provider_id)

    states = [asaas.look_up(charge.provider_id) for charge in (pix, boleto)]
    assert [charge and charge.state for charge in states] == [ChargeState.SETTLED, ChargeState.PAID]


def test_an_unknown_id_is_none_however_it_is_spelt(asaas: Asaas) -> None:
    opened = a_charge(asaas)

    assert asaas.look_up("pay_nowhere") is None
    assert asaas.look_up(f"{opened.provider_id}?limit=1") is None


@pytest.mark.parametrize("content", ["", '{"errors":[{"code":"not_found"}]}'])
def test_a_404_of_the_gateway_is_none(asaas: Asaas, answer: Answer, content: str) -> None:
    answer(content, 404)

    assert asaas.look_up("pay_1") is None


def test_an_unpaid_charge_is_closed_and_closing_it_again_is_the_same(asaas: Asaas) -> None:
    opened = a_charge(asaas)

    assert asaas.close_charge(opened.provider_id)
    assert asaas.close_charge(opened.provider_id)
    closed = asaas.look_up(opened.provider_id)
    assert closed is not None
    assert closed.state is ChargeState.CLOSED


def test_a_paid_charge_is_not_closed(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_charge(asaas)
    sandbox.pay(opened.provider_id)

    assert not asaas.close_charge(opened.provider_id)


def test_money_that_was_on_its_way_shows_on_a_deleted_charge(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    opened = a_charge(asaas)
    assert asaas.close_charge(opened.provider_id)
    sandbox.pay(opened.provider_id)

    charge = asaas.look_up(opened.provider_id)

    assert charge is not None
    assert charge.raw["deleted"] is True
    assert (charge.state, charge.paid) == (ChargeState.SETTLED, Money(12_990))


def test_charges_of_other_references_are_passed_over(asaas: Asaas, sandbox: Sandbox) -> None:
    for number in range(3):
        a_charge(asaas, reference=f"attempt-{number}")
    sandbox.board.set(Faults(filters_ignored=True))

    found = asaas.find_charges("attempt-1")

    assert [charge.reference for charge in found] == ["attempt-1"]
    assert asaas.find_charges("attempt-7") == []


def test_a_charge_behind_the_first_page_is_found(asaas: Asaas, sandbox: Sandbox) -> None:
    wanted = a_charge(asaas, reference="wanted")
    more = {"billingType": "PIX", "value": 10, "dueDate": "2099-03-12"}
    for _ in range(2 * PAGE_SIZE):
        sandbox.create_charge({"customer": wanted.raw["customer"], **more})
    sandbox.board.set(Faults(filters_ignored=True))
    sandbox.calls.clear()

    found = asaas.find_charges("wanted")

    assert [charge.provider_id for charge in found] == [wanted.provider_id]
    assert sandbox.calls["GET /v3/payments"] == 3


def test_found_charges_that_cannot_be_paid_come_without_codes(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    for method in (Method.PIX, Method.BOLETO):
        sandbox.pay(a_charge(asaas, method=method).provider_id)
    sandbox.calls.clear()

    found = asaas.find_charges("attempt-1")

    assert [(charge.pix_payload, charge.boleto_line) for charge in found] == [(None, None)] * 2
    assert list(sandbox.calls) == ["GET /v3/payments"]


def test_hanging_up_is_not_the_end(asaas: Asaas) -> None:
    opened = a_charge(asaas)
    asaas.close()

    assert asaas.look_up(opened.provider_id) is not None


def test_threads_have_lines_of_their_own_and_all_are_hung_up(asaas: Asaas) -> None:
    opened = a_charge(asaas)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(asaas.look_up, [opened.provider_id] * 40))

    assert [charge and charge.provider_id for charge in found] == [opened.provider_id] * 40
    asaas.close()
    assert asaas.look_up(opened.provider_id) is not None
