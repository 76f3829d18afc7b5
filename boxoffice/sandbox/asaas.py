"""A stand-in for Asaas over real HTTP: its API under `/v3`, its control panel under `/sandbox`.

    with serve(create_app(Sandbox())) as url:
        asaas = Asaas(f"{url}/v3", API_KEY)

The panel, for people and rehearsals; a test may call the `Sandbox` itself:

    POST /sandbox/pay/{id}     pay a charge, optionally with another {"value": 12.5}
    POST /sandbox/settle/{id}  bring a confirmed charge's money into the balance
    POST /sandbox/faults       set every knob of `Faults`; {} turns all of them off
    POST /sandbox/resume       send letters again after fifteen failures paused them
    GET  /sandbox/state        counts of charges, calls and letters, and the knobs
"""

import asyncio
import dataclasses
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from boxoffice.sandbox.faults import read_faults
from boxoffice.sandbox.ledger import Refusal, Sandbox
from boxoffice.sandbox.wire import Row, amount, from_json, to_json

HOLD_SECONDS_MAX = 120.0  # a caller without a time-out of its own is let go in the end
_FORBIDDEN_PAGE = "<html><head><title>403</title></head><body>Request blocked.</body></html>"
_FAULT_PAGE = "<html><head><title>502</title></head><body>Bad gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """What one call asks: the id in its path, its query, its body."""

    charge_id: str
    query: Mapping[str, str]
    body: Row


Handler = Callable[[Sandbox, Call], Row]
Endpoint = Callable[[Request], Awaitable[Response]]


def _confirm(sandbox: Sandbox, call: Call) -> Row:
    if sandbox.charge(call.charge_id)["deleted"]:
        raise Refusal("invalid_action", "Esta cobrança foi removida.")
    return sandbox.pay(call.charge_id)


def _pay(sandbox: Sandbox, call: Call) -> Row:
    if "value" not in call.body:
        return sandbox.pay(call.charge_id)
    value = amount(call.body["value"])
    if value is None or value <= 0:
        raise Refusal("invalid_value", "value must be a positive number.")
    return sandbox.pay(call.charge_id, value)


def _set_faults(sandbox: Sandbox, call: Call) -> Row:
    try:
        faults = read_faults(call.body)
    except ValueError as error:
        raise Refusal("invalid_fault", str(error)) from None
    sandbox.board.set(faults)
    return dataclasses.asdict(faults)


def _resume(sandbox: Sandbox, _call: Call) -> Row:
    sandbox.letters.resume()
    return {"interrupted": False}


def _state(sandbox: Sandbox, _call: Call) -> Row:
    return {**sandbox.counts(), "faults": dataclasses.asdict(sandbox.board.now)}


_CREATE_CHARGE = "POST /v3/payments"
_API: dict[str, Handler] = {
    "POST /v3/customers": lambda sandbox, call: sandbox.create_customer(call.body),
    "GET /v3/customers": lambda sandbox, call: sandbox.customers(call.query),
    _CREATE_CHARGE: lambda sandbox, call: sandbox.create_charge(call.body),
    "GET /v3/payments": lambda sandbox, call: sandbox.charges(call.query),
    "GET /v3/payments/limits": lambda sandbox, _call: sandbox.limits(),
    "GET /v3/payments/{id}": lambda sandbox, call: sandbox.charge(call.charge_id),
    "DELETE /v3/payments/{id}": lambda sandbox, call: sandbox.delete(call.charge_id),
    "POST /v3/payments/{id}/restore": lambda sandbox, call: sandbox.restore(call.charge_id),
    "GET /v3/payments/{id}/status": lambda sandbox, call: {
        "status": sandbox.charge(call.charge_id)["status"]
    },
    "GET /v3/payments/{id}/pixQrCode": lambda sandbox, call: sandbox.pix_qr_code(call.charge_id),
    "GET /v3/payments/{id}/identificationField": lambda sandbox, call: sandbox.identification_field(
        call.charge_id
    ),
    "POST /v3/sandbox/payment/{id}/confirm": _confirm,
    "POST /v3/sandbox/payment/{id}/overdue": lambda sandbox, call: sandbox.overdue(call.charge_id),
}
_PANEL: dict[str, Handler] = {
    "POST /sandbox/pay/{id}": _pay,
    "POST /sandbox/settle/{id}": lambda sandbox, call: sandbox.settle(call.charge_id),
    "POST /sandbox/faults": _set_faults,
    "POST /sandbox/resume": _resume,
    "GET /sandbox/state": _state,
}


def create_app(sandbox: Sandbox) -> Starlette:
    """Return the app that speaks for `sandbox`."""
    api = [_route(name, _guarded(sandbox, name, handler)) for name, handler in _API.items()]
    panel = [_route(name, _open(sandbox, handler)) for name, handler in _PANEL.items()]
    return Starlette(routes=api + panel)


def _route(name: str, endpoint: Endpoint) -> Route:
    method, _, path = name.partition(" ")
    return Route(path, endpoint, methods=[method])


def _open(sandbox: Sandbox, handler: Handler) -> Endpoint:
    """Wrap a handler of the panel: no key, no faults."""

    async def endpoint(request: Request) -> Response:
        return await _answer(sandbox, handler, request)

    return endpoint


def _guarded(sandbox: Sandbox, name: str, handler: Handler) -> Endpoint:
    """Wrap a handler of the API: faults first, then the guards, then the handler."""

    async def endpoint(request: Request) -> Response:
        sandbox.calls[name] += 1
        await request.body()  # read before any wait: who hangs up meanwhile has still asked
        await asyncio.sleep(sandbox.board.now.latency_ms / 1000)
        refused = _fault(sandbox) or _guard(sandbox, request)
        if refused is not None:
            return refused
        response = await _answer(sandbox, handler, request)
        if name == _CREATE_CHARGE and response.status_code == 200:  # noqa: PLR2004  (created)
            if sandbox.board.take("timeout_after_create"):
                return await _hold(request)
            if sandbox.board.take("error_500_after_create"):
                return _errors("unknown_error", "Erro interno.", 500)
        return response

    return endpoint


async def _answer(sandbox: Sandbox, handler: Handler, request: Request) -> Response:
    content = await request.body()
    try:
        body = from_json(content) if content else {}
    except ValueError:
        return _errors("invalid_json", "O corpo da requisição não é um JSON válido.", 400)
    call = Call(request.path_params.get("id", ""), request.query_params, body)
    try:
        return Response(to_json(handler(sandbox, call)), media_type="application/json")
    except Refusal as refusal:
        return _errors(refusal.code, str(refusal), refusal.status)


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
