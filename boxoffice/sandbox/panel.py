"""The sandbox's control panel, from outside."""

from typing import Any
from urllib.parse import quote

import httpx

from boxoffice.errors import BadValue, NotFound, Refused, Unavailable
from boxoffice.sandbox.faults import fault_of
from boxoffice.sandbox.wire import Row, to_json

_TIMEOUT_SECONDS = 10


def pay(url: str, charge: str, **how: Any) -> str:
    """Pay a charge as a buyer would, and return its status.

    `how` may name a `value` in reais, a `method`, and whether it is `late`.

    Raises:
        Unavailable: no sandbox listens at `url`.
        NotFound: it has no such charge.
        Refused: the charge cannot be paid any more, or not by that method.
    """
    answer = _call("POST", url, f"pay/{quote(charge, safe='')}", how)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise NotFound("charge", charge[:60])
    if answer.status_code != httpx.codes.OK:
        raise Refused(
            f"the charge {charge[:60]} cannot be paid so: {_reason(answer)}",
            hint="it may be paid already, or take no such method",
        )
    return str(_row(url, answer)["status"])


def set_faults(url: str, faults: list[str], *, is_clear: bool = False) -> list[Row]:
    """Order misbehaviour by `NAME` or `NAME=VALUE`, and return every knob as it stands then.

    With `is_clear`, all other knobs are turned off first.

    Raises:
        Unavailable: no sandbox listens at `url`.
        BadValue: a fault is unknown, or its value not of its kind.
    """
    knobs = read(faults)
    if knobs or is_clear:
        answer = _call("POST" if is_clear else "PATCH", url, "faults", knobs)
        if answer.status_code != httpx.codes.OK:
            raise BadValue("fault", f"cannot be set: {_reason(answer)}", hint=_HINT)
    rows: list[Row] = _row(url, _call("GET", url, "faults", None))["data"]
    return rows


def read(faults: list[str]) -> dict[str, Any]:
    """Read `NAME` and `NAME=VALUE` as knobs by name.

    Raises:
        BadValue: a fault is unknown, or a switch neither on nor off.
    """
    try:
        return dict(fault_of(text) for text in faults)
    except ValueError as error:
        raise BadValue("fault", f"cannot be read: {error}.", hint=_HINT) from None


_HINT = "see them all: boxoffice sandbox fault --list"


def _call(method: str, url: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
    content = None if body is None else to_json(body)
    try:
        return httpx.request(
            method, f"{url.rstrip('/')}/sandbox/{path}", content=content, timeout=_TIMEOUT_SECONDS
        )
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise _nobody(url) from error


def _row(url: str, answer: httpx.Response) -> Row:
    try:
        row = answer.json()
    except ValueError:
        raise _nobody(url) from None
    if answer.status_code != httpx.codes.OK or not isinstance(row, dict):
        raise _nobody(url)
    return row


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["errors"][0]["description"])
    except (ValueError, LookupError, TypeError):
        return f"status {answer.status_code}."


def _nobody(url: str) -> Unavailable:
    return Unavailable(f"no sandbox answers at {url}.", hint="start it: boxoffice sandbox asaas")
