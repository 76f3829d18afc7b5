"""Who was invited, and what became of each: the guests of every campaign, one by one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import event_by_slug
from boxoffice.orders.models import Order, OrderState
from boxoffice.promos.campaign import find_campaign
from boxoffice.promos.models import (
    Campaign,
    CampaignMode,
    CampaignRow,
    CampaignRowState,
    Promo,
)
from boxoffice.promos.reclaim import UNREDEEMED
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class Courtesy:
    """One guest of a campaign as people and programs see it."""

    id: UUID
    event: str
    campaign: str
    campaign_id: UUID
    mode: CampaignMode
    tier: str
    line: int
    name: str
    email: str
    document: str
    company: str
    title: str
    quantity: int
    redeemed: int  # places that are tickets
    state: CampaignRowState
    code: str | None  # what the guest redeems
    order: str | None  # the first that was made of it
    expires_at: datetime | None
    sent_at: datetime | None
    reminded_at: datetime | None


def courtesies(
    session: ReadSession,
    actor: Actor,
    *,
    event: str | None = None,
    campaign: str | None = None,
    state: CampaignRowState | None = None,
    limit: int,
    now: datetime,
) -> list[Courtesy]:
    """Return the guests of campaigns as they stand at `now`, in the order of their files.

    A code whose time is over is expired from that moment on, whether or not its places have gone
    back yet; tickets of an order that was cancelled are revoked.

    Raises:
        Forbidden: the actor may not see people.
        NotFound: there is no such event or campaign.
        BadValue: several events have a campaign of this name.
    """
    actor.must(Permission.SEE_PEOPLE)
    stands = _state_at(now)
    asked = (
        select(CampaignRow, Campaign, Event.slug, Tier.name, Promo, Order.code, stands)  # type: ignore[call-overload]  # more columns than it has overloads
        .join(Campaign, col(Campaign.id) == CampaignRow.campaign_id)
        .join(Event, col(Event.id) == Campaign.event_id)
        .join(Tier, col(Tier.id) == Campaign.tier_id)
        .join(Promo, col(Promo.id) == CampaignRow.promo_id, isouter=True)
        .join(Order, col(Order.id) == CampaignRow.order_id, isouter=True)
        .order_by(
            col(Campaign.created_at),
            col(Campaign.id),
            col(CampaignRow.line),
            col(CampaignRow.id),
        )
        .limit(limit)
    )
    if event is not None:
        asked = asked.where(Campaign.event_id == event_by_slug(session, event).id)
    if campaign is not None:
        asked = asked.where(Campaign.id == find_campaign(session, campaign, event=event).id)
    if state is not None:
        asked = asked.where(stands == state.value)
    return [_courtesy(found) for found in session.exec(asked)]


def _state_at(now: datetime) -> ColumnElement[Any]:
    """Return the question what state a guest's courtesy is in at `now`."""
    is_waiting = col(CampaignRow.state).in_(UNREDEEMED)
    is_over = and_(col(Campaign.expires_at).is_not(None), col(Campaign.expires_at) <= now)
    has_died = col(Order.state).in_([OrderState.CANCELLED, OrderState.REFUNDED])
    return case(
        (and_(is_waiting, is_over), CampaignRowState.EXPIRED.value),
        (
            and_(is_waiting, or_(has_died, col(Promo.state) == "revoked")),
            CampaignRowState.REVOKED.value,
        ),
        else_=col(CampaignRow.state),
    )


def _courtesy(found: Any) -> Courtesy:
    row, campaign, event, tier, promo, order, state = found
    redeemed = row.quantity if promo is None else row.quantity - (promo.uses_left or 0)
    return Courtesy(
        id=row.id,
        event=event,
        campaign=campaign.name,
        campaign_id=campaign.id,
        mode=campaign.mode,
        tier=tier,
        line=row.line,
        name=row.name,
        email=row.email,
        document=row.document,
        company=row.company,
        title=row.title,
        quantity=row.quantity,
        redeemed=redeemed,
        state=CampaignRowState(state),
        code=None if promo is None else promo.code,
        order=order,
        expires_at=campaign.expires_at,
        sent_at=row.sent_at,
        reminded_at=row.reminded_at,
    )
