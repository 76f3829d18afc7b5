"""Questions about events: answered as plain values, never as rows."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam
from sqlalchemy import select as columns
from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.events.models import Category, Event, EventState, FeePer, Tier
from boxoffice.events.rules import Closed, TierFacts, why_closed
from boxoffice.money import Money
from boxoffice.wording.languages import Language

# Made once: every order and every scan asks them.
_BY_SLUG = select(Event).where(Event.slug == bindparam("slug"))
_TIERS = select(Tier).where(Tier.event_id == bindparam("event_id")).order_by(col(Tier.turn))


@dataclass(frozen=True, slots=True)
class TierView:
    """A tier as people and programs see it."""

    id: UUID
    name: str
    category: str
    price: Money
    quota: int
    places_left: int
    opens_at: datetime | None
    closes_at: datetime | None
    after: str | None
    closed: Closed | None

    @property
    def on_sale(self) -> bool:
        """Whether it can be bought now."""
        return self.closed is None


@dataclass(frozen=True, slots=True)
class EventView:
    """An event with its tiers."""

    id: UUID
    slug: str
    title: str
    venue: str
    address: str
    timezone: str
    language: Language
    starts_at: datetime
    ends_at: datetime | None
    doors_at: datetime | None
    state: EventState
    capacity: int | None
    places_left: int
    currency: str
    tiers: tuple[TierView, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone its times are shown in."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class EventForSale:
    """What a sale needs to know of an event: a row object costs as much as its whole query."""

    id: UUID
    slug: str
    state: EventState
    timezone: str
    starts_at: datetime
    currency: str
    fee_fixed_minor: int
    fee_basis_points: int
    fee_per: FeePer
    hold_minutes: int
    boleto_days: int
    boleto_cutoff_days: int


@dataclass(frozen=True, slots=True)
class TierForSale:
    """What a sale needs to know of a tier."""

    id: UUID
    name: str
    category: Category
    price_minor: int
    currency: str
    places_left: int
    opens_at: datetime | None
    closes_at: datetime | None
    after_id: UUID | None

    @property
    def price(self) -> Money:
        """The price of one place."""
        return Money(self.price_minor, self.currency)


_OF_EVENT = [getattr(Event, each.name) for each in fields(EventForSale)]
_OF_TIER = [getattr(Tier, each.name) for each in fields(TierForSale)]
_FOR_SALE: Select[*tuple[Any, ...]] = (
    columns(*_OF_EVENT, *_OF_TIER)
    .join(Tier, col(Tier.event_id) == Event.id, isouter=True)
    .where(col(Event.slug) == bindparam("slug"))
    .order_by(col(Tier.turn))
)


def event_for_sale(session: ReadSession, slug: str) -> tuple[EventForSale, list[TierForSale]]:
    """Return an event with its tiers, as the organizer ordered them, in one question.

    Raises:
        NotFound: there is no event with this slug.
    """
    rows = session.line.execute(_FOR_SALE, {"slug": slug}).all() if _is_text(slug) else []
    if not rows:
        raise _no_event(slug)
    count = len(_OF_EVENT)
    tiers = [TierForSale(*row[count:]) for row in rows if row[count] is not None]
    return EventForSale(*rows[0][:count]), tiers


def event_by_slug(session: ReadSession, slug: str) -> Event:
    """Return the row of an event.

    Raises:
        NotFound: there is no event with this slug.
    """
    event = session.exec(_BY_SLUG, params={"slug": slug}).first() if _is_text(slug) else None
    if event is None:
        raise _no_event(slug)
    return event


def _is_text(slug: str) -> bool:
    """Whether a database can be asked for it: none takes half a character, PostgreSQL no NUL."""
    return slug.isprintable()


def _no_event(slug: str) -> NotFound:
    return NotFound("event", slug[:64], hint="see them all: boxoffice event list")


def tiers_of(session: ReadSession, event_id: UUID) -> list[Tier]:
    """Return the rows of an event's tiers, as the organizer ordered them."""
    return list(session.exec(_TIERS, params={"event_id": event_id}).all())


def facts_of(tier: Tier | TierForSale) -> TierFacts:
    """Return what the rule of sale needs to know of a tier."""
    return TierFacts(tier.id, tier.after_id, tier.places_left, tier.opens_at, tier.closes_at)


def places_left_of(event: Event, tiers: list[Tier]) -> int:
    """Return how many places can still be sold: the capacity's rest, or the tiers' rest."""
    in_tiers = sum(tier.places_left for tier in tiers)
    if event.capacity is None:
        return in_tiers
    return min(in_tiers, event.capacity - event.places_taken)


def event_view(session: ReadSession, slug: str, *, now: datetime) -> EventView:
    """Return one event with its tiers as they stand at `now`.

    Raises:
        NotFound: there is no event with this slug.
    """
    return _view(session, event_by_slug(session, slug), now)


def event_views(session: ReadSession, *, now: datetime, limit: int) -> list[EventView]:
    """Return events, the soonest first."""
    rows = session.exec(select(Event).order_by(col(Event.starts_at), col(Event.slug)).limit(limit))
    return [_view(session, event, now) for event in rows.all()]


def _view(session: ReadSession, event: Event, now: datetime) -> EventView:
    tiers = tiers_of(session, event.id)
    facts = [facts_of(tier) for tier in tiers]
    names = {tier.id: tier.name for tier in tiers}
    is_selling = event.state is EventState.ON_SALE
    return EventView(
        id=event.id,
        slug=event.slug,
        title=event.title,
        venue=event.venue,
        address=event.address,
        timezone=event.timezone,
        language=event.language,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        doors_at=event.doors_at,
        state=event.state,
        capacity=event.capacity,
        places_left=places_left_of(event, tiers),
        currency=event.currency,
        tiers=tuple(
            TierView(
                id=tier.id,
                name=tier.name,
                category=tier.category,
                price=tier.price,
                quota=tier.quota,
                places_left=tier.places_left,
                opens_at=tier.opens_at,
                closes_at=tier.closes_at,
                after=names.get(tier.after_id) if tier.after_id else None,
                closed=why_closed(fact, facts, now) if is_selling else Closed.NOT_YET,
            )
            for tier, fact in zip(tiers, facts, strict=True)
        ),
    )
