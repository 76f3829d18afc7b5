"""Tables of tickets and of the public keys that prove signed ones."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import minor, moment, word
from boxoffice.ids import new_id


class TicketState(StrEnum):
    """Where a ticket is in its life."""

    HELD = "held"  # its order is not paid
    VALID = "valid"
    VOID = "void"  # cancelled, refunded or expired with its order
    BLOCKED = "blocked"  # somebody said stop


class Ticket(SQLModel, table=True):
    """One person's way in. The code itself is never stored: only its digest is."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("order_id", "number", name="ticket_number"),
        CheckConstraint("generation BETWEEN 0 AND 255", name="ticket_generation"),
        CheckConstraint(
            "fee_minor >= 0 AND discount_minor >= 0 AND price_minor >= discount_minor",
            name="ticket_money",
        ),
        # A held ticket may have a code: it was valid, and waits for the money of a dearer tier.
        CheckConstraint("state IN ('held', 'void') OR code_digest IS NOT NULL", name="ticket_code"),
        # Only what waits for its money owes some of it.
        CheckConstraint("due_minor >= 0 AND (due_minor = 0 OR state = 'held')", name="ticket_due"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    tier_id: UUID = Field(foreign_key="tier.id", index=True)
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    line_id: UUID = Field(foreign_key="order_line.id")
    number: int  # from 1, within the order: `K7QX2M-1`
    price_minor: int = Field(sa_column=minor())  # of this place when it was sold
    discount_minor: int = Field(default=0, sa_column=minor(default=0))
    fee_minor: int = Field(default=0, sa_column=minor(default=0))  # its own part of the order's fee
    # What this ticket of a paid order still waits for: an addition, or a dearer tier.
    due_minor: int = Field(default=0, sa_column=minor(default=0))
    holder_name: str = ""
    holder_email: str = ""
    holder_document: str = ""
    holder_company: str = ""
    holder_title: str = ""
    seat: str = ""
    attention: str = ""  # what the door must see
    state: TicketState = Field(
        default=TicketState.HELD, sa_column=word(TicketState, "ticket_state")
    )
    # Race: refund, chargeback and cancel may all end this ticket; whoever clears this gives the
    # place back, and nobody else does.
    holds_place: bool = True
    ended_alone: bool = False  # before its order did: late money for that does not bring it back
    generation: int = 0  # counts re-issues: an older code is revoked
    key_id: str | None = Field(default=None, max_length=8)  # the key its code was made with
    # Race: two tickets, one code. The digest of the code is unique for ever.
    code_digest: str | None = Field(default=None, unique=True, max_length=64)


class RevokedCode(SQLModel, table=True):
    """The digest of a code that a re-issue killed, so that the door can say so."""

    __tablename__ = "revoked_code"

    code_digest: str = Field(primary_key=True, max_length=64)
    ticket_id: UUID = Field(foreign_key="ticket.id", index=True)
    revoked_at: datetime = Field(sa_column=moment())


class PublicKey(SQLModel, table=True):
    """A public key that signed codes may carry. Old ones stay, and keep verifying."""

    __tablename__ = "public_key"

    key_id: str = Field(primary_key=True, max_length=8)
    public_key: bytes
    created_at: datetime = Field(sa_column=moment())
