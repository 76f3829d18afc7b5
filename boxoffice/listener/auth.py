"""Logins over HTTP: log in, renew, log out; and who asks, for every route that must know."""

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from boxoffice.errors import NotLoggedIn
from boxoffice.listener.limits import limit
from boxoffice.listener.reading import body_of
from boxoffice.listener.shapes import (
    LoginAnswer,
    LoginBody,
    LogoutAnswer,
    RefreshBody,
    WhoAnswer,
)
from boxoffice.office import BoxOffice
from boxoffice.staff.log_in import log_in
from boxoffice.staff.rules import Actor, Permission
from boxoffice.staff.sessions import LoggedIn, actor_of_access, log_out, refresh
from boxoffice.staff.tokens import ACCESS_LIFE, TOKEN_MAX

HASHES_AT_ONCE = 2  # each takes 64 MiB for a fifth of a second; letters must not wait for them


async def login(request: Request) -> Response:
    """Log somebody in by name and password."""
    limit(request)
    body = await body_of(request, LoginBody)
    office: BoxOffice = request.app.state.office

    def work() -> LoggedIn:
        return log_in(
            office.database, office.staff_keys, body.name, body.password, now=office.now()
        )

    return _pair(await run_sync(work, limiter=_hashing(request)))


async def renew(request: Request) -> Response:
    """Turn a refresh token into a new pair."""
    limit(request)
    body = await body_of(request, RefreshBody)
    office: BoxOffice = request.app.state.office

    def work() -> LoggedIn:
        return refresh(office.database, office.staff_keys, body.refresh_token, now=office.now())

    return _pair(await run_sync(work))


async def logout(request: Request) -> Response:
    """End the login of a refresh token. One that nobody knows has ended before."""
    limit(request)
    body = await body_of(request, RefreshBody)
    office: BoxOffice = request.app.state.office

    def work() -> bool:
        return log_out(office.database, body.refresh_token, now=office.now())

    return JSONResponse(LogoutAnswer(ended=await run_sync(work)).model_dump())


async def whoami(request: Request) -> Response:
    """Tell who asks."""
    actor = await actor_of(request)
    may = [each.name.lower() for each in Permission if actor.may(each)]
    answer = WhoAnswer(name=actor.name, role=actor.role, permissions=may)
    return JSONResponse(answer.model_dump())


async def actor_of(request: Request) -> Actor:
    """Return who asks, by the access token in `Authorization: Bearer …`, with today's role.

    Raises:
        NotLoggedIn: there is none, or it is not good, or its login has ended.
        HTTPException: 400, it comes twice.
    """
    given = request.headers.getlist("authorization")
    if len(given) > 1:
        raise HTTPException(400, "two authorizations")
    scheme, _, token = given[0].partition(" ") if given else ("", "", "")
    if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_MAX:
        raise NotLoggedIn("an access token is needed.", hint="POST /auth/login")
    office: BoxOffice = request.app.state.office

    def work() -> Actor:
        now = office.now()
        access = office.staff_keys.read(token, now=now)
        with office.reading() as session:
            return actor_of_access(session, access, now=now)

    return await run_sync(work)


def _hashing(request: Request) -> CapacityLimiter:
    """Return who lets passwords in to be hashed, made in the loop that it belongs to."""
    state = request.app.state
    if state.hashing is None:
        state.hashing = CapacityLimiter(HASHES_AT_ONCE)
    limiter: CapacityLimiter = state.hashing
    return limiter


def _pair(done: LoggedIn) -> Response:
    answer = LoginAnswer(
        name=done.actor.name,
        role=done.actor.role,
        access_token=done.access_token,
        refresh_token=done.refresh_token,
        expires_in=int(ACCESS_LIFE.total_seconds()),
    )
    return JSONResponse(answer.model_dump())
