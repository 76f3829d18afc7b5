"""The table of what was done, by whom. Ids only: no name, document or address of a buyer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from boxoffice.columns import json_column, moment
from boxoffice.ids import new_id


class AuditEntry(SQLModel, table=True):
    """One act. The database refuses to change or delete it (migration 0001 has the triggers)."""

    __tablename__ = "audit_entry"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    at: datetime = Field(sa_column=moment(index=True))
    actor: str
    verb: str = Field(max_length=64)  # "order.place"
    subject: str = Field(max_length=64, index=True)  # "order:0190…"
    facts: dict[str, Any] = Field(sa_column=json_column(nullable=False))
