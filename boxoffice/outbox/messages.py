"""The table of mails: who was told what, and whether it left."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment, word
from boxoffice.ids import new_id


class MessageState(StrEnum):
    """Where a mail is."""

    SENDING = "sending"
    SENT = "sent"


class Message(SQLModel, table=True):
    """One mail. Its id is the stable half of the Message-ID, however often it is tried."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            "order_id IS NOT NULL OR campaign_row_id IS NOT NULL", name="message_about"
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    job_id: UUID = Field(foreign_key="job.id", unique=True)
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", index=True)
    campaign_row_id: UUID | None = Field(default=None, foreign_key="campaign_row.id", index=True)
    recipient: str
    template: str = Field(max_length=40)
    state: MessageState = Field(sa_column=word(MessageState, "message_state"))
    provider: str = Field(max_length=24)
    provider_id: str | None = None
    created_at: datetime = Field(sa_column=moment())
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
