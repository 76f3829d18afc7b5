"""Place an order: lines priced, tickets held, promo and places taken, or nothing at all."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlmodel import select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, KeyReused
from boxoffice.events.queries import EventForSale, TierForSale, event_for_sale
from boxoffice.events.take import take_places
from boxoffice.ids import new_code
from boxoffice.inserts import insert_values_once, together
from boxoffice.money import Money
from boxoffice.orders.holds import expiry_of
from boxoffice.orders.lines import order_row, write_lines
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.on_sale import bought
from boxoffice.orders.pricing import Priced, priced
from boxoffice.orders.search import index_people
from boxoffice.outbox.jobs import ExpireOrder
from boxoffice.outbox.promise import promise
from boxoffice.people import Person
from boxoffice.promos.redeem import Grant, find_grant, take_uses
from boxoffice.promos.rules import Cart
from boxoffice.staff.rules import Actor, Permission

KEY_MAX = 200  # characters of an idempotency key
_GIVEN = frozenset({Channel.COURTESY})
_FACTS = attrgetter(*(each.name for each in fields(Person)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many places of one tier, and who will hold them (fewer names leave tickets nameless)."""

    tier: str
    quantity: int
    holders: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for. Equal requests have equal digests."""

    event: str
    lines: tuple[Wanted, ...]
    channel: Channel
    method: str
    buyer: Person = field(default_factory=lambda: Person(name=""))
    promo: str = ""  # a promo code
    parts: tuple[str, ...] = ()  # how a payment is shared out: "cash=50.00", "pix"

    @property
    def digest(self) -> str:
        """SHA-256 of the request, to tell whether an idempotency key came back with another one."""
        lines = [(w.tier, w.quantity, [_FACTS(p) for p in w.holders]) for w in self.lines]
        asked = (self.event, self.channel, self.method, self.promo, self.parts)
        told = (asked, lines, _FACTS(self.buyer))
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """The order that was made, or that this key had made before."""

    id: UUID
    code: str
    total: Money
    is_new: bool


def place(
    session: WriteSession,
    actor: Actor,
    request: Request,
    *,
    now: datetime,
    holds: bool,
    key: str | None = None,
) -> Placed:
    """Place an order. With `holds` its places go back when the event's hold time is over.

    The same `key` with the same request answers with the order of the first time.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the key, or a quantity, is out of its limits.
        NotFound: there is no such event or tier.
        EventNotOnSale, TierNotOnSale: it cannot be bought now.
        SoldOut, EventFull: fewer places are left than were asked for.
        PromoRefused: the promo is not good for this order.
        KeyReused: the key came with another request.
    """
    actor.must(Permission.SELL)
    if key is not None:
        if not 1 <= len(key) <= KEY_MAX or not key.isprintable():
            raise BadValue("the idempotency key", f"must be 1 to {KEY_MAX} printable characters.")
        before = session.exec(select(Order).where(Order.idempotency_key == key)).first()
        if before is not None:
            return _same(before, request)

    event, found = event_for_sale(session, request.event)
    wanted = [(line.tier, line.quantity) for line in request.lines]
    tiers = bought(event, found, wanted, now=now)
    grant = _grant(session, event, tiers, request, now)
    cost = priced(
        event,
        [(tiers[line.tier], line.quantity) for line in request.lines],
        grant=grant,
        is_given=request.channel in _GIVEN,
    )
    order = _order(event, cost, request, now=now, holds=holds, key=key)
    # Race: two orders draw one code, or one key comes twice at once. The database keeps the first.
    while not insert_values_once(session, Order, order):
        if key is not None:
            before = session.exec(select(Order).where(Order.idempotency_key == key)).first()
            if before is not None:
                return _same(before, request)
        order["code"] = new_code()
    order_id, code = order["id"], order["code"]
    with together(session):
        tickets = write_lines(session, event.id, order_id, cost.lines, _holders(request))
        people = [request.buyer, *(h for line in request.lines for h in line.holders)]
        index_people(session, order_id, code, people)
        facts = {
            "channel": request.channel,
            "method": request.method,
            "total_minor": cost.total.minor,
        }
        record(session, actor, "order.place", "order", order_id, now=now, **facts)
    if order["expires_at"] is not None:
        promise(session, ExpireOrder(order_id), now=now, run_at=order["expires_at"])

    if grant is not None:
        take_uses(session, grant, order_id, _uses(grant, cost, tickets))
    take_places(session, event, _counts(tiers, request))
    return Placed(order_id, code, cost.total, is_new=True)


def _same(order: Order, request: Request) -> Placed:
    if order.request_digest != request.digest:
        raise KeyReused(
            f"this idempotency key has made order {order.code}, from another request.",
            hint="use a new key for a new order",
            order=order.code,
        )
    return Placed(order.id, order.code, order.total, is_new=False)


def _grant(
    session: WriteSession,
    event: EventForSale,
    tiers: dict[str, TierForSale],
    request: Request,
    now: datetime,
) -> Grant | None:
    """Return what the promo of the request gives to it, if it names one."""
    if not request.promo:
        return None
    cart = Cart(
        places=_counts(tiers, request),
        categories={tiers[line.tier].category for line in request.lines},
        is_given=request.channel in _GIVEN,
        is_named=bool(request.buyer.document or request.buyer.email),
    )
    return find_grant(
        session,
        event,
        request.promo,
        cart,
        document=request.buyer.document,
        email=request.buyer.email,
        now=now,
    )


def _counts(tiers: dict[str, TierForSale], request: Request) -> dict[UUID, int]:
    """Return how many places of each tier are asked for; a tier may stand in several lines."""
    counts: dict[UUID, int] = {}
    for line in request.lines:
        tier_id = tiers[line.tier].id
        counts[tier_id] = counts.get(tier_id, 0) + line.quantity
    return counts


def _order(
    event: EventForSale,
    cost: Priced,
    request: Request,
    *,
    now: datetime,
    holds: bool,
    key: str | None,
) -> dict[str, Any]:
    """Return every column of the order that is asked for."""
    return order_row(
        event,
        request.buyer,
        cost,
        now=now,
        channel=request.channel,
        state=OrderState.PLACED,
        expires_at=expiry_of(event, request.method, now) if holds else None,
        idempotency_key=key,
        request_digest=request.digest,
    )


def _uses(grant: Grant, cost: Priced, tickets: Sequence[UUID]) -> list[tuple[UUID, Money]]:
    """Return the tickets that use the promo, and what each saves by it."""
    lines = [line for line in cost.lines for _ in range(line.quantity)]
    return [
        (ticket_id, line.discount)
        for ticket_id, line in zip(tickets, lines, strict=True)
        if grant.covers(line.tier_id)
    ]


def _holders(request: Request) -> list[Person]:
    """Return who holds each ticket: who was named, else the buyer for the first, else nobody."""
    nobody = Person(name="")
    holders = [
        line.holders[place] if place < len(line.holders) else nobody
        for line in request.lines
        for place in range(line.quantity)
    ]
    if not request.lines[0].holders:
        holders[0] = request.buyer
    return holders
