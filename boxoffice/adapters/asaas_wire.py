"""What goes over the wire to Asaas and back: JSON with exact amounts, its lists, its errors."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

import httpx

from boxoffice.errors import BoxOfficeError, ChargeRefused, GatewaySilent, Misconfigured
from boxoffice.text import shown

RETRY_SECONDS_MAX = 12 * 60 * 60.0  # the longest quota window there is
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # what no database takes


def to_json(fields: Mapping[str, object]) -> bytes:
    """Write a flat object whose amounts are the very digits of the `Decimal`: never a float."""
    pairs = []
    for name, value in fields.items():
        text = f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)
        pairs.append(f"{json.dumps(name)}:{text}")
    return ("{" + ",".join(pairs) + "}").encode()


def read_answer(content: bytes, *, hidden: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """Return the JSON object of an answer, amounts as `Decimal`; `None` when it is none.

    Texts come without what is `hidden`, however the answer wrote it: an error that quotes our
    key back must not carry it into a log or onto a screen.
    """
    try:
        answer = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
        tidy = _tidy(answer, [secret for secret in hidden if secret])
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return tidy if isinstance(tidy, dict) else None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _tidy(value: object, hidden: list[str]) -> Any:
    """Return a JSON value whose texts can be kept and told."""
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, "(key)")
        return _UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_tidy(name, hidden): _tidy(each, hidden) for name, each in value.items()}
    if isinstance(value, list):
        return [_tidy(each, hidden) for each in value]
    return value


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
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return None
    return min(max(float(text), 1.0), RETRY_SECONDS_MAX)


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a list.

    Raises:
        GatewaySilent: it is not a list of objects.
    """
    data = answer.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise unreadable("data")
    return data


def text_of(row: dict[str, Any], field: str) -> str:
    """Return the text of a field that must be there.

    Raises:
        GatewaySilent: it is missing, empty, not text, or holds what acts on a terminal.
    """
    text = maybe_text(row, field)
    if text is None:
        raise unreadable(field)
    return text


def maybe_text(row: dict[str, Any], field: str) -> str | None:
    """Return the text of a field, or `None` when it has none that can be shown as it is."""
    value = row.get(field)
    return value if isinstance(value, str) and value and shown(value) == value else None


def unreadable(field: str) -> GatewaySilent:
    """Return what an answer means that lacks `field`: the call itself may well have happened."""
    return GatewaySilent("Asaas gave an answer that cannot be read.", field=field)


def refusal(what: str, vendor_code: str, *, status: int | None = None) -> ChargeRefused:
    """Return a definite no, with the vendor's own code for it."""
    return ChargeRefused(f"Asaas {what}.", vendor_code=vendor_code, status=status)
