"""The table of how long the people of an event are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment


class Retention(SQLModel, table=True):
    """After so many days past its end, the people of an event are erased. Without a row: never."""

    __tablename__ = "retention"
    __table_args__ = (CheckConstraint("days > 0", name="retention_days"),)

    event_id: UUID = Field(foreign_key="event.id", primary_key=True)
    days: int
    set_at: datetime = Field(sa_column=moment())
    applied_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
