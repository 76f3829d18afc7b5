"""Courtesies on their way to the guests of a campaign, and codes whose time is over."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.db import ReadSession, changed, insert_once
from boxoffice.events.models import Event, Tier
from boxoffice.mail import Attachment, Mail
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.paper import order_pdf
from boxoffice.outbox.jobs import ExpireCampaign, SendCourtesy
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
from boxoffice.text import shown
from boxoffice.tickets.paper import Paper
from boxoffice.times import local_text
from tasks.registry import Claim, works

CODES_AT_ONCE = 500  # their places wait for one transaction: sales go on in between

_TEXT = """Olá, {name}!

{words}

{facts}

{how}
"""
_WORDS = "Você é nosso convidado em {event}."
_REMINDER = "Seu convite ainda espera por você."
_HOW_CODE = """Para receber seus ingressos, informe o código à bilheteria, pessoalmente ou em
resposta a este e-mail. Ele é pessoal: não o publique nem o repasse."""
_HOW_TICKETS = """Apresente o código QR do PDF anexo na entrada, no papel ou na tela do telefone.
Cada código entra uma só vez: não o publique nem o repasse."""

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
    message = _message(office, job, claim.job_id)
    if message is None or message.state is MessageState.SENT:
        with claim.finishing():
            return
    # The one window for a duplicate is the carrier's call itself: the id tells it on a repeat.
    was_sent = claim.attempt > 1 and office.mailer.was_sent(str(message.id))
    carrier_id = str(message.id) if was_sent else office.mailer.send(_mail(office, job, message))
    with claim.finishing() as session:
        now = office.now()
        kept = session.get_one(Message, message.id)
        kept.state = MessageState.SENT
        kept.provider_id = carrier_id
        kept.sent_at = now
        session.flush()
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


def _message(office: BoxOffice, job: SendCourtesy, job_id: UUID) -> Message | None:
    """Return the message of this job, made when it is new; `None` when nobody is to be told."""
    with office.writing() as session:
        found = _invitation(session, job.campaign_row_id)
        if not _is_wanted(office, found, is_reminder=job.copy > 0):
            return None
        insert_once(
            session,
            Message(
                job_id=job_id,
                campaign_row_id=found.row.id,
                order_id=found.row.order_id,
                recipient=found.row.email,
                template="courtesy.reminder" if job.copy else "courtesy",
                state=MessageState.SENDING,
                provider=office.mailer.name,
                created_at=office.now(),
            ),
        )
        return session.exec(select(Message).where(Message.job_id == job_id)).one()


def _is_wanted(office: BoxOffice, found: _Invitation, *, is_reminder: bool) -> bool:
    """Say whether the guest is still to be told: the world may have moved since the promise."""
    if found.campaign.mode is CampaignMode.TICKETS:
        return found.order is not None and found.order.state in _STANDS
    waits = {CampaignRowState.SENT} if is_reminder else {CampaignRowState.PLANNED}
    return (
        found.row.state in waits
        and found.row.held > 0
        and not is_over(found.campaign.expires_at, office.now())
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


def _mail(office: BoxOffice, job: SendCourtesy, message: Message) -> Mail:
    with office.reading() as session:
        found = _invitation(session, job.campaign_row_id)
        files = session.exec(
            select(CampaignFile)
            .where(CampaignFile.campaign_id == found.campaign.id)
            .order_by(col(CampaignFile.turn))
        )
        attachments = [Attachment(file.name, file.media_type, file.content) for file in files]
        if found.campaign.mode is CampaignMode.TICKETS and found.order is not None:
            paper = order_pdf(session, found.order.id, office.ticket_key, Paper.A4)
            name = f"ingressos-{paper.order_code}.pdf"
            attachments.insert(0, Attachment(name, "application/pdf", paper.content))
    title = shown(found.event.title)
    return Mail(
        message_id=str(message.id),
        sender=office.settings.get("mail_from") or "",
        to_name=shown(found.row.name),
        to_address=message.recipient,
        subject=f"{'Lembrete: seu' if job.copy else 'Seu'} convite para {title}",
        text=_text(found, title, is_reminder=job.copy > 0),
        attachments=attachments,
    )


def _text(found: _Invitation, title: str, *, is_reminder: bool) -> str:
    """Write the mail: the organizer's words, then what is given, then how it is used."""
    zone = ZoneInfo(found.event.timezone)
    expires_at = found.campaign.expires_at
    words = str(found.campaign.settings.get("message") or "") or _WORDS.format(event=title)
    facts = [
        ("Código", found.promo.code if found.promo else ""),
        ("Pedido", found.order.code if found.order else ""),
        ("Lugares", str(found.row.held or found.row.quantity)),
        ("Setor", shown(found.tier)),
        ("Quando", local_text(found.event.starts_at, zone)),
        ("Onde", shown(found.event.venue)),
        ("Válido até", local_text(expires_at, zone) if expires_at else ""),
    ]
    return _TEXT.format(
        name=shown(found.row.name),
        words=f"{_REMINDER}\n\n{words}" if is_reminder else words,
        facts="\n".join(f"  {label:<10} {value}" for label, value in facts if value),
        how=_HOW_TICKETS if found.campaign.mode is CampaignMode.TICKETS else _HOW_CODE,
    )
