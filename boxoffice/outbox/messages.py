"""The tables of mails: who was told what, whether it left, and what was heard of it since."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment, word
from boxoffice.ids import new_id


class MessageState(StrEnum):
    """Whether a mail left. What became of it then is derived from its events."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"  # the carrier gave a definite no


class Message(SQLModel, table=True):
    """One mail. Its id is the stable half of the Message-ID, however often it is tried."""

    __tablename__ = "message"
    __table_args__ = (Index("message_provider_id", "provider_id"),)

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
    called_at: datetime | None = Field(  # a call whose end nobody has written down
        default=None, sa_column=moment(nullable=True)
    )
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class MailEvent(SQLModel, table=True):
    """One thing that a carrier told of one mail. Every one is kept; no address stands in it."""

    __tablename__ = "mail_event"
    __table_args__ = (
        Index("mail_event_message_id", "message_id"),
        Index("mail_event_provider_id", "provider_id"),
    )

    # Race: one event delivered twice at once, which is common. The second finds the first.
    event_key: str = Field(primary_key=True, max_length=255)  # `PROVIDER:ITS OWN ID`
    message_id: UUID | None = None  # as the event says; it may name a mail that is not ours
    provider_id: str | None = Field(default=None, max_length=255)
    kind: str = Field(max_length=40)  # the carrier's word; those we do not know are kept too
    reason: str = ""
    happened_at: datetime = Field(sa_column=moment())
    received_at: datetime = Field(sa_column=moment())
