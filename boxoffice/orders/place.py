"""Place an order: places taken, lines priced, tickets held and the clock set, or nothing at all."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, insert_once
from boxoffice.errors import BadValue, EventNotOnSale, KeyReused, NotFound, SoldOut, TierNotOnSale
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.queries import event_by_slug, facts_of, tiers_of
from boxoffice.events.rules import Closed, why_closed
from boxoffice.events.take import take_places
from boxoffice.ids import new_code, new_id
from boxoffice.money import Money
from boxoffice.orders.models import Channel, Order, OrderLine
from boxoffice.orders.rules import QUANTITY_MAX, FeeRule, bill
from boxoffice.orders.search import index_order
from boxoffice.outbox.jobs import ExpireOrder
from boxoffice.outbox.promise import promise
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket

KEY_MAX = 200  # characters of an idempotency key
_NO_FEE = frozenset({Channel.COURTESY})


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

    @property
    def digest(self) -> str:
        """SHA-256 of the request, to tell whether an idempotency key came back with another one."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


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
        KeyReused: the key came with another request.
    """
    actor.must(Permission.SELL)
    if key is not None:
        if not 1 <= len(key) <= KEY_MAX or not key.isprintable():
            raise BadValue("the idempotency key", f"must be 1 to {KEY_MAX} printable characters.")
        before = session.exec(select(Order).where(Order.idempotency_key == key)).first()
        if before is not None:
            return _same(before, request)

    event = event_by_slug(session, request.event)
    tiers = _wanted_tiers(session, event, request, now)
    order = _order(event, tiers, request, now=now, holds=holds, key=key)
    # Race: two orders draw one code, or one key comes twice at once. The database keeps the first.
    while not insert_once(session, order):
        if key is not None:
            before = session.exec(select(Order).where(Order.idempotency_key == key)).first()
            if before is not None:
                return _same(before, request)
        order.code = new_code()
    _write_lines(session, event, order, tiers, request)
    index_order(session, order, [h for line in request.lines for h in line.holders])
    record(
        session,
        actor,
        "order.place",
        "order",
        order.id,
        now=now,
        channel=request.channel,
        method=request.method,
        total_minor=order.total_minor,
    )
    if order.expires_at is not None:
        promise(session, ExpireOrder(order.id), now=now, run_at=order.expires_at)
    session.flush()

    counts: dict[UUID, int] = {}
    for line in request.lines:
        tier_id = tiers[line.tier].id
        counts[tier_id] = counts.get(tier_id, 0) + line.quantity
    take_places(session, event, counts)
    return Placed(order.id, order.code, order.total, is_new=True)


def _same(order: Order, request: Request) -> Placed:
    if order.request_digest != request.digest:
        raise KeyReused(
            f"this idempotency key has made order {order.code}, from another request.",
            hint="use a new key for a new order",
            order=order.code,
        )
    return Placed(order.id, order.code, order.total, is_new=False)


def _wanted_tiers(
    session: WriteSession, event: Event, request: Request, now: datetime
) -> dict[str, Tier]:
    """Return the tiers asked for, having checked that each can be bought now."""
    if event.state is not EventState.ON_SALE:
        hint = f"open the sale: boxoffice event publish {event.slug}"
        raise EventNotOnSale(
            f"{event.slug} is {event.state}, not on sale.",
            hint=hint if event.state in {EventState.DRAFT, EventState.PAUSED} else "",
        )
    total = sum(line.quantity for line in request.lines)
    if any(line.quantity < 1 for line in request.lines) or not 1 <= total <= QUANTITY_MAX:
        raise BadValue("quantity", f"must be from 1 to {QUANTITY_MAX} in one order.")
    tiers = tiers_of(session, event.id)
    facts = [facts_of(tier) for tier in tiers]
    by_name = {tier.name: tier for tier in tiers}
    for line in request.lines:
        tier = by_name.get(line.tier)
        if tier is None:
            raise NotFound("tier", line.tier[:80], hint="there are: " + ", ".join(by_name))
        closed = why_closed(facts_of(tier), facts, now)
        if closed is Closed.SOLD_OUT or (closed is None and tier.places_left < line.quantity):
            raise SoldOut(tier.name, tier.places_left, hint=_others(tiers, now))
        if closed is not None:
            raise TierNotOnSale(
                f"{tier.name} is not on sale: {_REASONS[closed]}.",
                hint=_others(tiers, now),
                tier=tier.name,
                reason=closed,
            )
    return by_name


_REASONS = {
    Closed.NOT_YET: "its time has not come",
    Closed.OVER: "its time is over",
    Closed.WAITS: "the tier before it still sells",
    Closed.SOLD_OUT: "it is sold out",
}


def _others(tiers: Sequence[Tier], now: datetime) -> str:
    facts = [facts_of(tier) for tier in tiers]
    names = [
        tier.name
        for tier, fact in zip(tiers, facts, strict=True)
        if why_closed(fact, facts, now) is None
    ]
    return "on sale now: " + ", ".join(names) if names else "nothing is on sale now"


def _fee_rule(event: Event, channel: Channel) -> FeeRule:
    is_free = channel in _NO_FEE
    return FeeRule(
        Money(0 if is_free else event.fee_fixed_minor, event.currency),
        0 if is_free else event.fee_basis_points,
        event.fee_per,
    )


def _order(
    event: Event,
    tiers: dict[str, Tier],
    request: Request,
    *,
    now: datetime,
    holds: bool,
    key: str | None,
) -> Order:
    is_free = request.channel in _NO_FEE
    cost = bill(
        [(tiers[line.tier].price, line.quantity) for line in request.lines],
        _fee_rule(event, request.channel),
        event.currency,
    )
    discount = cost.subtotal.minor if is_free else 0
    return Order(
        id=new_id(),
        code=new_code(),
        event_id=event.id,
        channel=request.channel,
        buyer_name=request.buyer.name,
        buyer_email=request.buyer.email,
        buyer_document=request.buyer.document,
        buyer_phone=request.buyer.phone,
        buyer_company=request.buyer.company,
        currency=event.currency,
        subtotal_minor=cost.subtotal.minor,
        discount_minor=discount,
        fee_minor=cost.fee.minor,
        total_minor=cost.total.minor - discount,
        expires_at=now + timedelta(minutes=event.hold_minutes) if holds else None,
        placed_at=now,
        idempotency_key=key,
        request_digest=request.digest,
    )


def _write_lines(
    session: WriteSession, event: Event, order: Order, tiers: dict[str, Tier], request: Request
) -> None:
    lines, tickets, number = [], [], 0
    is_free = request.channel in _NO_FEE
    rule = _fee_rule(event, request.channel)
    for wanted in request.lines:
        tier = tiers[wanted.tier]
        line = OrderLine(
            order_id=order.id,
            tier_id=tier.id,
            quantity=wanted.quantity,
            price_minor=tier.price_minor,
        )
        lines.append(line.model_dump())
        for place in range(wanted.quantity):
            number += 1
            holder = _holder(wanted, place, request.buyer, number)
            tickets.append(
                Ticket(
                    event_id=event.id,
                    tier_id=tier.id,
                    order_id=order.id,
                    line_id=line.id,
                    number=number,
                    price_minor=tier.price_minor,
                    discount_minor=tier.price_minor if is_free else 0,
                    fee_minor=rule.of_ticket(tier.price).minor,
                    holder_name=holder.name,
                    holder_email=holder.email,
                    holder_document=holder.document,
                    holder_company=holder.company,
                    holder_title=holder.title,
                ).model_dump()
            )
    connection = session.connection()
    connection.execute(insert(OrderLine), lines)
    connection.execute(insert(Ticket), tickets)


def _holder(wanted: Wanted, place: int, buyer: Person, number: int) -> Person:
    """Return who holds this ticket: who was named, else the buyer for the first, else nobody."""
    if place < len(wanted.holders):
        return wanted.holders[place]
    return buyer if number == 1 else Person(name="")
