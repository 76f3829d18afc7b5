"""The stand-in's wire, beside what the vendor's pages and captures show."""

import re

import httpx
import pytest

from boxoffice.sandbox.ledger import Sandbox
from tests.sandbox.charges import CPF, a_charge
from tests.sandbox.conftest import Told

CHARGE = """
    object id dateCreated customer subscription installment checkoutSession paymentLink value
    netValue originalValue interestValue description billingType confirmedDate pixTransaction
    pixQrCodeId status dueDate originalDueDate paymentDate clientPaymentDate installmentNumber
    creditDate estimatedCreditDate invoiceUrl invoiceNumber bankSlipUrl transactionReceiptUrl
    nossoNumero externalReference deleted anticipated anticipable lastInvoiceViewedDate
    lastBankSlipViewedDate discount fine interest split postalService escrow creditCard
    chargeback refunds
""".split()
CUSTOMER = (
    "object id dateCreated name cpfCnpj personType email notificationDisabled deleted".split()
)
REFUND = """
    dateCreated status value endToEndIdentifier description effectiveDate transactionReceiptUrl
    refundedSplits
""".split()
CHARGEBACK = """
    id payment installment customerAccount status reason disputeStartDate value paymentDate
    creditCard disputeStatus deadlineToSendDisputeDocuments
""".split()


def test_a_charge_has_every_field_of_the_vendors(sandbox: Sandbox, client: httpx.Client) -> None:
    row = client.get(f"/v3/payments/{a_charge(sandbox)}").json()

    assert list(row) == CHARGE
    assert re.fullmatch(r"pay_[0-9a-z]{16}", row["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["dateCreated"])
    assert row["discount"] == {
        "value": 0,
        "limitDate": None,
        "dueDateLimitDays": 0,
        "type": "FIXED",
    }


def test_a_customer_has_the_vendors_fields(client: httpx.Client) -> None:
    answer = client.post("/v3/customers", json={"name": "Rita", "cpfCnpj": CPF})

    assert answer.status_code == 200
    assert answer.json().items() >= {"object": "customer", "personType": "FISICA"}.items()
    assert set(CUSTOMER) <= set(answer.json())
    assert re.fullmatch(r"cus_\d{12}", answer.json()["id"])


def test_a_refund_has_the_vendors_fields_and_its_list_is_one(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    charge_id = a_charge(sandbox)
    sandbox.pay(charge_id)
    body = {"value": 5, "description": "one ticket"}
    answer = client.post(f"/v3/payments/{charge_id}/refund", json=body)
    listed = client.get(f"/v3/payments/{charge_id}/refunds").json()

    assert (answer.status_code, answer.json()["object"]) == (200, "payment")
    assert list(answer.json()["refunds"][0]) == REFUND
    assert listed["data"] == answer.json()["refunds"]
    assert (listed["object"], listed["hasMore"], listed["totalCount"]) == ("list", False, 1)


def test_a_chargeback_has_the_vendors_fields(sandbox: Sandbox, client: httpx.Client) -> None:
    charge_id = a_charge(sandbox, billingType="CREDIT_CARD")
    missing = client.get(f"/v3/payments/{charge_id}/chargeback")
    sandbox.pay(charge_id)
    sandbox.dispute(charge_id)
    row = client.get(f"/v3/payments/{charge_id}/chargeback").json()

    assert missing.status_code == 404
    assert list(row) == CHARGEBACK
    assert row["status"] == "REQUESTED"


def test_a_letter_has_the_shape_of_captured_ones(told: Told) -> None:
    a_charge(told.sandbox)

    assert told.events == ["PAYMENT_CREATED"]
    (letter,) = told.letters
    assert list(letter) == ["id", "event", "dateCreated", "account", "payment"]
    assert re.fullmatch(r"evt_[0-9a-f]{32}&\d+", letter["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", letter["dateCreated"])
    assert list(letter["payment"]) == CHARGE


def test_billing_info_is_the_codes_in_one_answer(sandbox: Sandbox, client: httpx.Client) -> None:
    boleto = a_charge(sandbox, billingType="BOLETO")
    info = client.get(f"/v3/payments/{boleto}/billingInfo").json()
    card = client.get(
        f"/v3/payments/{a_charge(sandbox, billingType='CREDIT_CARD')}/billingInfo"
    ).json()

    assert list(info) == ["pix", "creditCard", "bankSlip"]
    assert set(info["pix"]) == {"encodedImage", "payload", "expirationDate", "description"}
    assert len(info["bankSlip"]["barCode"]) == 44
    assert card == {"pix": None, "creditCard": None, "bankSlip": None}


def test_limits_are_told_as_the_vendor_does(client: httpx.Client) -> None:
    assert client.get("/v3/payments/limits").json() == {
        "creation": {"daily": {"limit": 10_000, "used": 0, "wasReached": False}}
    }


def test_a_changed_charge_has_other_codes(sandbox: Sandbox, client: httpx.Client) -> None:
    charge_id = a_charge(sandbox)
    before = client.get(f"/v3/payments/{charge_id}/pixQrCode").json()["payload"]
    changed = client.put(f"/v3/payments/{charge_id}", json={"value": 25.5})
    after = client.get(f"/v3/payments/{charge_id}/pixQrCode").json()["payload"]

    assert (changed.status_code, changed.json()["value"]) == (200, 25.5)
    assert before != after


def test_charges_are_listed_by_the_vendors_filters(sandbox: Sandbox, client: httpx.Client) -> None:
    plan = sandbox.charge(
        a_charge(sandbox, billingType="CREDIT_CARD", installmentCount=2, totalValue=30)
    )["installment"]
    late = a_charge(sandbox, dueDate="2098-01-01")

    of_plan = client.get("/v3/payments", params={"installment": plan}).json()
    due = client.get("/v3/payments", params={"dueDate[le]": "2098-12-31"}).json()
    unpaid = client.get("/v3/payments", params={"paymentDate[ge]": "2020-01-01"}).json()

    assert of_plan["totalCount"] == 2
    assert [row["id"] for row in due["data"]] == [late]
    assert unpaid["data"] == []


@pytest.mark.parametrize("path", ["pay_1", "pay_1/refunds", "pay_1/pixQrCode", "pay_1/chargeback"])
def test_what_is_not_there_is_404_with_an_error(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/v3/payments/{path}")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")
