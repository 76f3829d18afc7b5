"""Letters from gateways: token, type, size and form are checked, then the letter is kept."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.payments.letters import Arrived

TOKEN_MIN = 32  # characters; Asaas demands as many (reference/asaas.md §12.1)
_BODY_SECONDS = 10  # the gateway itself gives up after as many
_TOKEN_HEADER = "asaas-access-token"  # noqa: S105  (the header's name, not its value)


async def asaas_letter(request: Request) -> Response:
    """Keep a letter from Asaas and answer 200, whether or not anybody understands it."""
    office: BoxOffice = request.app.state.office
    if not _is_token(request.headers.getlist(_TOKEN_HEADER), office):
        log.warning("letter with a wrong token", extra={"provider": "asaas"})
        return _no(401, "wrong token")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return _no(415, "not application/json")
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await request.body()  # the app's limit answers 413 while it is read
    except TimeoutError:
        return _no(408, "too slow")
    except ClientDisconnect:
        return _no(400, "cut off")  # nobody is there to read it, but nothing is wrong with us
    try:
        content = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _no(400, "not JSON")
    if await request.app.state.letterbox.keep(Arrived("asaas", body, content)):
        request.app.state.after_keeping()
    return JSONResponse({})


def _is_token(given: Sequence[str], office: BoxOffice) -> bool:
    """Compare in constant time; two headers, or none, are no token."""
    wanted = office.settings.get("asaas_webhook_token") or ""
    if len(given) != 1 or len(wanted) < TOKEN_MIN:
        return False
    return hmac.compare_digest(
        hashlib.sha256(given[0].encode("utf-8", "surrogatepass")).digest(),
        hashlib.sha256(wanted.encode()).digest(),
    )


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _no(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
