"""Redeem a promo: find what it gives, take its uses, give them back when the order dies."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, delete, insert, update
from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.errors import PromoRefused
from boxoffice.events.models import Event
from boxoffice.events.queries import EventForSale
from boxoffice.ids import new_id
from boxoffice.inserts import insert_once
from boxoffice.money import Money
from boxoffice.promos.models import Promo, PromoState, PromoTier, PromoUse
from boxoffice.promos.rules import (
    Cart,
    PromoFacts,
    WhyNot,
    covers,
    discount_of,
    person_key,
    read_promo_code,
    why_not,
)

# Made once. NULL minus a number is NULL: a promo without a limit would stay without one.
_COUNT = bindparam("count", type_=Integer)
_TAKE = (
    update(Promo)
    .where(
        col(Promo.id) == bindparam("promo_id"),
        col(Promo.uses_left) >= _COUNT,
        col(Promo.state) != PromoState.REVOKED,
    )
    .values(uses_left=Promo.uses_left - _COUNT)
)
_GIVE_BACK = (
    update(Promo)
    .where(
        col(Promo.id) == bindparam("promo_id"),
        col(Promo.uses_left).is_not(None),
        # What a guest has redeemed is spent: the place goes back to its tier, not to the code.
        col(Promo.is_reserved).is_(False),
    )
    .values(uses_left=Promo.uses_left + _COUNT)
)
_ADD_USES = insert(PromoUse)

_SAID = {
    WhyNot.UNREADABLE: "is not a promo code: it has more in it than A-Z, 0-9 and -",
    WhyNot.UNKNOWN: "is not a promo of this event",
    WhyNot.REVOKED: "was revoked",
    WhyNot.NOT_YET: "cannot be used yet: its time has not come",
    WhyNot.OVER: "cannot be used any more: its time is over",
    WhyNot.NOT_WITH_HALF_PRICE: "cannot be combined with half price",
    WhyNot.NOT_WITH_COURTESY: "makes nothing cheaper here: a courtesy is free already",
    WhyNot.RESERVED: "is one guest's courtesy, with places of its own",
    WhyNot.WRONG_TIER: "is not good for this tier",
    WhyNot.NEEDS_PERSON: "is limited per person, and this order names nobody",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a promo gives to an order that it is good for."""

    promo_id: UUID
    code: str
    event: str
    facts: PromoFacts
    value: int
    person: str  # the digest that the person's uses are kept under; "" without a limit per person

    def covers(self, tier_id: UUID) -> bool:
        """Say whether places of this tier use the promo."""
        return covers(self.facts.tier_ids, tier_id)

    def discount(self, tier_id: UUID, price: Money) -> Money:
        """Return how much less one place of this tier costs."""
        if not self.covers(tier_id):
            return Money(0, price.currency)
        return discount_of(self.facts.kind, self.value, price)


def find_grant(
    session: ReadSession,
    event: Event | EventForSale,
    code: str,
    cart: Cart,
    *,
    document: str,
    email: str,
    now: datetime,
) -> Grant:
    """Return what the promo with this code gives to `cart`. Nothing is taken yet.

    Raises:
        PromoRefused: it is not good for this order; the case says why.
    """
    read = read_promo_code(code)
    if read is None:
        raise refusal_of(WhyNot.UNREADABLE, code[:40], event.slug)
    promo = session.exec(
        select(Promo).where(Promo.event_id == event.id, Promo.code == read)
    ).first()
    if promo is None:
        raise refusal_of(WhyNot.UNKNOWN, read, event.slug)
    facts = facts_of(session, promo)
    refused = why_not(facts, cart, now)
    if refused is WhyNot.PERSON_LIMIT:
        raise _over_the_limit(read, event.slug, facts.per_person_max or 0, left_count=None)
    if refused is WhyNot.USED_UP:
        raise used_up(read, event.slug, promo.uses_left or 0)
    if refused is not None:
        raise refusal_of(refused, read, event.slug)
    is_limited = facts.per_person_max is not None
    person = person_key(promo.id, document=document, email=email) if is_limited else ""
    return Grant(promo.id, read, event.slug, facts, promo.value, person)


def facts_of(session: ReadSession, promo: Promo) -> PromoFacts:
    """Return what the rules need to know of a promo."""
    tier_ids = session.exec(select(PromoTier.tier_id).where(PromoTier.promo_id == promo.id)).all()
    return PromoFacts(
        kind=promo.kind,
        state=promo.state,
        opens_at=promo.opens_at,
        closes_at=promo.closes_at,
        uses_left=promo.uses_left,
        per_person_max=promo.per_person_max,
        tier_ids=frozenset(tier_ids),
        is_reserved=promo.is_reserved,
    )


