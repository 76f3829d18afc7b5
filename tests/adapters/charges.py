"""Charges to ask for, and what errors make of them."""

import traceback
from datetime import date
from typing import Any

from boxoffice.adapters.asaas import Asaas
from boxoffice.errors import BoxOfficeError
from boxoffice.money import Money
from boxoffice.payments.provider import Charge, ChargeRequest, Method
from boxoffice.sandbox.ledger import Sandbox

CPF = "390.533.447-05"


def a_request(**changes: Any) -> ChargeRequest:
    given: dict[str, Any] = {
        "reference": "attempt-1",
        "method": Method.PIX,
        "amount": Money(12_990),
        "due_on": date(2099, 3, 12),
        "description": "Order K7QX2M, 2 tickets",
        "buyer_name": "Rita Nogueira",
        "buyer_document": CPF,
        "buyer_email": "rita@example.com",
    }
    return ChargeRequest(**{**given, **changes})


def a_charge(asaas: Asaas, **changes: Any) -> Charge:
    return asaas.open_charge(a_request(**changes))


def look(asaas: Asaas, charge: Charge) -> Charge:
    found = asaas.look_up(charge.provider_id)
    assert found is not None
    return found


def a_paid(asaas: Asaas, sandbox: Sandbox, method: Method = Method.PIX) -> Charge:
    opened = a_charge(asaas, method=method)
    sandbox.pay(opened.provider_id)
    return opened


def everything_said(error: BoxOfficeError) -> str:
    """What any screen or log could make of an error, its trace and its causes included."""
    trace = "".join(traceback.format_exception(error))
    return f"{trace}{error.message}{error.hint}{error.details}{error!r}"
