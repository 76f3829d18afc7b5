"""A stand-in for Asaas over real HTTP: its API under `/v3`, its control panel under `/sandbox`.

    with serve(create_app(Sandbox())) as url:
        asaas = Asaas(f"{url}/v3", API_KEY)

What can be asked is in `routes.py`, and told in docs/sandbox.md. A test may call the `Sandbox`
itself.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.letters import UNKNOWN_FIELDS
from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.routes import API, CREATE_CHARGE, PANEL, REFUND, Call, Handler
from boxoffice.sandbox.wire import Row, from_json, to_json

HOLD_SECONDS_MAX = 120.0  # a caller without a time-out of its own is let go in the end
_FORBIDDEN_PAGE = "<html><head><title>403</title></head><body>Request blocked.</body></html>"
_FAULT_PAGE = "<html><head><title>502</title></head><body>Bad gateway</body></html>"

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(sandbox: Sandbox) -> Starlette:
    """Return the app that speaks for `sandbox`."""
    api = [_route(name, _guarded(sandbox, name, handler)) for name, handler in API.items()]
    panel = [_route(name, _open(sandbox, handler)) for name, handler in PANEL.items()]
    return Starlette(routes=api + panel)


def _route(name: str, endpoint: Endpoint) -> Route:
    method, _, path = name.partition(" ")
    return Route(path, endpoint, methods=[method])


def _open(sandbox: Sandbox, handler: Handler) -> Endpoint:
    """Wrap a handler of the panel: no key, no faults."""

    async def endpoint(request: Request) -> Response:
        return await _answer(sandbox, handler, request, {})

    return endpoint


def _guarded(sandbox: Sandbox, name: str, handler: Handler) -> Endpoint:
    """Wrap a handler of the API: faults first, then the guards, then the handler."""

    async def endpoint(request: Request) -> Response:
        await request.body()  # read before any wait: who hangs up meanwhile has still asked
        sandbox.calls[name] += 1
        await asyncio.sleep(sandbox.board.now.latency_ms / 1000)
        refused = _fault(sandbox) or _guard(sandbox, request)
        if refused is not None:
            return refused
        odd = UNKNOWN_FIELDS if sandbox.board.now.fields_unknown else {}
        response = await _answer(sandbox, handler, request, odd)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            return response
        return await _lost(sandbox, name, request) or response

    return endpoint


async def _lost(sandbox: Sandbox, name: str, request: Request) -> Response | None:
    """Return what comes in place of the answer to a call that was obeyed, when that is due."""
    board = sandbox.board
    if name == CREATE_CHARGE and board.take("timeout_after_create"):
        return await _hold(request)
    if name == CREATE_CHARGE and board.take("error_500_after_create"):
        return _errors("unknown_error", "Erro interno.", 500)
    if name == REFUND and board.take("timeout_after_refund"):
        return await _hold(request)
    return None


async def _answer(sandbox: Sandbox, handler: Handler, request: Request, odd: Row) -> Response:
    content = await request.body()
    try:
        body = from_json(content) if content else {}
    except (ValueError, ArithmeticError, RecursionError):
        return _errors("invalid_json", "O corpo da requisição não é um JSON válido.", 400)
    call = Call(request.path_params.get("id", ""), request.query_params, body)
    try:
        row = handler(sandbox, call)
    except Refusal as refusal:
        return _errors(refusal.code, str(refusal), refusal.status)
    if row is None:
        return Response(status_code=httpx.codes.NO_CONTENT)
    return Response(to_json({**row, **odd}), media_type="application/json")


def _fault(sandbox: Sandbox) -> Response | None:
    """Return the misbehaviour that is due, in place of an answer."""
    board = sandbox.board
    if board.take("too_many"):
        response = _errors("too_many_requests", "Limite de requisições atingido.", 429)
        response.headers["RateLimit-Limit"] = "60"
        response.headers["RateLimit-Remaining"] = "0"
        response.headers["RateLimit-Reset"] = str(board.now.reset_seconds)
        return response
    if board.take("error_500"):
        return _errors("unknown_error", "Erro interno.", 500)
    if board.take("html_error"):
        return HTMLResponse(_FAULT_PAGE, 502)
    return None


def _guard(sandbox: Sandbox, request: Request) -> Response | None:
    """Return the refusal of a call with a wrong key, no name, or a body where none may be."""
    headers = request.headers
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if request.method == "GET" and has_body:
        return HTMLResponse(_FORBIDDEN_PAGE, 403)
    key = headers.get("access_token", "")
    if not hmac.compare_digest(key.encode(), sandbox.api_key.encode()):
        return _errors(_key_problem(key), "A chave de API não foi aceita.", 401)
    if not headers.get("user-agent"):
        return _errors("invalid_action", "O cabeçalho User-Agent deve ser preenchido.", 400)
    return None


def _key_problem(key: str) -> str:
    if not key:
        return "access_token_not_found"
    if not key.startswith("$aact_"):
        return "invalid_access_token_format"
    return "invalid_environment" if key.startswith("$aact_prod_") else "invalid_access_token"


async def _hold(request: Request) -> Response:
    """Answer nothing until the caller hangs up."""
    try:
        async with asyncio.timeout(HOLD_SECONDS_MAX):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return HTMLResponse(_FAULT_PAGE, 504)
    return Response()


def _errors(code: str, description: str, status: int) -> Response:
    content = to_json({"errors": [{"code": code, "description": description}]})
    return Response(content, status, media_type="application/json")
