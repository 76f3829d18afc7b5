"""The listener as an ASGI app: routes parse, call one verb and answer."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxoffice.errors import BoxOfficeError
from boxoffice.listener.desk import (
    JOURNAL_MAX,
    desk_enrol,
    desk_scan,
    desk_scans,
    desk_search,
    desk_snapshot,
    desk_stats,
    enrol_limit,
)
from boxoffice.listener.health import live, ready
from boxoffice.listener.mail_events import sendgrid_events
from boxoffice.listener.metrics import metrics
from boxoffice.listener.webhooks import asaas_letter
from boxoffice.log import log_failure
from boxoffice.office import BoxOffice
from boxoffice.outbox.keep_events import BODY_MAX as MAIL_BODY_MAX
from boxoffice.payments.letters import BODY_MAX

_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def create_app(office: BoxOffice, *, after_keeping: Callable[[], None]) -> Starlette:
    """Build the listener. `after_keeping` is called when a letter was kept; it must not block."""
    app = Starlette(
        routes=[
            Route("/webhooks/asaas", asaas_letter, methods=["POST"]),
            Route(
                "/webhooks/sendgrid", sendgrid_events, methods=["POST"], max_body_size=MAIL_BODY_MAX
            ),
            Route("/desk/enrol", desk_enrol, methods=["POST"]),
            Route("/desk/scan", desk_scan, methods=["POST"]),
            Route("/desk/scans", desk_scans, methods=["POST"], max_body_size=JOURNAL_MAX),
            Route("/desk/snapshot", desk_snapshot, methods=["GET"]),
            Route("/desk/search", desk_search, methods=["GET"]),
            Route("/desk/stats", desk_stats, methods=["GET"]),
            Route("/health/live", live, methods=["GET"]),
            Route("/health/ready", ready, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
        ],
        exception_handlers={BoxOfficeError: refused, Exception: failed},
        max_body_size=BODY_MAX,
    )
    app.state.office = office
    app.state.enrol_limit = enrol_limit()
    app.state.after_keeping = after_keeping
    return app


async def refused(_request: Request, error: Exception) -> Response:
    """Answer a refusal by its family, without telling more than its case."""
    assert isinstance(error, BoxOfficeError), "registered for refusals only"
    return JSONResponse({"error": error.case}, error.http_status, headers=_HEADERS)


async def failed(_request: Request, error: Exception) -> Response:
    """Answer an unexpected failure: the trace goes to the log, the reference to the caller."""
    return JSONResponse({"error": "failed", "ref": log_failure(error)}, 500, headers=_HEADERS)
