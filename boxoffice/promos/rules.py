"""What a promo is good for, and what it does to a price: pure decisions."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from boxoffice.errors import BadValue
from boxoffice.events.models import Category
from boxoffice.money import Money
from boxoffice.promos.models import PromoKind, PromoState

USES_MAX = 1_000_000  # places that one promo may be good for
PER_PERSON_MAX = 1_000  # places that one promo may give to one person
_WHOLE = 10_000  # basis points
_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,38}[A-Z0-9])?")


class WhyNot(StrEnum):
    """Why a promo is not good for an order. The error's case is `promo.` and one of these."""

    UNREADABLE = "unreadable"  # no code looks like this
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    NOT_YET = "not_yet"  # its window has not opened
    OVER = "over"
    NOT_WITH_HALF_PRICE = "not_with_half_price"
    NOT_WITH_COURTESY = "not_with_courtesy"  # what is given away cannot become cheaper
    RESERVED = "reserved"  # a campaign's: its places are taken already, and redeemed by name
    WRONG_TIER = "wrong_tier"
    USED_UP = "used_up"
    NEEDS_PERSON = "needs_person"  # it is limited per person, and nobody is named
    PERSON_LIMIT = "person_limit"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promo does, and for whom, as the organizer wants it."""

    kind: PromoKind
    value: int = 0  # basis points of a percentage, else minor units; nothing for a courtesy
    tiers: tuple[str, ...] = ()  # none: every tier of the event
    uses_max: int | None = None  # places; none: no limit
    per_person_max: int | None = None  # places
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PromoFacts:
    """What the rule needs to know of one promo."""

    kind: PromoKind
    state: PromoState
    opens_at: datetime | None
    closes_at: datetime | None
    uses_left: int | None
    per_person_max: int | None
    tier_ids: frozenset[UUID]  # none: every tier of the event
    is_reserved: bool = False


@dataclass(frozen=True, slots=True)
class Cart:
    """What the rule needs to know of one order: places by tier, and who wants them."""

    places: Mapping[UUID, int]
    categories: Collection[Category]
    is_given: bool  # a courtesy: it costs nothing with or without a promo
    is_named: bool  # the buyer gave a document or an e-mail


def closed(promo: PromoFacts, now: datetime) -> WhyNot | None:
    """Return why nobody can use `promo` at `now`, or `None`. Its window ends before `closes_at`."""
    if promo.state is PromoState.REVOKED:
        return WhyNot.REVOKED
    if promo.opens_at is not None and now < promo.opens_at:
        return WhyNot.NOT_YET
    if promo.closes_at is not None and now >= promo.closes_at:
        return WhyNot.OVER
    return WhyNot.USED_UP if promo.uses_left == 0 else None


def why_not(promo: PromoFacts, cart: Cart, now: datetime) -> WhyNot | None:
    """Return why `promo` is not good for `cart` at `now`, or `None` when it is.

    Half price is never combined with a promo (Lei 12.933/2013), not even in another line of the
    same order. Lines of tiers that the promo does not cover keep their price. How much of the
    person's limit is left, the database says when the uses are taken.
    """
    shut = closed(promo, now)
    if shut is not None:
        return shut
    if promo.is_reserved:
        return WhyNot.RESERVED
    if Category.HALF in cart.categories:
        return WhyNot.NOT_WITH_HALF_PRICE
    if cart.is_given and promo.kind is not PromoKind.COURTESY:
        return WhyNot.NOT_WITH_COURTESY
    count = sum(n for tier_id, n in cart.places.items() if covers(promo.tier_ids, tier_id))
    if count == 0:
        return WhyNot.WRONG_TIER
    if promo.uses_left is not None and promo.uses_left < count:
        return WhyNot.USED_UP
    if promo.per_person_max is None:
        return None
    if not cart.is_named:
        return WhyNot.NEEDS_PERSON
    return WhyNot.PERSON_LIMIT if promo.per_person_max < count else None


def covers(tier_ids: Collection[UUID], tier_id: UUID) -> bool:
    """Say whether a promo of these tiers is good for this one; of none, it is good for all."""
    return not tier_ids or tier_id in tier_ids


def discount_of(kind: PromoKind, value: int, price: Money) -> Money:
    """Return how much less one place costs: never less than nothing, never more than its price.

    A percentage is rounded per ticket, halves up, so that it can be given back exactly.
    """
    match kind:
        case PromoKind.PERCENT:
            return price.share(value)
        case PromoKind.AMOUNT:
            return Money(min(value, price.minor), price.currency)
        case PromoKind.FIXED_PRICE:
            return Money(max(0, price.minor - value), price.currency)
        case PromoKind.COURTESY:
            return price


def person_key(promo_id: UUID, *, document: str, email: str) -> str:
    """Return the digest a person's uses of one promo are kept under, or `""` when nobody is named.

    A document counts before an e-mail. The promo is part of it, so that one person's uses of two
    promos cannot be told to be one person's.
    """
    who = re.sub(r"\W", "", document).upper() or email.strip().casefold()
    return hashlib.sha256(f"{promo_id}:{who}".encode()).hexdigest() if who else ""


def read_promo_code(text: str) -> str | None:
    """Return a promo code as it is kept, in upper case; `None` when no code looks like this."""
    code = text.strip().upper()
    return code if text.isascii() and _CODE.fullmatch(code) else None


def parse_promo_code(text: str, *, name: str = "the promo code") -> str:
    """Read the code of a promo that is to be made.

    Raises:
        BadValue: it is not 1 to 40 of A-Z, 0-9 and -, with a letter or digit at both ends.
    """
    code = read_promo_code(text)
    if code is None:
        raise BadValue(
            name, f"{text[:40]!r} has more in it than A-Z, 0-9 and -.", hint="write AMIGOS10"
        )
    return code


def check_terms(terms: Terms, now: datetime) -> None:
    """Check that terms make sense.

    Raises:
        BadValue: a number is out of its limits, or the window is over or upside down.
    """
    _check_value(terms)
    for name, count, most in (
        ("--uses", terms.uses_max, USES_MAX),
        ("--per-person", terms.per_person_max, PER_PERSON_MAX),
    ):
        if count is not None and not 1 <= count <= most:
            raise BadValue(name, f"must be from 1 to {most}.")
    if terms.kind is PromoKind.COURTESY and terms.uses_max is None:
        raise BadValue(
            "--uses", "is needed: a courtesy has a quota of its own.", hint="add --uses 10"
        )
    if terms.closes_at is None:
        return
    if terms.closes_at <= now:
        raise BadValue("--closes-at", "is over already.")
    if terms.opens_at is not None and terms.closes_at <= terms.opens_at:
        raise BadValue("--closes-at", "comes before --opens-at.")


def _check_value(terms: Terms) -> None:
    match terms.kind:
        case PromoKind.PERCENT:
            if not 1 <= terms.value <= _WHOLE:
                raise BadValue("--percent", "must be more than 0 and at most 100.")
        case PromoKind.AMOUNT:
            if terms.value < 1:
                raise BadValue("--amount", "must be more than nothing.")
        case PromoKind.FIXED_PRICE:
            if terms.value < 0:
                raise BadValue("--price", "must not be less than nothing.")
        case PromoKind.COURTESY:
            assert terms.value == 0, "a courtesy has no amount: it is all of the price"
