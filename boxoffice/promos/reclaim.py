"""Take codes back that nobody has redeemed, and give their places back: each exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.events.take import give_back
from boxoffice.outbox.jobs import TellUninvited
from boxoffice.outbox.promise import promise
from boxoffice.promos.models import (
    Campaign,
    CampaignRow,
    CampaignRowState,
    Promo,
    PromoState,
)
from boxoffice.staff.rules import Actor, Permission

UNREDEEMED = (CampaignRowState.PLANNED, CampaignRowState.SENT)


@dataclass(frozen=True, slots=True)
class Released:
    """How many codes ended, and how many places went back to the tier."""

    codes: int = 0
    places: int = 0

    def __add__(self, other: "Released") -> "Released":
        """Add two counts."""
        return Released(self.codes + other.codes, self.places + other.places)


def end_campaign(session: WriteSession, actor: Actor, campaign_id: UUID, *, now: datetime) -> bool:
    """Let nobody be invited to a campaign any more; return whether it ended now.

    Raises:
        Forbidden: the actor may not invite.
    """
    actor.must(Permission.INVITE)
    return _end(session, actor, campaign_id, now=now)


def reclaim_some(
    session: WriteSession, actor: Actor, campaign_id: UUID, *, limit: int, now: datetime
) -> Released:
    """Revoke up to `limit` codes that still hold places, and give those back. Ask until none is.

    A guest who redeemed some places keeps those tickets; the rest of the code is revoked.

    Raises:
        Forbidden: the actor may not invite.
    """
    actor.must(Permission.INVITE)
    return _release_some(
        session, actor, campaign_id, CampaignRowState.REVOKED, limit=limit, now=now
    )


def expire_some(
    session: WriteSession, actor: Actor, campaign_id: UUID, *, limit: int, now: datetime
) -> Released:
    """Give the places of up to `limit` codes back whose time is over. Ask until there is none.

    Before that time it gives nothing back. Only our own workers call it, by the clock.
    """
    campaign = session.get_one(Campaign, campaign_id)
    if campaign.expires_at is None or now < campaign.expires_at:
        return Released()
    _end(session, actor, campaign_id, now=now)
    return _release_some(
        session, actor, campaign_id, CampaignRowState.EXPIRED, limit=limit, now=now
    )


def call_off_some(
    session: WriteSession, actor: Actor, campaign_id: UUID, *, limit: int, now: datetime
) -> Released:
    """Revoke up to `limit` codes of a cancelled event, and promise their guests the news.

    Their places go back. A guest who redeemed some is told of that order. Ask until none is left.

    Raises:
        Forbidden: the actor may not cancel events.
    """
    actor.must(Permission.CANCEL_EVENT)
    _end(session, actor, campaign_id, now=now)
    rows = _held(session, campaign_id, limit)
    for row in rows:
        if row.state in UNREDEEMED:
            promise(session, TellUninvited(row.id), now=now)
    return _release_all(session, actor, campaign_id, rows, CampaignRowState.REVOKED, now=now)


def release_code(session: WriteSession, promo_id: UUID) -> int:
    """Give back what one code holds that was revoked by itself; return how many places."""
    # Race: its guest may redeem at this moment. The row is met before the promo, as there.
    rows = session.exec(
        select(CampaignRow).where(CampaignRow.promo_id == promo_id).with_for_update()
    ).all()
    return sum(
        _release(
            session, session.get_one(Campaign, row.campaign_id), [row], CampaignRowState.REVOKED
        )
        for row in rows
    )


def _end(session: WriteSession, actor: Actor, campaign_id: UUID, *, now: datetime) -> bool:
    # Race: guests may be added at this moment. Who adds one holds the row, and we wait for it.
    ended = changed(
        session,
        update(Campaign)
        .where(col(Campaign.id) == campaign_id, col(Campaign.ended_at).is_(None))
        .values(ended_at=now),
    )
    if ended:
        record(session, actor, "campaign.end", "campaign", campaign_id, now=now)
    return ended == 1


def _release_some(
    session: WriteSession,
    actor: Actor,
    campaign_id: UUID,
    to: CampaignRowState,
    *,
    limit: int,
    now: datetime,
) -> Released:
    rows = _held(session, campaign_id, limit)
    return _release_all(session, actor, campaign_id, rows, to, now=now)


def _held(session: WriteSession, campaign_id: UUID, limit: int) -> Sequence[CampaignRow]:
    # Race: guests redeem meanwhile, and others reclaim. Each row is held before it is emptied.
    return session.exec(
        select(CampaignRow)
        .where(CampaignRow.campaign_id == campaign_id, col(CampaignRow.held) > 0)
        .order_by(col(CampaignRow.id))
        .limit(limit)
        .with_for_update()
    ).all()


def _release_all(
    session: WriteSession,
    actor: Actor,
    campaign_id: UUID,
    rows: Sequence[CampaignRow],
    to: CampaignRowState,
    *,
    now: datetime,
) -> Released:
    if not rows:
        return Released()
    campaign = session.get_one(Campaign, campaign_id)
    released = Released(len(rows), sum(row.held for row in rows))
    facts = {"to": to, "codes": released.codes, "places": released.places}
    record(session, actor, "campaign.release", "campaign", campaign_id, now=now, **facts)
    _release(session, campaign, rows, to)
    return released


def _release(
    session: WriteSession,
    campaign: Campaign,
    rows: Sequence[CampaignRow],
    to: CampaignRowState,
) -> int:
    """Empty rows that we hold, and give their places back; return how many."""
    places = sum(row.held for row in rows)
    changed(
        session,
        update(CampaignRow)
        .where(col(CampaignRow.id).in_([row.id for row in rows]))
        .values(
            held=0,
            state=case((col(CampaignRow.state).in_(UNREDEEMED), to), else_=CampaignRow.state),
        ),
    )
    if to is CampaignRowState.REVOKED:
        ids = [row.promo_id for row in rows]
        revoked = update(Promo).where(col(Promo.id).in_(ids)).values(state=PromoState.REVOKED)
        changed(session, revoked)
    if places:
        give_back(session, campaign.event_id, {campaign.tier_id: places})
    return places
