"""The stand-in for Asaas: its wire and its control panel."""

import time
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from boxoffice.listener.serving import serve
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from tests.sandbox.charges import CPF, a_charge
from tests.sandbox.conftest import a_client


def test_creating_answers_200_with_plain_amounts_and_escaped_slashes(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    customer = sandbox.create_customer({"name": "Rita", "cpfCnpj": CPF})["id"]
    body = f'{{"customer":"{customer}","billingType":"PIX","value":129.90,"dueDate":"2099-03-12"}}'

    answer = client.post("/v3/payments", content=body)

    assert answer.status_code == 200
    assert '"value":129.9,' in answer.text
    assert "https:\\/\\/" in answer.text
    assert answer.json()["status"] == "PENDING"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value": Decimal("4.99")}, "invalid_action"),
        ({"value": "20"}, "invalid_value"),
        ({"value": Decimal("20.001")}, "invalid_value"),
        ({"dueDate": "2020-01-01"}, "invalid_dueDate"),
        ({"dueDate": "soon"}, "invalid_dueDate"),
        ({"billingType": "GOLD"}, "invalid_billingType"),
        ({"customer": "cus_none"}, "invalid_customer"),
    ],
)
def test_a_bad_charge_is_a_400_with_its_code(
    client: httpx.Client, changes: dict[str, Any], code: str
) -> None:
    made = client.post("/v3/customers", json={"name": "Rita", "cpfCnpj": CPF}).json()
    given = {"customer": made["id"], "billingType": "PIX", "value": 20, "dueDate": "2099-03-12"}

    changed = {k: float(v) if isinstance(v, Decimal) else v for k, v in changes.items()}
    answer = client.post("/v3/payments", json={**given, **changed})

    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_the_same_customer_and_the_same_reference_may_come_twice(sandbox: Sandbox) -> None:
    a_charge(sandbox, externalReference="one")
    a_charge(sandbox, externalReference="one")

    assert sandbox.customers({"cpfCnpj": CPF})["totalCount"] == 2
    assert sandbox.charges({"externalReference": "one"})["totalCount"] == 2


def test_a_get_with_a_body_meets_a_page_for_people(client: httpx.Client) -> None:
    answer = client.request("GET", "/v3/payments", content="{}")

    assert answer.status_code == 403
    assert answer.text.startswith("<html>")


def test_a_call_without_key_or_name_is_refused(client: httpx.Client) -> None:
    without_key = client.get("/v3/payments", headers={"access_token": ""})
    without_name = client.get("/v3/payments", headers={"User-Agent": ""})

    assert without_key.status_code == 401
    assert without_key.json()["errors"][0]["code"] == "access_token_not_found"
    assert without_name.status_code == 400


def test_lists_come_in_pages(sandbox: Sandbox, client: httpx.Client) -> None:
    ids = [a_charge(sandbox) for _ in range(5)]

    first = client.get("/v3/payments?limit=3").json()
    last = client.get("/v3/payments?limit=3&offset=3").json()

    assert (first["hasMore"], last["hasMore"]) == (True, False)
    assert [row["id"] for row in first["data"] + last["data"]] == ids[::-1]
    assert first["totalCount"] == 5


def test_charges_are_listed_by_day_and_status(client: httpx.Client, sandbox: Sandbox) -> None:
    paid, _waiting = a_charge(sandbox), a_charge(sandbox)
    sandbox.pay(paid)
    today = sandbox.charge(paid)["dateCreated"]

    window = {"dateCreated[ge]": today, "dateCreated[le]": today, "status": "RECEIVED"}
    inside = client.get("/v3/payments", params=window).json()["data"]
    outside = client.get("/v3/payments", params={"dateCreated[le]": "2020-01-01"}).json()["data"]

    assert [row["id"] for row in inside] == [paid]
    assert outside == []


