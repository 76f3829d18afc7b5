"""Tables of promo codes, their uses, and the campaigns that send them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import json_column, minor, moment, word
from boxoffice.ids import new_id


class PromoKind(StrEnum):
    """What a promo does to the price of a place."""

    PERCENT = "percent"
    AMOUNT = "amount"  # so much less
    FIXED_PRICE = "fixed_price"  # so much, whatever it costs
    COURTESY = "courtesy"  # nothing, fee included


class PromoState(StrEnum):
    """Where a promo is. Whether its window is open is derived."""

    CREATED = "created"
    SENT = "sent"  # mailed to its recipient
    REVOKED = "revoked"


class CampaignMode(StrEnum):
    """What a courtesy campaign sends."""

    TICKETS = "tickets"  # issued at once
    CODES = "codes"  # to be redeemed by the recipient


class CampaignRowState(StrEnum):
    """Where one guest of a campaign is."""

    PLANNED = "planned"  # promised; the mail has not left
    SENT = "sent"
    REDEEMED = "redeemed"  # some of its places, or all, are tickets
    EXPIRED = "expired"
    REVOKED = "revoked"  # reclaimed


class Promo(SQLModel, table=True):
    """A code that changes a price, for a while, for so many places."""

    __tablename__ = "promo"
    __table_args__ = (
        UniqueConstraint("event_id", "code", name="promo_code"),
        # Race: two orders, one use. The conditional update asks first; this has the last word.
        CheckConstraint(
            "uses_left IS NULL OR (uses_left >= 0 AND uses_left <= uses_max)", name="promo_uses"
        ),
        CheckConstraint("value >= 0", name="promo_value"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    code: str = Field(max_length=40)  # upper case, A-Z 0-9 -
    kind: PromoKind = Field(sa_column=word(PromoKind, "promo_kind"))
    value: int = Field(sa_column=minor())  # basis points, or minor units
    uses_max: int | None = None  # places; none: no limit
    uses_left: int | None = None
    per_person_max: int | None = None  # places, by document or else e-mail
    opens_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closes_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    state: PromoState = Field(default=PromoState.CREATED, sa_column=word(PromoState, "promo_state"))
    recipient_name: str = ""
    recipient_email: str = ""
    # Its places were taken when a campaign made it: only `courtesy redeem` turns them into tickets.
    is_reserved: bool = False
    note: str = ""
    created_at: datetime = Field(sa_column=moment())


class PromoTier(SQLModel, table=True):
    """A tier that a promo is limited to. A promo without any is good for all of its event."""

    __tablename__ = "promo_tier"

    promo_id: UUID = Field(foreign_key="promo.id", primary_key=True)
    tier_id: UUID = Field(foreign_key="tier.id", primary_key=True)


class PromoUse(SQLModel, table=True):
    """One place that a promo made cheaper. Its row goes when the order dies."""

    __tablename__ = "promo_use"
    __table_args__ = (
        # Race: one person, two orders, one use left. Each use takes a numbered place in the
        # person's own row of them, and a number is taken once.
        UniqueConstraint("promo_id", "person", "turn", name="promo_use_turn"),
        Index("promo_use_order", "order_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    promo_id: UUID = Field(foreign_key="promo.id", index=True)
    order_id: UUID = Field(foreign_key="orders.id")
    ticket_id: UUID = Field(foreign_key="ticket.id", unique=True)
    person: str = Field(max_length=64)  # a digest; of the order's own id when nobody is named
    turn: int
    discount_minor: int = Field(sa_column=minor())


class Campaign(SQLModel, table=True):
    """One mass sending of courtesies: its name is what several plans of one list have in common."""

    __tablename__ = "campaign"
    __table_args__ = (
        # Race: one plan applied twice at once. The name makes one campaign of its event.
        UniqueConstraint("event_id", "name", name="campaign_name"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    tier_id: UUID = Field(foreign_key="tier.id")
    name: str = Field(max_length=80)
    mode: CampaignMode = Field(sa_column=word(CampaignMode, "campaign_mode"))
    terms_digest: str = Field(max_length=64)  # tells a plan of this campaign from another's
    settings: dict[str, Any] = Field(sa_column=json_column(nullable=False))  # {"message"}
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # Race: guests are still added while somebody reclaims. Who adds one holds this row shared.
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    created_at: datetime = Field(sa_column=moment())


class CampaignFile(SQLModel, table=True):
    """A file that goes with each mail of a campaign; kept here so that any worker can send it."""

    __tablename__ = "campaign_file"

    campaign_id: UUID = Field(foreign_key="campaign.id", primary_key=True)
    turn: int = Field(primary_key=True)
    name: str = Field(max_length=120)
    media_type: str = Field(max_length=80)
    content: bytes


class CampaignRow(SQLModel, table=True):
    """One guest of a campaign: what was sent, and what became of it."""

    __tablename__ = "campaign_row"
    __table_args__ = (
        # Race: one guest in two plans, or one plan applied twice at once. Nobody is invited twice.
        UniqueConstraint("campaign_id", "guest_key", name="campaign_row_guest"),
        # Race: redeeming, reclaiming and expiry meet here. The conditional updates ask first.
        CheckConstraint("held >= 0 AND held <= quantity", name="campaign_row_held"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    campaign_id: UUID = Field(foreign_key="campaign.id", index=True)
    guest_key: str = Field(max_length=64)  # a digest of the address, whatever its case
    line: int  # in the organizer's file
    name: str
    email: str
    document: str = ""
    company: str = ""
    title: str = ""
    quantity: int = 1
    held: int = 0  # places taken for the guest's code that are not tickets yet
    state: CampaignRowState = Field(
        default=CampaignRowState.PLANNED, sa_column=word(CampaignRowState, "campaign_row_state")
    )
    promo_id: UUID | None = Field(default=None, foreign_key="promo.id", unique=True)
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", unique=True)
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    reminded_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
