"""The tables of exports: those that were written, and those that failed with somebody to tell."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment
from boxoffice.ids import new_id


class ExportRun(SQLModel, table=True):
    """One export that was written whole. The manifest beside the file says the same."""

    __tablename__ = "export_run"
    __table_args__ = (
        CheckConstraint("row_count >= 0 AND size >= 0", name="export_run_counts"),
        # Race: one slot of a saved export run by two workers. One of them remembers it.
        UniqueConstraint("saved", "slot_at", name="export_run_slot"),
        Index("export_run_last", "name", "asked_out", "started_at"),
        Index("export_run_saved", "saved", "started_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=40)
    saved: str | None = Field(default=None, max_length=40)  # the saved export that it was
    slot_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    event_id: UUID | None = Field(default=None, foreign_key="event.id")
    asked_out: str  # as it was asked for: `/exports/{event}-{date}.csv`
    destination: str  # where it went; empty: removed since, to keep so many alone
    format: str = Field(max_length=12)
    row_count: int
    size: int = Field(sa_type=BigInteger)  # bytes
    sha256: str = Field(max_length=64)
    by: str
    started_at: datetime = Field(sa_column=moment())
    finished_at: datetime = Field(sa_column=moment())


class ExportFailure(SQLModel, table=True):
    """One export that was not written, and who is to be told by mail."""

    __tablename__ = "export_failure"
    __table_args__ = (Index("export_failure_last", "name", "failed_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=40)  # of the saved export, or of the definition
    event: str = ""  # as it was asked for: it may not be there
    code: str = Field(max_length=64)
    reason: str
    notify: str
    failed_at: datetime = Field(sa_column=moment())
