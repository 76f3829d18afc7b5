"""Charges in a sandbox."""

from typing import Any

from boxoffice.sandbox.ledger import Sandbox

CPF = "39053344705"


def a_charge(sandbox: Sandbox, **changes: Any) -> str:
    customer = sandbox.create_customer({"name": "Rita", "cpfCnpj": CPF})["id"]
    given = {"customer": customer, "billingType": "PIX", "value": 20, "dueDate": "2099-03-12"}
    charge_id: str = sandbox.create_charge({**given, **changes})["id"]
    return charge_id