def test_deletion_is_a_flag_and_can_be_undone(sandbox: Sandbox, client: httpx.Client) -> None:
    charge_id = a_charge(sandbox)

    deleted = client.delete(f"/v3/payments/{charge_id}").json()
    after = client.get(f"/v3/payments/{charge_id}").json()
    again = client.delete(f"/v3/payments/{charge_id}")
    restored = client.post(f"/v3/payments/{charge_id}/restore").json()

    assert deleted == {"deleted": True, "id": charge_id}
    assert (after["deleted"], after["status"]) == (True, "PENDING")
    assert again.status_code == 400
    assert restored["deleted"] is False


def test_the_vendors_own_test_calls_pay_and_let_lapse(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    pix, boleto = a_charge(sandbox), a_charge(sandbox, billingType="BOLETO")

    client.post(f"/v3/sandbox/payment/{pix}/confirm")
    client.post(f"/v3/sandbox/payment/{boleto}/overdue")
    late = client.get(f"/v3/payments/{boleto}/status").json()
    client.post(f"/v3/sandbox/payment/{boleto}/confirm")

    assert client.get(f"/v3/payments/{pix}/status").json() == {"status": "RECEIVED"}
    assert late == {"status": "OVERDUE"}
    assert client.get(f"/v3/payments/{boleto}/status").json() == {"status": "CONFIRMED"}
    assert client.post(f"/v3/sandbox/payment/{pix}/confirm").status_code == 400


def test_days_are_brazilian() -> None:
    late_evening = datetime(2027, 3, 11, 1, 30, tzinfo=UTC)
    with closing(Sandbox(clock=lambda: late_evening)) as sandbox:
        charge_id = a_charge(sandbox, dueDate="2027-03-10")

        assert sandbox.charge(charge_id)["dateCreated"] == "2027-03-10"
        assert sandbox.limits()["creation"]["daily"]["used"] == 1


def test_the_panel_pays_settles_and_counts(sandbox: Sandbox, client: httpx.Client) -> None:
    boleto = a_charge(sandbox, billingType="BOLETO")

    paid = client.post(f"/sandbox/pay/{boleto}", json={"value": 21.5}).json()
    settled = client.post(f"/sandbox/settle/{boleto}").json()
    state = client.get("/sandbox/state").json()

    assert (paid["status"], settled["status"]) == ("CONFIRMED", "RECEIVED")
    assert (paid["value"], paid["originalValue"], paid["interestValue"]) == (21.5, 20, 1.5)
    assert (state["charges"], state["customers"]) == (1, 1)


def test_the_panel_sets_every_knob_and_refuses_what_is_none(client: httpx.Client) -> None:
    client.post("/sandbox/faults", json={"too_many": 1, "reset_seconds": 7})

    refused = client.get("/v3/payments")
    allowed = client.get("/v3/payments")
    bad_name = client.post("/sandbox/faults", json={"too_mnay": 1})
    bad_kind = client.post("/sandbox/faults", json={"too_many": True})

    assert (refused.status_code, refused.headers["RateLimit-Reset"]) == (429, "7")
    assert allowed.status_code == 200
    assert (bad_name.status_code, bad_kind.status_code) == (400, 400)
    assert client.get("/sandbox/state").json()["faults"]["reset_seconds"] == 7


def test_a_held_answer_does_not_keep_the_server_from_stopping(sandbox: Sandbox) -> None:
    charge_id = a_charge(sandbox)
    body = {
        "customer": sandbox.charge(charge_id)["customer"],
        "billingType": "PIX",
        "value": 20,
        "dueDate": "2099-03-12",
    }
    sandbox.board.set(Faults(timeout_after_create=1))
    with serve(create_app(sandbox)) as root, a_client(root) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v3/payments", json=body, timeout=0.2)
        left_at = time.monotonic()

    assert time.monotonic() - left_at < 3
    assert sandbox.charges({})["totalCount"] == 2


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "[" * 100_000, '{"value":1e99999999999999999999}', '{"value":NaN}']
)
def test_a_body_that_makes_no_sense_is_a_400(client: httpx.Client, content: str) -> None:
    answer = client.post("/v3/payments", content=content)

    assert (answer.status_code, list(answer.json())) == (400, ["errors"])
