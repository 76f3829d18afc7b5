"""Tables of payments and of the letters gateways send."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import json_column, minor, moment, partial_index, word
from boxoffice.ids import new_id
from boxoffice.money import Money
from boxoffice.payments.provider import Method


class PaymentState(StrEnum):
    """Where a payment is in its life. Only a refund, a dispute or undone cash takes money away."""

    OPENING = "opening"  # the intent is kept; the gateway has not answered yet
    WAITING = "waiting"  # the buyer can pay
    PAID = "paid"
    SETTLED = "settled"  # paid, and in the balance
    CLOSED = "closed"  # nobody can pay it any more
    FAILED = "failed"  # the gateway gave a definite no
    REFUNDING = "refunding"  # all of it is on its way back
    REFUNDED = "refunded"  # all of it went back
    DISPUTED = "disputed"  # the buyer's bank asks for it
    CHARGED_BACK = "charged_back"  # the buyer's bank took it


OPEN = frozenset({PaymentState.OPENING, PaymentState.WAITING})  # somebody may still pay it
MONEY = frozenset(
    {
        PaymentState.PAID,
        PaymentState.SETTLED,
        PaymentState.REFUNDING,
        PaymentState.REFUNDED,
        PaymentState.DISPUTED,
        PaymentState.CHARGED_BACK,
    }
)  # money came, whatever became of it


class Payment(SQLModel, table=True):
    """Money asked for, or taken. Its id is the reference the gateway carries."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("provider", "provider_id", name="payment_provider_id"),
        CheckConstraint("amount_minor >= 0 AND paid_minor >= 0", name="payment_amounts"),
        # Race: two refunds of one payment. Together they never give back more than came in.
        CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= paid_minor", name="payment_refunded"
        ),
        CheckConstraint("instalments BETWEEN 1 AND 21", name="payment_instalments"),
        # Race: two workers open a charge for one order. One open attempt at a time.
        partial_index(
            "payment_one_open", "order_id", where="state IN ('opening', 'waiting')", unique=True
        ),
        Index("payment_order", "order_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    order_id: UUID = Field(foreign_key="orders.id")
    method: Method = Field(sa_column=word(Method, "payment_method"))
    state: PaymentState = Field(sa_column=word(PaymentState, "payment_state"))
    provider: str = Field(max_length=24)
    provider_id: str | None = Field(default=None, max_length=80)
    amount_minor: int = Field(sa_column=minor())
    paid_minor: int = Field(default=0, sa_column=minor(default=0))
    refunded_minor: int = Field(default=0, sa_column=minor(default=0))  # decided, not yet all done
    currency: str = Field(default="BRL", max_length=3)
    pix_payload: str | None = None
    boleto_line: str | None = None
    boleto_bar_code: str | None = None
    boleto_url: str | None = None  # its PDF
    invoice_url: str | None = None
    instalments: int = 1  # in how many parts a card pays it
    plan: str | None = Field(default=None, max_length=80, index=True)  # of instalments
    is_in_cash: bool = False  # paid outside of the gateway: it never was in its balance
    net_minor: int | None = Field(default=None, sa_column=minor(nullable=True))  # after its fee
    credited_on: date | None = None  # when it is, or will be, in the balance
    refusal: str | None = None  # why the gateway said no
    raw: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    created_at: datetime = Field(sa_column=moment())
    paid_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # Race: two workers look at one charge. What was looked at before this moment is old news.
    told_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return Money(self.amount_minor, self.currency)


class RefundState(StrEnum):
    """Where a refund is."""

    REQUESTED = "requested"  # decided here; the gateway was not asked yet
    SENT = "sent"  # asked for; the money is on its way
    DONE = "done"
    FAILED = "failed"
    BY_HAND = "by_hand"  # somebody gave it back, and says how


class Refund(SQLModel, table=True):
    """Money that goes back. Its id is our reference for it."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="refund_amount"),
        # Race: two workers see one refund that was made at the gateway. It is written down once.
        UniqueConstraint("payment_id", "outside_key", name="refund_outside"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    amount_minor: int = Field(sa_column=minor())
    currency: str = Field(default="BRL", max_length=3)
    state: RefundState = Field(sa_column=word(RefundState, "refund_state"))
    reason: str = ""
    proof: str = ""  # how it was given back by hand
    outside_key: str | None = Field(default=None, max_length=120)  # of one that we did not ask for
    waits_for: str = ""  # the gateway's word for who has to act before it goes on
    page_url: str | None = None  # where the payer of a boleto leaves a bank account
    refusal: str | None = None  # why the gateway said no
    created_at: datetime = Field(sa_column=moment())
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Stray(SQLModel, table=True):
    """Money on a charge that no payment of ours stands for: other income, or a row that was lost.

    Without a reference it is other income of the account; with one, somebody says whose it is.
    """

    __tablename__ = "stray"
    __table_args__ = (
        # Race: two letters of one charge. It is written down once.
        UniqueConstraint("provider", "provider_id", name="stray_provider_id"),
        CheckConstraint("paid_minor >= 0", name="stray_amount"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    provider: str = Field(max_length=24)
    provider_id: str = Field(max_length=80)
    reference: str | None = Field(default=None, max_length=200)
    charge_state: str = Field(max_length=24)
    paid_minor: int = Field(sa_column=minor())
    currency: str = Field(default="BRL", max_length=3)
    seen_at: datetime = Field(sa_column=moment())
    told_at: datetime = Field(sa_column=moment())
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    note: str = ""  # whose it is


class Letter(SQLModel, table=True):
    """A webhook as it arrived. Kept before it is understood, and never deleted by reading."""

    __tablename__ = "letter"
    __table_args__ = (
        # Race: one letter delivered twice at once. The second finds the first.
        UniqueConstraint("provider", "event_key", name="letter_event"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    provider: str = Field(max_length=24)
    event_key: str = Field(max_length=255)  # the provider's own id, whole
    body: bytes
    received_at: datetime = Field(sa_column=moment(index=True))
    read_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    outcome: str | None = None
