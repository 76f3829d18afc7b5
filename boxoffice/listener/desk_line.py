"""What every route of a desk does: check the token, read the body, answer."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.desks import DeskView, desk_of
from boxoffice.door.journal import NONCE_MAX
from boxoffice.errors import BadValue, Forbidden
from boxoffice.office import BoxOffice
from boxoffice.staff.approve import approve
from boxoffice.staff.rules import Actor, Permission

HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_BODY_SECONDS = 10
_SECRET_MAX = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lent:
    """What a supervisor lends a desk for one request, when a name was given."""

    supervisor: str
    pin: str
    permission: Permission

    def by(self, office: BoxOffice, actor: Actor) -> Actor | None:
        """Return the supervisor, or nobody when none was named.

        Raises:
            Forbidden: the name or the PIN is wrong, or that person may not do it either.
            TooManyTries: there were too many wrong tries for this supervisor.
        """
        if not self.supervisor:
            return None
        return approve(
            office.database,
            actor,
            supervisor=self.supervisor,
            pin=self.pin,
            permission=self.permission,
            now=office.now(),
        )


def lent(body: dict[str, Any], permission: Permission) -> Lent:
    """Read whose name and PIN came with a body."""
    supervisor, pin = (body.get(name) or "" for name in ("supervisor", "pin"))
    for name, value in (("supervisor", supervisor), ("pin", pin)):
        if not isinstance(value, str) or len(value) > _SECRET_MAX:
            raise BadValue(name, f"must be text of at most {_SECRET_MAX} characters.")
    return Lent(supervisor, pin, permission)


async def as_desk(
    request: Request,
    work: Callable[[WriteSession, DeskView, Actor | None], T],
    approval: Lent | None = None,
) -> T:
    """Do something for the desk whose token it is; a supervisor may lend it a permission."""
    token = token_of(request)

    def run(office: BoxOffice) -> T:
        by = None
        if approval is not None and approval.supervisor:
            with office.reading() as reading:
                desk = desk_of(reading, token, now=office.now())
            by = approval.by(office, desk.actor)
        with office.writing() as session:
            return work(session, desk_of(session, token, now=office.now()), by)

    return await run_sync(run, request.app.state.office)


async def as_reading_desk(
    request: Request, work: Callable[[ReadSession, DeskView, datetime], T]
) -> T:
    """Answer a question of the desk whose token it is."""
    token = token_of(request)

    def run(office: BoxOffice) -> T:
        with office.reading() as session:
            return work(session, desk_of(session, token, now=office.now()), office.now())

    return await run_sync(run, request.app.state.office)


def token_of(request: Request) -> str:
    """Return the bearer token; two headers, or none, are no token."""
    given = request.headers.getlist("authorization")
    kind, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if kind.lower() != "bearer" or not token:
        raise Forbidden("a desk shows its token.", code="desk.unknown")
    return token.strip()


async def read_body(request: Request) -> dict[str, Any]:
    """Read a JSON object, in time."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            raw = await request.body()  # the route's limit answers 413 while it is read
        found = json.loads(raw)
    except (TimeoutError, ClientDisconnect) as error:
        raise BadValue("the body", "was cut off.") from error
    except (ValueError, RecursionError) as error:
        raise BadValue("the body", "is not JSON.") from error
    if not isinstance(found, dict):
        raise BadValue("the body", "is not an object.")
    return found


def text_in(body: dict[str, Any], name: str, *, length_max: int) -> str:
    """Return a text that has to be there."""
    value = body.get(name)
    if not isinstance(value, str) or len(value) > length_max:
        raise BadValue(name, f"must be text of at most {length_max} characters.")
    return value


def nonce_in(body: dict[str, Any], name: str = "nonce") -> str:
    """Return what makes a repeat the same request."""
    nonce = text_in(body, name, length_max=NONCE_MAX)
    if not nonce or not nonce.isprintable():
        raise BadValue(name, f"must be 1 to {NONCE_MAX} characters.")
    return nonce


def word_in(body: dict[str, Any], name: str, words: Callable[[Any], T], default: T) -> T:
    """Return one of our words, or the default when nothing was said."""
    value = body.get(name)
    if value is None:
        return default
    try:
        return words(value)
    except ValueError as error:
        raise BadValue(name, "is no word we know.") from error


def moment_in(body: dict[str, Any], name: str = "sent_at") -> datetime:
    """Return a moment with its zone."""
    try:
        moment = datetime.fromisoformat(body[name])
    except (KeyError, TypeError, ValueError) as error:
        raise BadValue(name, "must be a moment.") from error
    if moment.tzinfo is None:
        raise BadValue(name, "needs a time zone.")
    return moment


def answer(told: dict[str, Any]) -> Response:
    """Answer in JSON that no cache keeps."""
    return JSONResponse(told, headers=HEADERS)
