"""What a listener's refusal means to a desk, in our own words: what it wrote is shown nowhere."""

from types import MappingProxyType

import httpx

from boxoffice.errors import BadValue, BoxOfficeError, Forbidden, LineSilent, NotFound, Refused

_NOT_ALLOWED = MappingProxyType(
    {
        "desk.code": (
            "this code enrols no desk: it is wrong, used, or too old.",
            "ask for a new one: boxoffice desk enrol -e SLUG --name NAME",
        ),
        "approval.wrong": (
            "the supervisor's name or PIN is wrong.",
            "a PIN is set by its owner: boxoffice staff pin",
        ),
        "forbidden": (
            "neither this desk nor that person may do it.",
            "ask somebody whose role may; see them all: boxoffice staff roles",
        ),
    }
)
_NO_SALE = MappingProxyType(
    {
        "till.closed": ("that clerk has no open till.", "boxoffice till open --float AMOUNT"),
        "tier.sold_out": ("it is sold out.", ""),
        "event.sold_out": ("the house is full.", ""),
        "tier.not_on_sale": ("it is not on sale now.", ""),
        "event.not_on_sale": ("the event is not on sale now.", ""),
        "debt.changed": (
            "the order owes another sum by now.",
            "read the ticket again, and ask for what it says then",
        ),
        "state.refused": ("its order has ended, or waits for its money.", "scan it again"),
    }
)


def refusal_of(answer: httpx.Response) -> BoxOfficeError:
    """Return what a status means here. What the listener wrote is shown nowhere but as a case."""
    status, case = answer.status_code, _case(answer)
    if status == httpx.codes.FORBIDDEN and case in _NOT_ALLOWED:
        message, hint = _NOT_ALLOWED[case]
        return Forbidden(message, hint=hint, code=case)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return Forbidden(
            "the listener does not know this desk, or no longer.",
            hint="enrol it again: boxoffice desk enrol CODE --url URL",
            code="desk.unknown",
        )
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return LineSilent("the listener asks us to wait.", hint="try again in a minute")
    if status == httpx.codes.CONFLICT and case in _NO_SALE:
        message, hint = _NO_SALE[case]
        return Refused(message, hint=hint, code=case)
    if status == httpx.codes.CONFLICT:
        return Refused(
            "the listener refused: this scan or journal came before, and was another one.",
            hint="make a new nonce, or enrol the desk again",
            code="listener.refused",
        )
    if status == httpx.codes.NOT_FOUND and case == "ticket.not_found":
        return NotFound("ticket", "of this door by that name", hint="send the guest to the counter")
    if httpx.codes.is_client_error(status):
        return BadValue("the listener", f"made no sense of what this desk sent ({status}).")
    return LineSilent(f"the listener answers {status}.", hint="check it with: boxoffice doctor")


def _case(answer: httpx.Response) -> str:
    """Return the case that a refusal names, when it names one."""
    try:
        return str(answer.json()["error"])[:64]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
