"""What a desk on a line sells: a clerk lends it the permission, and takes the money."""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.desks import DeskView
from boxoffice.door.offers import offers_at
from boxoffice.door.queries import gate_of_list
from boxoffice.door.wire import offer_json, sold_json
from boxoffice.errors import BadValue
from boxoffice.listener.desk_line import (
    answer,
    as_desk,
    as_reading_desk,
    lent,
    nonce_in,
    read_body,
    text_in,
    word_in,
)
from boxoffice.office import BoxOffice
from boxoffice.orders.queries import order_view
from boxoffice.payments.provider import Method
from boxoffice.payments.walk_in import WalkIn, sell_walk_in
from boxoffice.staff.rules import Actor, Permission

_TIERS_MAX = 50
_NAME_MAX = 200


async def desk_offers(request: Request) -> Response:
    """List what is on sale and let in at the desk's door."""

    def work(session: ReadSession, desk: DeskView, now: datetime) -> dict[str, Any]:
        found = offers_at(session, gate_of_list(session, desk.list_id), now=now)
        return {"offers": [offer_json(offer) for offer in found]}

    return answer(await as_reading_desk(request, work))


async def desk_sell(request: Request) -> Response:
    """Sell into the open till of whoever approves it, or of the desk when its role may sell."""
    body = await read_body(request)
    wanted = _wanted(body)
    name = text_in(body, "name", length_max=_NAME_MAX)
    method = word_in(body, "method", Method, Method.CASH)
    key = nonce_in(body, "key")
    office: BoxOffice = request.app.state.office

    def work(session: WriteSession, desk: DeskView, by: Actor | None) -> str:
        wish = WalkIn(desk.event, wanted, name, method, key)
        seller = desk.actor if by is None else by
        return sell_walk_in(session, seller, wish, office.ticket_key, now=office.now()).code

    code = await as_desk(request, work, lent(body, Permission.SELL))
    request.app.state.after_keeping()  # the tickets' mail is promised

    def told(session: ReadSession, _desk: DeskView, _now: datetime) -> dict[str, Any]:
        order = order_view(session, code, office.ticket_key)
        return sold_json(order.code, order.total, [one.short_code for one in order.tickets])

    return answer(await as_reading_desk(request, told))


def _wanted(body: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    found = body.get("wanted")
    if not isinstance(found, list) or not 1 <= len(found) <= _TIERS_MAX:
        raise BadValue("wanted", f"must be a list of 1 to {_TIERS_MAX}.")
    wanted = []
    for line in found:
        tier, count = (line.get("tier"), line.get("quantity")) if isinstance(line, dict) else (0, 0)
        if not isinstance(tier, str) or type(count) is not int or not 0 < count <= _TIERS_MAX:
            raise BadValue("wanted", "must be of tiers and quantities.")
        wanted.append((tier, count))
    return tuple(wanted)
