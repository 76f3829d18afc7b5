"""The sandbox's control panel, from outside."""

from urllib.parse import quote

import httpx

from boxoffice.errors import NotFound, Refused, Unavailable


def pay(url: str, charge: str) -> str:
    """Pay a charge as a buyer would, and return its status.

    Raises:
        Unavailable: no sandbox listens at `url`.
        NotFound: it has no such charge.
        Refused: the charge cannot be paid any more.
    """
    try:
        answer = httpx.post(f"{url.rstrip('/')}/sandbox/pay/{quote(charge, safe='')}", timeout=10)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Unavailable(
            f"no sandbox answers at {url}.", hint="start it: boxoffice sandbox asaas"
        ) from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise NotFound("charge", charge[:60])
    if answer.status_code != httpx.codes.OK:
        raise Refused(
            f"the charge {charge[:60]} cannot be paid.", hint="it was deleted or paid before"
        )
    return str(answer.json()["status"])
