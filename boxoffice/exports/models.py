"""The table of exports that were written."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment
from boxoffice.ids import new_id


class ExportRun(SQLModel, table=True):
    """One export that was written whole. The manifest beside the file says the same."""

    __tablename__ = "export_run"
    __table_args__ = (
        CheckConstraint("row_count >= 0 AND size >= 0", name="export_run_counts"),
        Index("export_run_last", "name", "destination", "started_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=40)
    event_id: UUID | None = Field(default=None, foreign_key="event.id")
    destination: str
    format: str = Field(max_length=12)
    row_count: int
    size: int = Field(sa_type=BigInteger)  # bytes
    sha256: str = Field(max_length=64)
    by: str
    started_at: datetime = Field(sa_column=moment())
    finished_at: datetime = Field(sa_column=moment())
