"""A dead-man's switch: an address that is told each time that all went well.

Who watches it calls somebody when nothing was told for too long. The address is often all the
secret there is: no message of ours names more of it than its host.
"""

from contextlib import suppress

import httpx

from boxoffice.errors import BadValue, Unavailable

_STEP_SECONDS = 5.0  # to connect, to send, and for the head of the answer; its body is not read


def ping_address(text: str) -> httpx.URL:
    """Read the address of a switch.

    Raises:
        BadValue: it is none of http or https.
    """
    with suppress(httpx.InvalidURL, ValueError):
        url = httpx.URL(text)
        if url.scheme in {"http", "https"} and url.host:
            return url
    raise BadValue("--ping", "is no address.", hint="write https://hc-ping.com/…")


def ping(url: httpx.URL) -> None:
    """Ask for the address once, and follow it nowhere.

    Raises:
        Unavailable: nobody answered in time, or the answer was not a 2xx.
    """
    try:
        with httpx.stream("GET", url, timeout=_STEP_SECONDS) as answer:
            status, is_good = answer.status_code, answer.is_success
    except httpx.HTTPError as error:
        said = type(error).__name__
        raise Unavailable(f"{url.host} was not told: {said}.", code="ping.unavailable") from error
    if not is_good:
        raise Unavailable(f"{url.host} answered {status}.", code="ping.unavailable")
