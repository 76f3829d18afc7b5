"""A campaign: one list of guests, one tier, one mail; each guest is invited to it once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BadValue, NotFound, Refused
from boxoffice.events.models import Event
from boxoffice.events.take import take_places
from boxoffice.ids import new_id
from boxoffice.inserts import insert_once
from boxoffice.mail import Attachment
from boxoffice.outbox.jobs import ExpireCampaign, SendCourtesy
from boxoffice.outbox.promise import promise
from boxoffice.people import Person
from boxoffice.promos.create import drawn_code
from boxoffice.promos.models import (
    Campaign,
    CampaignFile,
    CampaignMode,
    CampaignRow,
    Promo,
    PromoKind,
    PromoState,
    PromoTier,
)
from boxoffice.staff.rules import Actor, Permission

NAME_MAX = 80  # characters of a campaign's name
CODE_PREFIX = "CORTESIA"
_SEE_THEM = "see them: boxoffice courtesy list --json --fields campaign"
# Made once: every guest runs them.
_ADD_TIER = insert(PromoTier)
_SET_PROMO = (
    update(CampaignRow)
    .where(col(CampaignRow.id) == bindparam("row_id"))
    .values(promo_id=bindparam("promo"))
)


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """What all guests of a campaign get. Plans of one name must have equal terms."""

    name: str
    mode: CampaignMode
    expires_at: datetime | None = None  # of codes
    message: str = ""  # the organizer's own words; "" for ours
    files: tuple[Attachment, ...] = ()

    def digest(self, tier_id: UUID) -> str:
        """SHA-256 of the terms, to tell whether a name came back with others."""
        said = [
            str(tier_id),
            self.mode,
            self.expires_at.isoformat() if self.expires_at else "",
            self.message,
            *((file.name, hashlib.sha256(file.content).hexdigest()) for file in self.files),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on the list, and how many places they are given."""

    line: int  # of the organizer's file
    person: Person
    quantity: int

    @property
    def key(self) -> str:
        """What tells one guest from another: a digest of the address, whatever its case."""
        return hashlib.sha256(self.person.email.casefold().encode()).hexdigest()


def open_campaign(
    session: WriteSession,
    actor: Actor,
    event_id: UUID,
    tier_id: UUID,
    terms: CampaignTerms,
    *,
    now: datetime,
) -> Campaign:
    """Return the campaign of this name, made when it is new.

    Raises:
        Forbidden: the actor may not invite.
        Refused: it has other terms (`campaign.exists`), or is over (`campaign.ended`).
    """
    actor.must(Permission.INVITE)
    campaign = Campaign(
        id=new_id(),
        event_id=event_id,
        tier_id=tier_id,
        name=terms.name,
        mode=terms.mode,
        terms_digest=terms.digest(tier_id),
        settings={"message": terms.message},
        expires_at=terms.expires_at,
        created_at=now,
    )
    # Race: one plan applied twice at once. The database keeps the first, and both go on with it.
    if insert_once(session, campaign):
        for turn, file in enumerate(terms.files):
            insert_once(
                session,
                CampaignFile(
                    campaign_id=campaign.id,
                    turn=turn,
                    name=file.name,
                    media_type=file.media_type,
                    content=file.content,
                ),
            )
        if terms.expires_at is not None:
            promise(session, ExpireCampaign(campaign.id), now=now, run_at=terms.expires_at)
        facts = {"mode": terms.mode, "tier": str(tier_id), "files": len(terms.files)}
        record(session, actor, "campaign.open", "campaign", campaign.id, now=now, **facts)
        return campaign
    before = campaign_named(session, event_id, terms.name)
    assert before is not None, "campaigns are never deleted"
    check_same(before, tier_id, terms)
    return before


def check_same(campaign: Campaign, tier_id: UUID, terms: CampaignTerms) -> None:
    """Check that guests may be added to a campaign under these terms.

    Raises:
        Refused: it has other terms (`campaign.exists`), or is over (`campaign.ended`).
    """
    if campaign.ended_at is not None:
        raise Refused(
            f"the campaign {campaign.name} is over: nobody is invited to it any more.",
            hint="give the new one a name of its own: --name NAME",
            code="campaign.ended",
            campaign=str(campaign.id),
        )
    if campaign.terms_digest != terms.digest(tier_id):
        raise Refused(
            f"there is a campaign {campaign.name} with another tier, mode, expiry, text or files.",
            hint="repeat it as it was, or give the new one a name of its own: --name NAME",
            code="campaign.exists",
            campaign=str(campaign.id),
        )


