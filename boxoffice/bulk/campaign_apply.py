"""Apply the plan of a campaign: each guest in a transaction of their own, and each one once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from boxoffice.bulk.campaign_plan import tier_to_give
from boxoffice.bulk.campaign_plan_file import KeptCampaign, read_campaign, world_of
from boxoffice.bulk.plan_files import result_beside, result_file, result_line
from boxoffice.db import Database, ReadSession, WriteSession
from boxoffice.errors import EventNotOnSale, Refused
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.queries import EventView, event_view
from boxoffice.events.take import take_places
from boxoffice.orders.models import Order
from boxoffice.payments.courtesy import give
from boxoffice.promos.campaign import (
    Guest,
    add_guest,
    campaign_named,
    give_code,
    is_over,
    open_campaign,
)
from boxoffice.promos.models import Campaign, CampaignMode, CampaignRow, Promo
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey

Progress = Callable[[int, int], None]  # guests looked at, guests in all

_PLAN_AGAIN = "plan again: boxoffice courtesy plan FILE --event SLUG --tier NAME"


@dataclass(slots=True)
class Sent:
    """What became of a plan, and the file that says it guest by guest."""

    event: str
    campaign: str
    result: Path
    guests: int
    made: int = 0
    already: int = 0  # in from an earlier time, or from a run of this plan that was stopped
    refused: int = 0
    places: int = 0  # of the guests that were made


@dataclass(frozen=True)
class Host:
    """Who invites, with what."""

    database: Database
    actor: Actor
    key: TicketKey
    clock: Callable[[], datetime]
    progress: Progress = field(default=lambda _count, _total: None)


def apply_campaign(host: Host, path: Path) -> Sent:
    """Invite the guests of the plan at `path`, and write what became of each beside it.

    Their mails are promised, not sent. However often it is stopped, in whatever way: the next run
    adds who is missing, and nobody else. A guest who is refused does not stop the others.

    Raises:
        Forbidden: the actor may not invite.
        NotFound: there is no such plan, or its event is gone.
        BadFile: it is no plan, or what lies beside it is not its own.
        Refused: `plan.stale`; tier, price, places or time are not what they were. Or the campaign
            of this name is over, or has other terms.
        Busy: the same plan is being applied now.
    """
    host.actor.must(Permission.INVITE)
    plan = read_campaign(path)
    with result_file(path) as result:
        with host.database.reading() as session:
            event = event_view(session, plan.event, now=host.clock())
            known = _known(session, event, plan)
        missing = [guest for guest in plan.guests if guest.key not in known]
        campaign = _opened(host, plan, event, missing) if missing else None
        result.truncate()
        done = Sent(event.slug, plan.terms.name, result_beside(path), len(plan.guests))
        for count, guest in enumerate(plan.guests, start=1):
            if campaign is None or guest.key in known:
                done.already += 1
                result.write(_line(guest, "already", plan.terms.mode, known.get(guest.key)))
            else:
                result.write(_invite(host, campaign, guest, done))
            host.progress(count, len(plan.guests))
    return done


def _known(session: ReadSession, event: EventView, plan: KeptCampaign) -> dict[str, str]:
    """Return the guests who are in the campaign already, each with the code or the order."""
    campaign = campaign_named(session, event.id, plan.terms.name)
    if campaign is None:
        return {}
    rows = session.exec(
        select(CampaignRow.guest_key, Promo.code, Order.code)
        .join(Promo, col(Promo.id) == CampaignRow.promo_id, isouter=True)
        .join(Order, col(Order.id) == CampaignRow.order_id, isouter=True)
        .where(CampaignRow.campaign_id == campaign.id)
    )
    return {key: code or order for key, code, order in rows}


def _opened(host: Host, plan: KeptCampaign, event: EventView, missing: Sequence[Guest]) -> Campaign:
    """Return the campaign, made when it is new; refuse when the world has moved since the plan."""
    now = host.clock()
    _refuse_stale(plan, event, sum(guest.quantity for guest in missing), now)
    with host.database.writing() as session:
        tier = tier_to_give(event, plan.tier)
        return open_campaign(session, host.actor, event.id, tier.id, plan.terms, now=now)


def _refuse_stale(plan: KeptCampaign, event: EventView, needed: int, now: datetime) -> None:
    """Stop when the world has moved in a way that matters to the guests still to come."""
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nothing is given away any more.")
    tier = next((tier for tier in event.tiers if tier.name == plan.tier), None)
    if tier is None or world_of(event, tier)["digest"] != plan.world.get("digest"):
        what = f"{plan.tier} or its event changed since the plan was made."
        raise Refused(what, hint=_PLAN_AGAIN, code="plan.stale", moved=[plan.tier])
    left = min(tier.places_left, event.places_left)
    if needed > left:
        what = f"{tier.name} has {left} places left; the plan still needs {needed}."
        raise Refused(what, hint=_PLAN_AGAIN, code="plan.stale", moved=[tier.name])
    if is_over(plan.terms.expires_at, now):
        what = "the moment at which the codes expire has come since the plan was made."
        raise Refused(what, hint=_PLAN_AGAIN, code="plan.stale", moved=["expires_at"])


def _invite(host: Host, campaign: Campaign, guest: Guest, done: Sent) -> bytes:
    """Invite one guest, all of it or nothing; count it, and return its line of the results."""
    now = host.clock()
    try:
        with host.database.writing() as session:
            made = _made(session, host, campaign, guest, now)
    except EventNotOnSale:
        raise
    except Refused as refusal:
        if refusal.case == "campaign.ended":
            raise
        done.refused += 1
        return _line(
            guest, "refused", campaign.mode, None, code=refusal.case, problem=refusal.message
        )
    if made is None:
        done.already += 1
        return _line(guest, "already", campaign.mode, None)
    done.made += 1
    done.places += guest.quantity
    return _line(guest, "made", campaign.mode, made)


def _made(
    session: WriteSession, host: Host, campaign: Campaign, guest: Guest, now: datetime
) -> str | None:
    """Invite one guest; return the code or the order, or `None` when somebody was faster."""
    row = add_guest(session, campaign.id, guest, now=now)
    if row is None:
        return None
    event = session.get_one(Event, campaign.event_id)
    if campaign.mode is CampaignMode.CODES:
        return give_code(session, host.actor, campaign, event, row, now=now)
    tier = session.get_one(Tier, campaign.tier_id)
    order = give(session, host.actor, event, row, host.key, tier=tier, now=now)
    take_places(session, event, {tier.id: guest.quantity}, on_sale=False)
    return order.code


def _line(guest: Guest, outcome: str, mode: CampaignMode, made: str | None, **more: str) -> bytes:
    gift = "promo" if mode is CampaignMode.CODES else "order"
    return result_line({"line": guest.line, "outcome": outcome, gift: made, **more})
