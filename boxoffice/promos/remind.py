"""Remind the guests of a campaign who have not redeemed their code."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.errors import EventNotOnSale, Refused
from boxoffice.events.models import Event, EventState
from boxoffice.outbox.jobs import SendCourtesy
from boxoffice.outbox.promise import promise
from boxoffice.promos.campaign import is_over
from boxoffice.promos.models import Campaign, CampaignMode, CampaignRow, CampaignRowState
from boxoffice.staff.rules import Actor, Permission


def to_remind(
    session: ReadSession, campaign: Campaign, *, again: bool, now: datetime
) -> Sequence[UUID]:
    """Return the guests to remind: their code was sent, and is good, and not redeemed.

    Those who were reminded before are left out, unless they are to be reminded `again`.

    Raises:
        Refused: it sent tickets, which nobody redeems (`campaign.tickets`), or its codes have
            expired (`promo.over`).
        EventNotOnSale: its event is cancelled.
    """
    if campaign.mode is CampaignMode.TICKETS:
        raise Refused(
            f"the campaign {campaign.name} sent tickets: there is nothing to redeem.",
            hint="send one order's tickets again: boxoffice order resend CODE",
            code="campaign.tickets",
        )
    event = session.get_one(Event, campaign.event_id)
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nobody is reminded of it.")
    if is_over(campaign.expires_at, now):
        raise Refused(f"the codes of {campaign.name} have expired.", code="promo.over")
    waiting = select(CampaignRow.id).where(*_waits(campaign.id))
    if not again:
        waiting = waiting.where(col(CampaignRow.reminded_at).is_(None))
    return session.exec(waiting.order_by(col(CampaignRow.line), col(CampaignRow.id))).all()


def remind(
    session: WriteSession,
    actor: Actor,
    campaign_id: UUID,
    row_ids: Sequence[UUID],
    *,
    again: bool,
    now: datetime,
) -> int:
    """Promise these guests another mail; return to how many it was promised.

    Raises:
        Forbidden: the actor may not invite.
    """
    actor.must(Permission.INVITE)
    reminded = 0
    for row_id in row_ids:
        # Race: two people remind at once, or the guest redeems now. The UPDATE asks and marks.
        where = [col(CampaignRow.id) == row_id, *_waits(campaign_id)]
        if not again:
            where.append(col(CampaignRow.reminded_at).is_(None))
        if changed(session, update(CampaignRow).where(*where).values(reminded_at=now)):
            mails = (SendCourtesy(row_id, copy) for copy in count(1))
            next(mail for mail in mails if promise(session, mail, now=now))
            reminded += 1
    if reminded:
        record(session, actor, "campaign.remind", "campaign", campaign_id, now=now, guests=reminded)
    return reminded


def _waits(campaign_id: UUID) -> list[ColumnElement[bool]]:
    """Return what is so of a guest whose code was sent, and not redeemed."""
    return [
        col(CampaignRow.campaign_id) == campaign_id,
        col(CampaignRow.state) == CampaignRowState.SENT,
        col(CampaignRow.held) > 0,
    ]
