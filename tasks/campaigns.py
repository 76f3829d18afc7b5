"""Courtesies on their way to the guests of a campaign, and codes whose time is over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.mail import Attachment
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.paper import order_pdf
from boxoffice.outbox.jobs import ExpireCampaign, SendCourtesy, TellUninvited
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.promos.campaign import is_over
from boxoffice.promos.models import (
    Campaign,
    CampaignFile,
    CampaignMode,
    CampaignRow,
    CampaignRowState,
    Promo,
    PromoState,
)
from boxoffice.promos.reclaim import expire_some
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.paper import Paper
from boxoffice.times import parse_zone
from boxoffice.wording.compose import Fact
from tasks.mailing import Wanted, send_once
from tasks.registry import Claim, works
from tasks.tickets import tickets_file

CODES_AT_ONCE = 500  # their places wait for one transaction: sales go on in between

_STANDS = (OrderState.PAID, OrderState.PARTLY_REFUNDED)


@dataclass(frozen=True, slots=True)
class _Invitation:
    """All that one mail is made of."""

    row: CampaignRow
    campaign: Campaign
    event: Event
    tier: str
    promo: Promo | None
    order: Order | None


@works(SendCourtesy)
def send_courtesy(office: BoxOffice, job: SendCourtesy, claim: Claim) -> None:
    """Mail a guest the tickets, the code or a reminder. A second run finds it sent and stops."""
    send_once(
        office,
        claim,
        lambda session: _letter(session, office, job),
        then=lambda session: _note_sent(session, job, now=office.now()),
    )


def _note_sent(session: WriteSession, job: SendCourtesy, *, now: datetime) -> None:
    # Race: the guest redeems, or somebody reclaims, while the mail leaves. They stay ahead.
    changed(
        session,
        update(CampaignRow)
        .where(
            col(CampaignRow.id) == job.campaign_row_id,
            col(CampaignRow.state) == CampaignRowState.PLANNED,
        )
        .values(state=CampaignRowState.SENT, sent_at=now),
    )
    code = select(CampaignRow.promo_id).where(CampaignRow.id == job.campaign_row_id)
    changed(
        session,
        update(Promo)
        .where(col(Promo.id) == code.scalar_subquery(), col(Promo.state) == PromoState.CREATED)
        .values(state=PromoState.SENT),
    )


@works(TellUninvited)
def tell_uninvited(office: BoxOffice, job: TellUninvited, claim: Claim) -> None:
    """Mail a guest that the event of their code is off. A second run finds it sent and stops."""
    send_once(office, claim, lambda session: _news(session, job))


@works(ExpireCampaign)
def expire_campaign(office: BoxOffice, job: ExpireCampaign, claim: Claim) -> None:
    """Give the places of codes back whose time is over. A second run finds none and stops."""
    while True:
        with office.writing() as session:
            limit, now = CODES_AT_ONCE, office.now()
            if not expire_some(session, SYSTEM, job.campaign_id, limit=limit, now=now).codes:
                break
        claim.renew()
    with claim.finishing():
        return


def _is_wanted(found: _Invitation, *, is_reminder: bool, now: datetime) -> bool:
    """Say whether the guest is still to be told: the world may have moved since the promise."""
    if found.event.state is EventState.CANCELLED:
        return False
    if found.campaign.mode is CampaignMode.TICKETS:
        return found.order is not None and found.order.state in _STANDS
    waits = {CampaignRowState.SENT} if is_reminder else {CampaignRowState.PLANNED}
    return (
        found.row.state in waits
        and found.row.held > 0
        and not is_over(found.campaign.expires_at, now)
    )


def _invitation(session: ReadSession, row_id: UUID) -> _Invitation:
    row = session.get_one(CampaignRow, row_id)
    campaign = session.get_one(Campaign, row.campaign_id)
    return _Invitation(
        row,
        campaign,
        session.get_one(Event, campaign.event_id),
        session.get_one(Tier, campaign.tier_id).name,
        None if row.promo_id is None else session.get_one(Promo, row.promo_id),
        None if row.order_id is None else session.get_one(Order, row.order_id),
    )


def _letter(session: ReadSession, office: BoxOffice, job: SendCourtesy) -> Wanted | None:
    """Return what a guest is to get, or `None` when there is nobody to be told any more."""
    found = _invitation(session, job.campaign_row_id)
    if not _is_wanted(found, is_reminder=job.copy > 0, now=office.now()):
        return None
    files = session.exec(
        select(CampaignFile)
        .where(CampaignFile.campaign_id == found.campaign.id)
        .order_by(col(CampaignFile.turn))
    )
    attachments = [Attachment(file.name, file.media_type, file.content) for file in files]
    template = "courtesy_reminder" if job.copy else "courtesy_code"
    if found.campaign.mode is CampaignMode.TICKETS and found.order is not None:
        template = "courtesy_tickets"
        paper = order_pdf(session, found.order.id, office.ticket_key, Paper.A4)
        attachments.insert(0, tickets_file(paper, found.event.language))
    return Wanted(
        to_address=found.row.email,
        to_name=found.row.name,
        template=template,
        language=found.event.language,
        order_id=found.row.order_id,
        campaign_row_id=found.row.id,
        facts=_facts(found),
        attachments=attachments,
    )


def _news(session: ReadSession, job: TellUninvited) -> Wanted | None:
    """Return the news for a guest, or `None` for one who was never invited."""
    found = _invitation(session, job.campaign_row_id)
    invited = select(Message.id).where(
        Message.campaign_row_id == found.row.id, Message.state != MessageState.REFUSED
    )
    if session.exec(invited.limit(1)).first() is None:
        return None
    return Wanted(
        to_address=found.row.email,
        to_name=found.row.name,
        template="courtesy_cancelled",
        language=found.event.language,
        campaign_row_id=found.row.id,
        facts=_facts(found),
    )


def _facts(found: _Invitation) -> dict[str, Fact]:
    zone = parse_zone(found.event.timezone)
    expires_at = found.campaign.expires_at
    return {
        "event": found.event.title,
        "code": found.promo.code if found.promo else "",
        "order": found.order.code if found.order else "",
        "count": found.row.held or found.row.quantity,
        "tier": found.tier,
        "starts": found.event.starts_at.astimezone(zone),
        "venue": found.event.venue,
        "message": str(found.campaign.settings.get("message") or ""),
        "until": expires_at.astimezone(zone) if expires_at else "",
    }
