"""Tables of events and their tiers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import minor, moment, word
from boxoffice.ids import new_id
from boxoffice.money import Money
from boxoffice.wording.languages import Language


class EventState(StrEnum):
    """Where an event is in its life."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


class CodeScheme(StrEnum):
    """What the code on a ticket is made of."""

    SHORT = "short"  # 20 characters, looked up
    SIGNED = "signed"  # 138 characters, proves itself


class LatePayment(StrEnum):
    """What becomes of money that comes after the order ended."""

    ACCEPT_IF_SEAT = "accept_if_seat"
    REVIEW = "review"
    REFUND = "refund"


class FeePer(StrEnum):
    """What the fixed part of the fee counts."""

    TICKET = "ticket"
    ORDER = "order"


class Category(StrEnum):
    """The kind of entry a tier sells."""

    FULL = "full"
    HALF = "half"  # meia-entrada: a proof is asked for at the door
    COURTESY = "courtesy"
    STAFF = "staff"


class Event(SQLModel, table=True):
    """A night out."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity > 0", name="event_capacity"),
        # Race: two sales, one place. Whatever the code believes, no place is sold twice.
        CheckConstraint(
            "places_taken >= 0 AND (capacity IS NULL OR places_taken <= capacity)",
            name="event_places",
        ),
        # Race: two half-price sales, one place under the cap (Lei 12.933/2013: 40 %).
        CheckConstraint(
            "half_taken >= 0 AND (half_limit IS NULL OR half_taken <= half_limit)",
            name="event_half",
        ),
        CheckConstraint(
            "fee_fixed_minor >= 0 AND fee_basis_points BETWEEN 0 AND 10000", name="event_fee"
        ),
        CheckConstraint(
            "half_cap_percent IS NULL OR half_cap_percent BETWEEN 1 AND 100",
            name="event_half_cap",
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(unique=True, max_length=64)
    title: str
    venue: str = ""
    address: str = ""
    timezone: str = "America/Sao_Paulo"
    language: Language = Field(  # that its mails are written in
        default=Language.PT_BR, sa_column=word(Language, "event_language")
    )
    starts_at: datetime = Field(sa_column=moment())
    ends_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    doors_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    capacity: int | None = None  # none: the quotas of the tiers are the only limit
    places_taken: int = 0
    state: EventState = Field(default=EventState.DRAFT, sa_column=word(EventState, "event_state"))
    currency: str = Field(default="BRL", max_length=3)
    fee_fixed_minor: int = Field(default=0, sa_column=minor(default=0))
    fee_basis_points: int = 0
    fee_per: FeePer = Field(default=FeePer.TICKET, sa_column=word(FeePer, "event_fee_per"))
    fee_refundable: bool = True  # whether a refund gives the fee back too
    late_payment: LatePayment = Field(
        default=LatePayment.ACCEPT_IF_SEAT, sa_column=word(LatePayment, "event_late_payment")
    )
    code_scheme: CodeScheme = Field(
        default=CodeScheme.SHORT, sa_column=word(CodeScheme, "event_code_scheme")
    )
    hold_minutes: int = 30  # of a PIX or card order
    boleto_days: int = 2  # business days that a boleto order is held after its due date
    boleto_cutoff_days: int = 5  # business days before the event in which no boleto is offered
    half_cap_percent: int | None = None  # the share of places for half price; none: no cap
    half_limit: int | None = None  # places that share is; written with every change of the event
    half_taken: int = 0  # of half tiers, with or without a cap
    created_at: datetime = Field(sa_column=moment())


class Tier(SQLModel, table=True):
    """A lote: so many places at one price. Which one is on sale is derived, never stored."""

    __tablename__ = "tier"
    __table_args__ = (
        UniqueConstraint("event_id", "name", name="tier_name"),
        CheckConstraint("price_minor >= 0", name="tier_price"),
        # Race: two sales, one place. The conditional update asks first; this has the last word.
        CheckConstraint(
            "quota > 0 AND places_left >= 0 AND places_left <= quota", name="tier_places"
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=80)
    category: Category = Field(default=Category.FULL, sa_column=word(Category, "tier_category"))
    price_minor: int = Field(sa_column=minor())
    currency: str = Field(default="BRL", max_length=3)
    quota: int
    places_left: int
    opens_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closes_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    after_id: UUID | None = Field(default=None, foreign_key="tier.id")
    turn: int  # place in the list, as the organizer wrote it

    @property
    def price(self) -> Money:
        """The price of one place."""
        return Money(self.price_minor, self.currency)
