"""The line to the desks: routes check the token, read the body, call one verb and answer."""

from datetime import datetime
from typing import Any

from anyio.to_thread import run_sync
from sqlmodel import select
from starlette.requests import Request
from starlette.responses import Response

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.desks import DeskView, enrol
from boxoffice.door.journal import read_fact
from boxoffice.door.merge import FACTS_MAX, merge
from boxoffice.door.models import Source
from boxoffice.door.queries import door_stats, gate_of_list
from boxoffice.door.rules import Asked, Direction, Proof
from boxoffice.door.scan import Shown, scan
from boxoffice.door.search import search
from boxoffice.door.snapshot import make_snapshot
from boxoffice.door.wire import admission_json, door_stats_json, hit_json
from boxoffice.errors import BadValue
from boxoffice.listener.desk_line import (
    HEADERS,
    answer,
    as_desk,
    as_reading_desk,
    lent,
    moment_in,
    nonce_in,
    read_body,
    text_in,
    word_in,
)
from boxoffice.office import BoxOffice
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in
from boxoffice.tickets.models import PublicKey
from boxoffice.times import iso

JOURNAL_MAX = 512 * 1024  # bytes of one upload
_GATE_MAX = 80
_TEXT_MAX = 4_096  # characters of what was scanned; what is longer is no code


async def desk_enrol(request: Request) -> Response:
    """Turn a one-time code into a token."""
    address = request.client.host if request.client else ""
    request.app.state.enrol_buckets.take(address)
    body = await read_body(request)
    code = text_in(body, "code", length_max=40)

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

    return answer(await run_sync(work, request.app.state.office))


async def desk_scan(request: Request) -> Response:
    """Judge one code, online."""
    body = await read_body(request)
    what = Shown(
        text=text_in(body, "text", length_max=_TEXT_MAX),
        nonce=nonce_in(body),
        source=word_in(body, "source", Source, Source.SCANNER),
        asked=Asked(
            direction=word_in(body, "direction", Direction, Direction.IN),
            saw_document=body.get("document") is True,
            confirms=body.get("confirm") is True,
            proof=word_in(body, "proof", Proof, None),
            override=clean_in(str(body.get("override") or ""), name="override", empty=True),
        ),
    )
    if what.asked.direction is Direction.UNDO:
        raise BadValue("direction", "must be in or out.")
    gate = clean_in(str(body.get("gate") or ""), name="gate", length_max=_GATE_MAX, empty=True)

    approval = lent(body, Permission.OVERRIDE_DOOR)
    office: BoxOffice = request.app.state.office

    def work(session: WriteSession, desk: DeskView, by: Actor | None) -> dict[str, Any]:
        at = gate_of_list(session, desk.list_id, gate=gate or desk.name)
        admission = scan(session, desk.actor, at, what, approved_by=by, now=office.now())
        return admission_json(admission)

    return answer(await as_desk(request, work, approval))


async def desk_scans(request: Request) -> Response:
    """Take a part of a desk's journal in."""
    body = await read_body(request)
    found = body.get("facts")
    if not isinstance(found, list) or len(found) > FACTS_MAX:
        raise BadValue("facts", f"must be a list of at most {FACTS_MAX}.")
    facts = [read_fact(line) for line in found]
    if len({fact.nonce for fact in facts}) != len(facts):
        raise BadValue("facts", "hold a nonce twice.")
    sent_at = moment_in(body)

    office: BoxOffice = request.app.state.office

    def work(session: WriteSession, desk: DeskView, _by: Actor | None) -> dict[str, Any]:
        at, now = gate_of_list(session, desk.list_id, gate=desk.name), office.now()
        merged = merge(session, desk.actor, at, desk.id, facts, sent_at=sent_at, now=now)
        return {
            "accepted": merged.accepted,
            "known": merged.known,
            "conflicts": merged.conflicts,
            "last_sequence": merged.last_sequence,
        }

    return answer(await as_desk(request, work))


async def desk_snapshot(request: Request) -> Response:
    """Give the desk what it needs to judge alone."""

    def work(session: ReadSession, desk: DeskView, now: datetime) -> bytes:
        office: BoxOffice = request.app.state.office
        at = gate_of_list(session, desk.list_id, gate=desk.name)
        return make_snapshot(session, desk.actor, at, office.ticket_key, now=now)

    raw = await as_reading_desk(request, work)
    return Response(raw, media_type="application/vnd.sqlite3", headers=HEADERS)


async def desk_search(request: Request) -> Response:
    """Find people of the desk's event."""
    text = request.query_params.get("q", "")[:200]

    def work(session: ReadSession, desk: DeskView, _now: datetime) -> dict[str, Any]:
        at = gate_of_list(session, desk.list_id, gate=desk.name)
        return {"hits": [hit_json(hit) for hit in search(session, desk.actor, at, text)]}

    return answer(await as_reading_desk(request, work))


async def desk_stats(request: Request) -> Response:
    """Count who is in."""

    def work(session: ReadSession, desk: DeskView, _now: datetime) -> dict[str, Any]:
        return door_stats_json(door_stats(session, gate_of_list(session, desk.list_id)))

    return answer(await as_reading_desk(request, work))
