"""Reclaim a campaign: what no guest has used is taken back, a few hundred a transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, func, select

from boxoffice.db import Database, ReadSession, WriteSession, changed
from boxoffice.door.models import Entry
from boxoffice.errors import BadValue, Refused, WrongState
from boxoffice.orders.cancel import cancel
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.models import Order
from boxoffice.promos.models import Campaign, CampaignMode, CampaignRow, CampaignRowState
from boxoffice.promos.reclaim import Released, end_campaign, reclaim_some
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket

CODES_AT_ONCE = 500  # their places wait for one transaction: sales go on in between
_REASON = "its campaign was reclaimed"


@dataclass(frozen=True)
class Reclaimer:
    """Who takes back."""

    database: Database
    actor: Actor
    clock: Callable[[], datetime]
    progress: Callable[[int, int], None] = field(default=lambda _count, _total: None)


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What was taken back now, and how many guests keep what they have."""

    codes: int = 0
    tickets: int = 0
    places: int = 0
    kept: int = 0  # guests who redeemed, or came


def check_reclaim(campaign: Campaign, *, tickets: bool) -> None:
    """Check that this campaign can be reclaimed so.

    Raises:
        Refused: it sent tickets, and nobody said to void them (`campaign.tickets`).
        BadValue: it sent codes, and tickets are to be voided.
    """
    if campaign.mode is CampaignMode.TICKETS and not tickets:
        raise Refused(
            f"the campaign {campaign.name} sent tickets, and they are valid.",
            hint="void those of guests who have not come: add --tickets",
            code="campaign.tickets",
        )
    if campaign.mode is CampaignMode.CODES and tickets:
        raise BadValue("--tickets", "is for a campaign of tickets; this one sent codes.")


def reclaim_campaign(
    reclaimer: Reclaimer, campaign_id: UUID, *, tickets: bool = False
) -> Reclaimed:
    """Take back the codes that nobody redeemed, or the `tickets` of guests who have not come.

    Each place goes back to its tier once. Stopped half way, the next run goes on.

    Raises:
        Forbidden: the actor may not invite, or not cancel orders.
        Refused, BadValue: as `check_reclaim` has it.
    """
    reclaimer.actor.must(Permission.INVITE)
    with reclaimer.database.reading() as session:
        check_reclaim(session.get_one(Campaign, campaign_id), tickets=tickets)
        total = _guests(session, campaign_id, col(CampaignRow.held) > 0)
    with reclaimer.database.writing() as session:
        end_campaign(session, reclaimer.actor, campaign_id, now=reclaimer.clock())
    if tickets:
        return _reclaim_tickets(reclaimer, campaign_id)
    released = Released()
    while True:
        with reclaimer.database.writing() as session:
            now = reclaimer.clock()
            some = reclaim_some(session, reclaimer.actor, campaign_id, limit=CODES_AT_ONCE, now=now)
        if not some.codes:
            break
        released += some
        reclaimer.progress(released.codes, max(total, released.codes))
    with reclaimer.database.reading() as session:
        is_redeemed = col(CampaignRow.state) == CampaignRowState.REDEEMED
        kept = _guests(session, campaign_id, is_redeemed)
    return Reclaimed(codes=released.codes, places=released.places, kept=kept)


def _reclaim_tickets(reclaimer: Reclaimer, campaign_id: UUID) -> Reclaimed:
    reclaimer.actor.must(Permission.CANCEL_ORDER)
    with reclaimer.database.reading() as session:
        rows = session.exec(
            select(CampaignRow.id, Order.id)
            .join(Order, col(Order.id) == CampaignRow.order_id)
            .where(
                CampaignRow.campaign_id == campaign_id,
                col(Order.state).in_(PAID_FOR),
            )
            .order_by(col(CampaignRow.id))
        ).all()
    tickets = kept = 0
    for count, (row_id, order_id) in enumerate(rows, start=1):
        with reclaimer.database.writing() as session:
            voided = _void(session, reclaimer, row_id, order_id)
        tickets += voided
        kept += voided == 0
        reclaimer.progress(count, len(rows))
    return Reclaimed(tickets=tickets, places=tickets, kept=kept)


def _void(session: WriteSession, reclaimer: Reclaimer, row_id: UUID, order_id: UUID) -> int:
    """Void the tickets of a guest who has not come; return how many, none when they have."""
    # Race: a refund or a cancel may come at this moment. All meet the order first.
    locked_order(session, order_id)
    standing = session.exec(
        select(Ticket.id).where(Ticket.order_id == order_id, col(Ticket.holds_place).is_(True))
    ).all()
    came = session.exec(
        select(Entry.ticket_id).where(col(Entry.ticket_id).in_(standing)).limit(1)
    ).first()
    if came is not None or not standing:
        return 0
    try:
        cancel(session, reclaimer.actor, order_id, reason=_REASON, now=reclaimer.clock())
    except WrongState:
        return 0
    changed(
        session,
        update(CampaignRow)
        .where(col(CampaignRow.id) == row_id)
        .values(state=CampaignRowState.REVOKED),
    )
    return len(standing)


def _guests(session: ReadSession, campaign_id: UUID, *which: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(CampaignRow)
    return session.exec(counted.where(CampaignRow.campaign_id == campaign_id, *which)).one()
