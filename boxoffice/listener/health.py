"""Whether the listener lives, and whether it can keep a letter."""

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from boxoffice.errors import BoxOfficeError


async def live(_request: Request) -> Response:
    """Answer 200 as long as the process answers at all."""
    return JSONResponse({"live": True})


async def ready(request: Request) -> Response:
    """Answer 200 when the database is there with the right schema, else 503."""
    try:
        await run_sync(request.app.state.office.database.must_be_current)
    except BoxOfficeError as error:
        return JSONResponse({"ready": False, "error": error.case}, 503)
    return JSONResponse({"ready": True})
