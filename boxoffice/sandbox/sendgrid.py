"""A stand-in for SendGrid over real HTTP: its API under `/v3`, its control panel under `/sandbox`.

    with serve(create_app(MailSandbox())) as url:
        carrier = SendGrid(url, API_KEY)

The panel, for people and rehearsals; a test may call the `MailSandbox` itself:

    GET  /sandbox/mails   every mail that was accepted, as it was posted
    POST /sandbox/faults  set every knob of `MailFaults`; {} turns all of them off
    GET  /sandbox/state   counts of mails and events, the public key, and the knobs
"""

import asyncio
import dataclasses
import hmac
import json
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from boxoffice.sandbox.mail_checks import BYTES_MAX, MailProblem, check_mail
from boxoffice.sandbox.mail_faults import read_mail_faults
from boxoffice.sandbox.mail_post import MailSandbox

HOLD_SECONDS_MAX = 120.0  # a caller without a time-out of its own is let go in the end
_TOO_LARGE_PAGE = "<html><head><title>413 Request Entity Too Large</title></head></html>"
_FAULT_PAGE = "<html><head><title>502</title></head><body>Bad gateway</body></html>"


def create_app(sandbox: MailSandbox) -> Starlette:
    """Return the app that speaks for `sandbox`."""

    async def send(request: Request) -> Response:
        return await _send(sandbox, request)

    async def scopes(request: Request) -> Response:
        return _guard(sandbox, request) or JSONResponse({"scopes": ["mail.send"]})

    async def mails(_request: Request) -> Response:
        return JSONResponse([{"id": one.message_id, **one.body} for one in sandbox.mails])

    async def set_faults(request: Request) -> Response:
        try:
            faults = read_mail_faults(json.loads(await request.body() or b"{}"))
        except (ValueError, AttributeError) as error:
            return _errors(400, str(error))
        sandbox.board.set(faults)
        return JSONResponse(dataclasses.asdict(faults))

    async def state(_request: Request) -> Response:
        return JSONResponse(
            {
                "mails": len(sandbox.mails),
                "events_told": sandbox.told_count,
                "public_key": sandbox.public_key,
                "faults": dataclasses.asdict(sandbox.board.now),
            }
        )

    return Starlette(
        routes=[
            Route("/v3/mail/send", send, methods=["POST"]),
            Route("/v3/scopes", scopes, methods=["GET"]),
            Route("/sandbox/mails", mails, methods=["GET"]),
            Route("/sandbox/faults", set_faults, methods=["POST"]),
            Route("/sandbox/state", state, methods=["GET"]),
        ]
    )


async def _send(sandbox: MailSandbox, request: Request) -> Response:
    content = await request.body()  # read before any wait: who hangs up meanwhile has still asked
    await asyncio.sleep(sandbox.board.now.latency_ms / 1000)
    refused = _fault(sandbox) or _guard(sandbox, request)
    if refused is not None:
        return refused
    if len(content) >= BYTES_MAX:
        return HTMLResponse(_TOO_LARGE_PAGE, 413)
    try:
        body = json.loads(content)
        check_mail(body)
    except ValueError:
        return _errors(400, "Bad Request")
    except MailProblem as problem:
        return _errors(400, problem.message, problem.field)
    message_id = sandbox.take(body)
    if sandbox.board.take("hang_after_accept"):
        return await _hold(request)
    if sandbox.board.take("error_500_after_accept"):
        return _errors(500, "Internal Server Error")
    return Response(status_code=202, headers={"X-Message-Id": message_id})


def _guard(sandbox: MailSandbox, request: Request) -> Response | None:
    """Return the refusal of a call without our key, or of the wrong type."""
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {sandbox.api_key}".encode()):
        return _errors(401, "The provided authorization grant is invalid, expired, or revoked")
    if request.method == "POST" and request.headers.get("content-type") != "application/json":
        return _errors(415, "Unsupported Media Type")
    return None


def _fault(sandbox: MailSandbox) -> Response | None:
    """Return the misbehaviour that is due, in place of an answer."""
    board = sandbox.board
    if board.take("bad_request"):
        return _errors(400, "Bad Request", "personalizations.0.to.0.email")
    if board.take("unauthorized"):
        return _errors(401, "The provided authorization grant is invalid, expired, or revoked")
    if board.take("too_large"):
        return HTMLResponse(_TOO_LARGE_PAGE, 413)
    if board.take("too_many"):
        response = _errors(429, "too many requests")
        response.headers["X-RateLimit-Limit"] = "600"
        response.headers["X-RateLimit-Remaining"] = "0"
        response.headers["X-RateLimit-Reset"] = str(int(time.time()) + board.now.reset_seconds)
        return response
    if board.take("error_500"):
        return _errors(500, "Internal Server Error")
    if board.take("html_error"):
        return HTMLResponse(_FAULT_PAGE, 502)
    return None


async def _hold(request: Request) -> Response:
    """Answer nothing until the caller hangs up."""
    try:
        async with asyncio.timeout(HOLD_SECONDS_MAX):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return HTMLResponse(_FAULT_PAGE, 504)
    return Response()


def _errors(status: int, message: str, field: str | None = None) -> Response:
    return JSONResponse({"errors": [{"message": message, "field": field, "help": None}]}, status)
