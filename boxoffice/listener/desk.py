"""The line to the desks: routes check the token, read the body, call one verb and answer."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from anyio.to_thread import run_sync
from sqlmodel import select
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.desks import DeskView, desk_of, enrol
from boxoffice.door.journal import NONCE_MAX, read_fact
from boxoffice.door.merge import FACTS_MAX, merge
from boxoffice.door.models import Source
from boxoffice.door.queries import door_stats, gate_of_list
from boxoffice.door.rules import Asked, Direction, Proof
from boxoffice.door.scan import Shown, scan
from boxoffice.door.search import search
from boxoffice.door.snapshot import make_snapshot
from boxoffice.door.wire import admission_json, door_stats_json, hit_json
from boxoffice.errors import BadValue, Forbidden
from boxoffice.office import BoxOffice
from boxoffice.text import clean_in
from boxoffice.tickets.models import PublicKey
from boxoffice.times import iso

JOURNAL_MAX = 512 * 1024  # bytes of one upload
_BODY_SECONDS = 10
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_GATE_MAX = 80
_TEXT_MAX = 4_096  # characters of what was scanned; what is longer is no code

T = TypeVar("T")


async def desk_enrol(request: Request) -> Response:
    """Turn a one-time code into a token."""
    address = request.client.host if request.client else ""
    request.app.state.enrol_buckets.take(address)
    body = await _body(request)
    code = _text(body, "code", length_max=40)

    def work(office: BoxOffice) -> dict[str, Any]:
        with office.writing() as session:
            token, desk = enrol(session, code, now=office.now())
            keys = dict(session.exec(select(PublicKey.key_id, PublicKey.public_key)).all())
        keys[office.ticket_key.key_id] = office.ticket_key.public_key
        return {
            "token": token,
            "desk": desk.name,
            "event": desk.event,
            "list": desk.list,
            "role": desk.role,
            "expires_at": iso(desk.expires_at),
            "public_keys": {key_id: key.hex() for key_id, key in sorted(keys.items())},
        }

    return _answer(await run_sync(work, request.app.state.office))


async def desk_scan(request: Request) -> Response:
    """Judge one code, online."""
    body = await _body(request)
    what = Shown(
        text=_text(body, "text", length_max=_TEXT_MAX),
        nonce=_nonce(body),
        source=_word(body, "source", Source, Source.SCANNER),
        asked=Asked(
            direction=_word(body, "direction", Direction, Direction.IN),
            saw_document=body.get("document") is True,
            confirms=body.get("confirm") is True,
            proof=_word(body, "proof", Proof, None),
            override=clean_in(str(body.get("override") or ""), name="override", empty=True),
        ),
    )
    if what.asked.direction is Direction.UNDO:
        raise BadValue("direction", "must be in or out.")
    gate = clean_in(str(body.get("gate") or ""), name="gate", length_max=_GATE_MAX, empty=True)

    def work(session: WriteSession, desk: DeskView, now: datetime) -> dict[str, Any]:
        at = gate_of_list(session, desk.list_id, gate=gate or desk.name)
        return admission_json(scan(session, desk.actor, at, what, now=now))

    return _answer(await _as_desk(request, work))


async def desk_scans(request: Request) -> Response:
    """Take a part of a desk's journal in."""
    body = await _body(request)
    found = body.get("facts")
    if not isinstance(found, list) or len(found) > FACTS_MAX:
        raise BadValue("facts", f"must be a list of at most {FACTS_MAX}.")
    facts = [read_fact(line) for line in found]
    if len({fact.nonce for fact in facts}) != len(facts):
        raise BadValue("facts", "hold a nonce twice.")
    sent_at = _moment(body)

    def work(session: WriteSession, desk: DeskView, now: datetime) -> dict[str, Any]:
        at = gate_of_list(session, desk.list_id, gate=desk.name)
        merged = merge(session, desk.actor, at, desk.id, facts, sent_at=sent_at, now=now)
        return {
            "accepted": merged.accepted,
            "known": merged.known,
            "conflicts": merged.conflicts,
            "last_sequence": merged.last_sequence,
        }

    return _answer(await _as_desk(request, work))


async def desk_snapshot(request: Request) -> Response:
    """Give the desk what it needs to judge alone."""

    def work(session: ReadSession, desk: DeskView, now: datetime) -> bytes:
        office: BoxOffice = request.app.state.office
        at = gate_of_list(session, desk.list_id, gate=desk.name)
        return make_snapshot(session, desk.actor, at, office.ticket_key, now=now)

    raw = await _as_reading_desk(request, work)
    return Response(raw, media_type="application/vnd.sqlite3", headers=_HEADERS)


async def desk_search(request: Request) -> Response:
    """Find people of the desk's event."""
    text = request.query_params.get("q", "")[:200]

    def work(session: ReadSession, desk: DeskView, _now: datetime) -> dict[str, Any]:
        at = gate_of_list(session, desk.list_id, gate=desk.name)
        return {"hits": [hit_json(hit) for hit in search(session, desk.actor, at, text)]}

    return _answer(await _as_reading_desk(request, work))


async def desk_stats(request: Request) -> Response:
    """Count who is in."""

    def work(session: ReadSession, desk: DeskView, _now: datetime) -> dict[str, Any]:
        return door_stats_json(door_stats(session, gate_of_list(session, desk.list_id)))

    return _answer(await _as_reading_desk(request, work))


async def _as_desk(request: Request, work: Callable[[WriteSession, DeskView, datetime], T]) -> T:
    token = _token(request)

    def run(office: BoxOffice) -> T:
        with office.writing() as session:
            return work(session, desk_of(session, token, now=office.now()), office.now())

    return await run_sync(run, request.app.state.office)


async def _as_reading_desk(
    request: Request, work: Callable[[ReadSession, DeskView, datetime], T]
) -> T:
    token = _token(request)

    def run(office: BoxOffice) -> T:
        with office.reading() as session:
            return work(session, desk_of(session, token, now=office.now()), office.now())

    return await run_sync(run, request.app.state.office)


def _token(request: Request) -> str:
    """Return the bearer token; two headers, or none, are no token."""
    given = request.headers.getlist("authorization")
    kind, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if kind.lower() != "bearer" or not token:
        raise Forbidden("a desk shows its token.", code="desk.unknown")
    return token.strip()


async def _body(request: Request) -> dict[str, Any]:
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


def _text(body: dict[str, Any], name: str, *, length_max: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > length_max:
        raise BadValue(name, f"must be text of at most {length_max} characters.")
    return value


def _nonce(body: dict[str, Any]) -> str:
    nonce = _text(body, "nonce", length_max=NONCE_MAX)
    if not nonce or not nonce.isprintable():
        raise BadValue("nonce", f"must be 1 to {NONCE_MAX} characters.")
    return nonce


def _word(body: dict[str, Any], name: str, words: Callable[[Any], T], default: T) -> T:
    value = body.get(name)
    if value is None:
        return default
    try:
        return words(value)
    except ValueError as error:
        raise BadValue(name, "is no word we know.") from error


def _moment(body: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(body["sent_at"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadValue("sent_at", "must be a moment.") from error
    if moment.tzinfo is None:
        raise BadValue("sent_at", "needs a time zone.")
    return moment


def _answer(told: dict[str, Any]) -> Response:
    return JSONResponse(told, headers=_HEADERS)