def take_uses(
    session: WriteSession, grant: Grant, order_id: UUID, tickets: Sequence[tuple[UUID, Money]]
) -> None:
    """Take one use for each of these (ticket, discount), or none at all.

    Call it just before `take_places`: first the rows that are a person's own, then the promo's
    row, which all its orders meet, then the tiers and the event. `give_back_uses` keeps the same
    order, so that nobody waits in a ring.

    Raises:
        PromoRefused: fewer uses are left, the person's or the promo's, or it was revoked.
    """
    if grant.person:
        _take_turns(session, grant, order_id, tickets)
    else:
        # Nobody is counted, so nobody is kept: these turns are the order's own.
        own = hashlib.sha256(str(order_id).encode()).hexdigest()
        uses = [
            _use(grant, order_id, own, turn, ticket) for turn, ticket in enumerate(tickets, start=1)
        ]
        session.connection().execute(_ADD_USES, uses)
    if grant.facts.uses_left is None:
        return
    # Race: two orders, one use. The UPDATE asks and takes at once.
    if not changed(session, _TAKE, {"promo_id": grant.promo_id, "count": len(tickets)}):
        promo = session.get_one(Promo, grant.promo_id, populate_existing=True)
        if promo.state is PromoState.REVOKED:
            raise refusal_of(WhyNot.REVOKED, grant.code, grant.event)
        raise used_up(grant.code, grant.event, promo.uses_left or 0)


def give_back_uses(
    session: WriteSession, order_id: UUID, ticket_ids: Collection[UUID] | None = None
) -> int:
    """Give the uses of an order back, or of these tickets of it; return how many there were.

    Call it just before the places are given back. A second call finds nothing to give.
    """
    which = [col(PromoUse.order_id) == order_id]
    if ticket_ids is not None:
        which.append(col(PromoUse.ticket_id).in_(list(ticket_ids)))
    # Race: whoever deletes the row gives the use back, and nobody else does.
    gone = session.connection().execute(
        delete(PromoUse).where(*which).returning(col(PromoUse.promo_id))
    )
    counts = Counter(gone.scalars())
    for promo_id in sorted(counts):
        changed(session, _GIVE_BACK, {"promo_id": promo_id, "count": counts[promo_id]})
    return counts.total()


def _take_turns(
    session: WriteSession, grant: Grant, order_id: UUID, tickets: Sequence[tuple[UUID, Money]]
) -> None:
    """Take a free turn of the person's for each ticket."""
    limit = grant.facts.per_person_max
    assert limit is not None, "only a limit per person makes turns a person's"
    free = _free_turns(session, grant, limit)
    for number, ticket in enumerate(tickets):
        # Race: one person, two orders. A turn is taken once; who comes second looks again.
        while True:
            needed = len(tickets) - number
            if len(free) < needed:
                raise _over_the_limit(grant.code, grant.event, limit, len(free) + number)
            use = PromoUse(**_use(grant, order_id, grant.person, free.pop(0), ticket))
            if insert_once(session, use):
                break
            free = _free_turns(session, grant, limit)


def _free_turns(session: WriteSession, grant: Grant, limit: int) -> list[int]:
    """Return up to an order's worth of turns that are free, the lowest first."""
    taken = set(
        session.exec(
            select(PromoUse.turn).where(
                PromoUse.promo_id == grant.promo_id, PromoUse.person == grant.person
            )
        ).all()
    )
    return [turn for turn in range(1, limit + 1) if turn not in taken]


def _use(
    grant: Grant, order_id: UUID, person: str, turn: int, ticket: tuple[UUID, Money]
) -> dict[str, Any]:
    ticket_id, discount = ticket
    return {
        "id": new_id(),
        "promo_id": grant.promo_id,
        "order_id": order_id,
        "ticket_id": ticket_id,
        "person": person,
        "turn": turn,
        "discount_minor": discount.minor,
    }


def refusal_of(why: WhyNot, code: str, event: str) -> PromoRefused:
    """Return the refusal that says why a promo is not good here."""
    hint = f"see what it is good for: boxoffice promo show {event} {code}"
    if why is WhyNot.NEEDS_PERSON:
        hint = "say who buys: --buyer-document or --buyer-email"
    elif why in {WhyNot.UNKNOWN, WhyNot.UNREADABLE}:
        hint = f"see them all: boxoffice promo list {event}"
    elif why is WhyNot.RESERVED:
        hint = f"redeem it: boxoffice courtesy redeem {code} --event {event}"
    elif why is WhyNot.NOT_WITH_HALF_PRICE:
        hint = "place the half-price tickets in an order of their own, without the promo"
    return PromoRefused(f"{code} {_SAID[why]}.", hint=hint, code=f"promo.{why}", promo=code)


def used_up(code: str, event: str, left_count: int) -> PromoRefused:
    """Return the refusal of a promo that has fewer places left than were asked for."""
    left = "is used up" if left_count <= 0 else f"has {left_count} places left"
    return PromoRefused(
        f"{code} {left}.",
        hint=f"see its uses: boxoffice promo show {event} {code}",
        code=f"promo.{WhyNot.USED_UP}",
        promo=code,
        left_count=left_count,
    )


def _over_the_limit(code: str, event: str, limit: int, left_count: int | None) -> PromoRefused:
    left = "" if left_count is None else f", and this person has {left_count} left"
    return PromoRefused(
        f"{code} is good for {limit} places a person{left}.",
        hint=f"ask for fewer places, or see it: boxoffice promo show {event} {code}",
        code=f"promo.{WhyNot.PERSON_LIMIT}",
        promo=code,
        limit=limit,
        left_count=limit if left_count is None else left_count,
    )