def add_guest(
    session: WriteSession, campaign_id: UUID, guest: Guest, *, now: datetime
) -> CampaignRow | None:
    """Invite a guest and promise the mail; `None` when the guest is in the campaign already.

    Raises:
        Refused: the campaign is over (`campaign.ended`).
    """
    # Race: somebody may reclaim at this moment. We hold the row shared; who ends it waits for us.
    campaign = session.get_one(
        Campaign, campaign_id, populate_existing=True, with_for_update={"read": True}
    )
    if campaign.ended_at is not None or is_over(campaign.expires_at, now):
        raise Refused(f"the campaign {campaign.name} is over.", code="campaign.ended")
    row = CampaignRow(
        id=new_id(),
        campaign_id=campaign_id,
        guest_key=guest.key,
        line=guest.line,
        name=guest.person.name,
        email=guest.person.email,
        document=guest.person.document,
        company=guest.person.company,
        title=guest.person.title,
        quantity=guest.quantity,
        held=guest.quantity if campaign.mode is CampaignMode.CODES else 0,
    )
    # Race: one plan applied twice at once. A guest's key is taken once in a campaign.
    if not insert_once(session, row):
        return None
    promise(session, SendCourtesy(row.id), now=now)
    return row


def give_code(
    session: WriteSession,
    actor: Actor,
    campaign: Campaign,
    event: Event,
    row: CampaignRow,
    *,
    now: datetime,
) -> str:
    """Give a new guest a code with a quota of its own, and take its places now.

    Call it last in a transaction: it takes the places.

    Raises:
        Forbidden: the actor may not invite.
        SoldOut, EventFull: fewer places are left than the guest is given.
    """
    actor.must(Permission.INVITE)
    promo = Promo(
        id=new_id(),
        event_id=event.id,
        code=drawn_code(CODE_PREFIX),
        kind=PromoKind.COURTESY,
        value=0,
        uses_max=row.quantity,
        uses_left=row.quantity,
        closes_at=campaign.expires_at,
        state=PromoState.CREATED,
        recipient_name=row.name,
        recipient_email=row.email,
        is_reserved=True,
        created_at=now,
    )
    # Race: two guests draw one code. Another is drawn.
    while not insert_once(session, promo):
        promo.code = drawn_code(CODE_PREFIX)
    session.connection().execute(_ADD_TIER, {"promo_id": promo.id, "tier_id": campaign.tier_id})
    session.connection().execute(_SET_PROMO, {"row_id": row.id, "promo": promo.id})
    record(
        session,
        actor,
        "courtesy.send_code",
        "promo",
        promo.id,
        now=now,
        campaign=str(campaign.id),
        line=row.line,
        quantity=row.quantity,
    )
    take_places(session, event, {campaign.tier_id: row.quantity}, on_sale=False)
    return promo.code


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Say whether codes that end at `expires_at` cannot be redeemed any more."""
    return expires_at is not None and now >= expires_at


def campaign_named(session: ReadSession, event_id: UUID, name: str) -> Campaign | None:
    """Return the campaign of this name in an event, if there is one."""
    return session.exec(
        select(Campaign).where(Campaign.event_id == event_id, Campaign.name == name)
    ).first()


def guests_of(session: ReadSession, campaign_id: UUID) -> set[str]:
    """Return the keys of the guests who are in a campaign already."""
    return set(
        session.exec(
            select(CampaignRow.guest_key).where(CampaignRow.campaign_id == campaign_id)
        ).all()
    )


def find_campaign(session: ReadSession, name: str, *, event: str | None = None) -> Campaign:
    """Return a campaign by its name, or by its id.

    Raises:
        NotFound: there is no such campaign.
        BadValue: several events have one of this name, and none is named.
    """
    # PostgreSQL refuses to look for what holds a NUL, and neither database takes half a character.
    known = select(Campaign).where(Campaign.name == name)
    try:
        known = select(Campaign).where(Campaign.id == UUID(name))
    except ValueError:
        if not name.isprintable():
            raise NotFound("campaign", name[:NAME_MAX], hint=_SEE_THEM) from None
    if event is not None:
        known = known.join(Event, col(Event.id) == Campaign.event_id).where(Event.slug == event)
    found = session.exec(known.order_by(col(Campaign.created_at)).limit(2)).all()
    if not found:
        raise NotFound("campaign", name[:NAME_MAX], hint=_SEE_THEM)
    if len(found) > 1:
        problem = f"{name[:NAME_MAX]!r} is a campaign of several events."
        raise BadValue("the campaign", problem, hint="say which: --event SLUG")
    return found[0]
