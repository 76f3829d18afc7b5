"""What Asaas writes and what it means: JSON with exact amounts, its errors, its charges."""

import json
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NoReturn

import httpx

from boxoffice.errors import BoxOfficeError, ChargeRefused, GatewaySilent, Misconfigured
from boxoffice.money import MINOR_MAX, Money
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.text import shown

_MAJOR_MAX = MINOR_MAX // 100
RETRY_SECONDS_MAX = 12 * 60 * 60.0  # the longest quota window there is

_STATES = {
    "PENDING": ChargeState.WAITING,
    "OVERDUE": ChargeState.WAITING,  # a PIX QR can be paid for twelve more months
    "AWAITING_RISK_ANALYSIS": ChargeState.WAITING,
    "AUTHORIZED": ChargeState.WAITING,
    "CONFIRMED": ChargeState.PAID,
    "RECEIVED": ChargeState.SETTLED,
    "RECEIVED_IN_CASH": ChargeState.SETTLED,
    "DUNNING_RECEIVED": ChargeState.SETTLED,
    "REFUNDED": ChargeState.REFUNDED,
}


def to_json(fields: Mapping[str, str | bool | Decimal]) -> bytes:
    """Write a flat object whose amounts are the very digits of the `Decimal`: never a float."""
    pairs = []
    for name, value in fields.items():
        text = f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)
        pairs.append(f"{json.dumps(name)}:{text}")
    return ("{" + ",".join(pairs) + "}").encode()


def read_answer(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object of an answer, amounts as `Decimal`; `None` when it is none."""
    try:
        answer = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def problem_of(response: httpx.Response, answer: dict[str, Any] | None) -> BoxOfficeError:
    """Return what an answer other than a readable 200 means.

    `ChargeRefused` is a definite no, with `vendor_code` and the HTTP `status` in its details;
    `Misconfigured` blames our key or address; after `GatewaySilent` the call may have happened.
    """
    status = response.status_code
    vendor_code, description = _first_error(answer)
    said = description or vendor_code or f"status {status}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        wait = _reset_seconds(response)
        return GatewaySilent("Asaas asks us to slow down.", retry_seconds=wait, status=status)
    is_key_refused = status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_key_refused or httpx.codes.is_redirect(status):
        return Misconfigured(
            f"Asaas refuses our key or address: {said}.",
            hint="check BOXOFFICE_ASAAS_URL, the key, and the list of allowed IP addresses",
            vendor_code=vendor_code,
            status=status,
        )
    is_missing = status == httpx.codes.NOT_FOUND and not response.content
    if httpx.codes.is_client_error(status) and (vendor_code or is_missing):
        return refusal(f"refused: {said.rstrip('.')}", vendor_code or "not_found", status=status)
    return GatewaySilent(
        "Asaas had a fault of its own.", hint="try again later", status=status, why=said
    )


def _first_error(answer: dict[str, Any] | None) -> tuple[str, str]:
    """Return code and description of the first of `errors`, made inert; empty without one."""
    errors = answer.get("errors") if answer else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return "", ""
    code, description = errors[0].get("code"), errors[0].get("description")
    return shown(str(code or "unknown"), length_max=100), shown(str(description or ""))


def _reset_seconds(response: httpx.Response) -> float | None:
    """Return how long Asaas asks us to wait, between one second and twelve hours."""
    text = response.headers.get("RateLimit-Reset", "")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return None
    return min(max(float(text), 1.0), RETRY_SECONDS_MAX)


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a list.

    Raises:
        GatewaySilent: it is not a list of objects.
    """
    data = answer.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise _unreadable("data")
    return data


def text_of(row: dict[str, Any], field: str) -> str:
    """Return the text of a field that must be there.

    Raises:
        GatewaySilent: it is missing, empty or not text.
    """
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise _unreadable(field)
    return value


def _money(row: dict[str, Any], field: str) -> Money:
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _unreadable(field)
    exact = Decimal(value)
    if abs(exact) > _MAJOR_MAX:
        raise _unreadable(field)
    return Money(int(exact.scaleb(2).quantize(Decimal(1), ROUND_HALF_UP)))


def _unreadable(field: str) -> GatewaySilent:
    return GatewaySilent("Asaas gave an answer that cannot be read.", field=field)


def charge_of(
    row: dict[str, Any], *, pix_payload: str | None = None, boleto_line: str | None = None
) -> Charge:
    """Read a charge in our words.

    Raises:
        GatewaySilent: it lacks what every charge has, or its amounts are not numbers.
    """
    state = _STATES.get(text_of(row, "status"), ChargeState.OTHER)
    # `deleted` is the only sign of a removed charge. Money wins over it: a PIX sent at the
    # instant of the deletion still comes in, and must not look like a closed charge.
    if row.get("deleted") and state is ChargeState.WAITING:
        state = ChargeState.CLOSED
    value = _money(row, "value")
    is_paid = state in {ChargeState.PAID, ChargeState.SETTLED, ChargeState.REFUNDED}
    reference = row.get("externalReference")
    invoice_url = row.get("invoiceUrl")
    return Charge(
        provider_id=text_of(row, "id"),
        reference=None if reference is None else str(reference),
        state=state,
        amount=value if row.get("originalValue") is None else _money(row, "originalValue"),
        paid=value if is_paid else Money(0),
        pix_payload=pix_payload,
        boleto_line=boleto_line,
        invoice_url=None if invoice_url is None else str(invoice_url),
        raw=row,
    )


def refusal(what: str, vendor_code: str, *, status: int | None = None) -> ChargeRefused:
    """Return a definite no, with the vendor's own code for it."""
    return ChargeRefused(f"Asaas {what}.", vendor_code=vendor_code, status=status)
