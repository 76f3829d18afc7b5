"""Around every answer, whoever gives it: headers, an id for the request, a log line.

The headers are those that the OWASP REST Security Cheat Sheet asks of an API that no page embeds.
HSTS is the proxy's to send, which has the certificate.
"""

import re
import secrets

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from boxoffice.log import log, request_id

ID_HEADER = "x-request-id"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_OURS = {ID_HEADER.encode(), *(name for name, _ in _RAW)}
_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_BAD = 400
HEADERS_MAX = 100
HEAD_MAX = 16_384  # bytes of all names and values


class Guard:
    """Stand around an app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        named = _id_of(scope)
        token = request_id.set(named)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [each for each in message.get("headers", ()) if each[0] not in _OURS]
                message["headers"] = [*given, *_RAW, (ID_HEADER.encode(), named.encode())]
                if message["status"] >= _BAD:
                    log.info("answered", extra={"status": message["status"]})
            await send(message)

        try:
            if _is_flood(scope):
                # h11 counts a head only while it waits for the rest of it.
                refusal = JSONResponse({"error": "too many headers"}, 431)
                await refusal(scope, receive, answer)
                return
            await self.app(scope, receive, answer)
        finally:
            request_id.reset(token)


def _is_flood(scope: Scope) -> bool:
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    return len(headers) > HEADERS_MAX or size + len(scope["raw_path"]) > HEAD_MAX


def _id_of(scope: Scope) -> str:
    """Return the id that a proxy gave the request, if it is one, or a new one."""
    given = [value for name, value in scope["headers"] if name == ID_HEADER.encode()]
    if len(given) == 1 and _ID.fullmatch(given[0]):
        return str(given[0].decode("ascii"))
    return secrets.token_hex(8)
