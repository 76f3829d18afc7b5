"""What a desk on a line sells, collects and prints: a clerk lends the permission for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.desks import DeskView
from boxoffice.door.offers import offers_at
from boxoffice.door.queries import gate_of_list
from boxoffice.door.wire import offer_json, owed_json, sold_json
from boxoffice.errors import BadValue
from boxoffice.listener.desk_line import (
    HEADERS,
    answer,
    as_desk,
    as_reading_desk,
    lent,
    nonce_in,
    read_body,
    text_in,
    word_in,
)
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.paper import order_pdf
from boxoffice.orders.queries import order_view
from boxoffice.orders.reprint import reprint
from boxoffice.orders.within import Reach
from boxoffice.payments.collect import Till
from boxoffice.payments.debt import Debt, collect_debt, debt_of
from boxoffice.payments.provider import Method
from boxoffice.payments.walk_in import WalkIn, sell_walk_in
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.paper import Paper

_TIERS_MAX = 50
_NAME_MAX = 200
_TICKET_MAX = 20
_OWED_MAX = 10**12


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


async def desk_owed(request: Request) -> Response:
    """Say what the order of a ticket owes that the desk's door lets in."""
    ticket = request.query_params.get("ticket", "")[:_TICKET_MAX]

    def work(session: ReadSession, desk: DeskView, _now: datetime) -> dict[str, Any]:
        return owed_json(debt_of(session, desk.actor, _reach(session, desk), ticket))

    return answer(await as_reading_desk(request, work))


async def desk_collect(request: Request) -> Response:
    """Take what an order owes into the open till of whoever approves it. Safe to repeat."""
    body = await read_body(request)
    ticket = text_in(body, "ticket", length_max=_TICKET_MAX)
    debt = Debt(ticket, _owed(body))
    method = word_in(body, "method", Method, Method.CASH)
    office: BoxOffice = request.app.state.office

    def work(session: WriteSession, desk: DeskView, by: Actor | None) -> dict[str, Any]:
        reach, seller = _reach(session, desk), by or desk.actor
        how = Till(office.ticket_key, method)
        collect_debt(session, seller, reach, debt, how, now=office.now())
        return owed_json(debt_of(session, desk.actor, reach, ticket))

    told = await as_desk(request, work, lent(body, Permission.SELL))
    request.app.state.after_keeping()  # the tickets' mail is promised
    return answer(told)


async def desk_print(request: Request) -> Response:
    """Print a ticket once more, for who may sell or has somebody who approves it."""
    body = await read_body(request)
    ticket = text_in(body, "ticket", length_max=_TICKET_MAX)
    office: BoxOffice = request.app.state.office

    def work(session: WriteSession, desk: DeskView, by: Actor | None) -> tuple[UUID, UUID]:
        reach = _reach(session, desk)
        return reprint(session, by or desk.actor, reach, ticket, now=office.now())

    order_id, ticket_id = await as_desk(request, work, lent(body, Permission.SELL))

    def paper(session: ReadSession, _desk: DeskView, _now: datetime) -> bytes:
        key, only = office.ticket_key, {ticket_id}
        return order_pdf(session, order_id, key, Paper.RECEIPT, only=only).content

    printed = await as_reading_desk(request, paper)
    return Response(printed, media_type="application/pdf", headers=HEADERS)


def _reach(session: ReadSession, desk: DeskView) -> Reach:
    gate = gate_of_list(session, desk.list_id)
    return Reach(gate.event_id, gate.tier_ids)


def _owed(body: dict[str, Any]) -> Money:
    minor = body.get("owed_minor")
    if type(minor) is not int or not 0 <= minor <= _OWED_MAX:
        raise BadValue("owed_minor", "must be a sum in minor units.")
    return Money(minor, text_in(body, "currency", length_max=3))


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
