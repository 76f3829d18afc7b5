"""Questions about promos: answered as plain values, never as rows."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import event_by_slug
from boxoffice.money import Money
from boxoffice.promos.models import Promo, PromoKind, PromoState, PromoTier, PromoUse
from boxoffice.promos.rules import PromoFacts, WhyNot, closed, read_promo_code


@dataclass(frozen=True, slots=True)
class PromoView:
    """A promo as people and programs see it. `closed` says why it cannot be used now."""

    id: UUID
    event: str
    zone: ZoneInfo
    code: str
    kind: PromoKind
    value: int  # basis points of a percentage, else minor units
    currency: str
    tiers: tuple[str, ...]
    uses_max: int | None
    uses_left: int | None
    used_count: int  # places in orders that stand
    discount: Money  # of those places, in all
    per_person_max: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    state: PromoState
    closed: WhyNot | None
    recipient_name: str
    recipient_email: str
    note: str
    created_at: datetime


def promo_by_code(session: ReadSession, slug: str, code: str) -> Promo:
    """Return the row of a promo. Case does not matter.

    Raises:
        NotFound: there is no such event, or no such promo in it.
    """
    event = event_by_slug(session, slug)
    read = read_promo_code(code)
    known = select(Promo).where(Promo.event_id == event.id, Promo.code == read)
    promo = None if read is None else session.exec(known).first()
    if promo is None:
        raise NotFound("promo", code[:40], hint=f"see them all: boxoffice promo list {event.slug}")
    return promo


def promo_view(session: ReadSession, slug: str, code: str, *, now: datetime) -> PromoView:
    """Return one promo as it stands at `now`.

    Raises:
        NotFound: there is no such event, or no such promo in it.
    """
    promo = promo_by_code(session, slug, code)
    (view,) = _views(session, session.get_one(Event, promo.event_id), [promo], now)
    return view


def promo_views(session: ReadSession, slug: str, *, now: datetime, limit: int) -> list[PromoView]:
    """Return the promos of an event, by their codes.

    Raises:
        NotFound: there is no such event.
    """
    event = event_by_slug(session, slug)
    promos = session.exec(
        select(Promo).where(Promo.event_id == event.id).order_by(col(Promo.code)).limit(limit)
    ).all()
    return _views(session, event, promos, now)


def promo_views_of(
    session: ReadSession, slug: str, codes: Sequence[str], *, now: datetime
) -> list[PromoView]:
    """Return the promos of an event that have these codes, by their codes.

    Raises:
        NotFound: there is no such event.
    """
    event = event_by_slug(session, slug)
    promos = session.exec(
        select(Promo)
        .where(Promo.event_id == event.id, col(Promo.code).in_(codes))
        .order_by(col(Promo.code))
    ).all()
    return _views(session, event, promos, now)


def _views(
    session: ReadSession, event: Event, promos: Sequence[Promo], now: datetime
) -> list[PromoView]:
    ids = [promo.id for promo in promos]
    tiers = _tiers_of(session, ids)
    uses = {
        promo_id: (count, int(total))
        for promo_id, count, total in session.exec(
            select(PromoUse.promo_id, func.count(), func.sum(PromoUse.discount_minor))
            .where(col(PromoUse.promo_id).in_(ids))
            .group_by(col(PromoUse.promo_id))
        )
    }
    return [
        _view(event, promo, tiers[promo.id], uses.get(promo.id, (0, 0)), now) for promo in promos
    ]


def _tiers_of(session: ReadSession, ids: Collection[UUID]) -> defaultdict[UUID, dict[UUID, str]]:
    """Return the tiers each promo is limited to, as the organizer ordered them."""
    tiers: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    limits = session.exec(
        select(PromoTier.promo_id, Tier.id, Tier.name)
        .join(Tier, col(Tier.id) == PromoTier.tier_id)
        .where(col(PromoTier.promo_id).in_(ids))
        .order_by(col(Tier.turn))
    )
    for promo_id, tier_id, name in limits:
        tiers[promo_id][tier_id] = name
    return tiers


def _view(
    event: Event, promo: Promo, tiers: dict[UUID, str], uses: tuple[int, int], now: datetime
) -> PromoView:
    facts = PromoFacts(
        kind=promo.kind,
        state=promo.state,
        opens_at=promo.opens_at,
        closes_at=promo.closes_at,
        uses_left=promo.uses_left,
        per_person_max=promo.per_person_max,
        tier_ids=frozenset(tiers),
    )
    used_count, discount_minor = uses
    return PromoView(
        id=promo.id,
        event=event.slug,
        zone=ZoneInfo(event.timezone),
        code=promo.code,
        kind=promo.kind,
        value=promo.value,
        currency=event.currency,
        tiers=tuple(tiers.values()),
        uses_max=promo.uses_max,
        uses_left=promo.uses_left,
        used_count=used_count,
        discount=Money(discount_minor, event.currency),
        per_person_max=promo.per_person_max,
        opens_at=promo.opens_at,
        closes_at=promo.closes_at,
        state=promo.state,
        closed=closed(facts, now),
        recipient_name=promo.recipient_name,
        recipient_email=promo.recipient_email,
        note=promo.note,
        created_at=promo.created_at,
    )
