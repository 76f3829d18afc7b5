"""The listener as an ASGI app: routes parse, call one verb and answer."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from boxoffice.errors import BoxOfficeError
from boxoffice.listener.described import openapi
from boxoffice.listener.guard import Guard
from boxoffice.listener.letterbox import Letterbox
from boxoffice.listener.limits import Buckets
from boxoffice.listener.routes import ROUTES
from boxoffice.log import log_failure
from boxoffice.office import BoxOffice
from boxoffice.payments.letters import BODY_MAX


class _Listener(Starlette):
    """An app with a guard around it: around what answers to failures, too."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the guard outermost."""
        return Guard(super().build_middleware_stack())


def create_app(office: BoxOffice, *, after_keeping: Callable[[], None]) -> Starlette:
    """Build the listener. `after_keeping` is called when a letter was kept; it must not block."""
    app = _Listener(
        routes=[each.route for each in ROUTES],
        exception_handlers={BoxOfficeError: refused, HTTPException: bad, Exception: failed},
        max_body_size=BODY_MAX,
    )
    app.state.office = office
    app.state.letterbox = Letterbox(office)
    app.state.after_keeping = after_keeping
    app.state.buckets = Buckets()
    app.state.enrol_buckets = Buckets(burst=10, seconds=10.0)
    app.state.hashing = None
    app.state.described = openapi(ROUTES)
    return app


async def refused(_request: Request, error: Exception) -> Response:
    """Answer a refusal by its family, without telling more than its case."""
    assert isinstance(error, BoxOfficeError), "registered for refusals only"
    headers = {}
    if wait := getattr(error, "retry_seconds", None):
        headers["retry-after"] = str(int(wait))
    unknown = 401
    if error.http_status == unknown:
        headers["www-authenticate"] = "Bearer"  # RFC 9110 §15.5.2 asks for it
    return JSONResponse({"error": error.case}, error.http_status, headers=headers)


async def bad(_request: Request, error: Exception) -> Response:
    """Answer a request that is none: a wrong path, method, type, size or form."""
    assert isinstance(error, HTTPException), "registered for these only"
    said = {"error": str(error.detail).lower()}
    return JSONResponse(said, error.status_code, headers=error.headers)


async def failed(_request: Request, error: Exception) -> Response:
    """Answer an unexpected failure: the trace goes to the log, the reference to the caller."""
    # The server hangs up after it, and says so: a client must not ask again on this line.
    headers = {"connection": "close"}
    return JSONResponse({"error": "failed", "ref": log_failure(error)}, 500, headers=headers)
