"""Tables of what was done, by whom, and of the chain that shows whether anybody touched it since.

Ids only: no name, document or address of a buyer.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary
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


class AuditReason(SQLModel, table=True):
    """Why, as somebody typed it. The database lets it be blanked, and nothing else.

    No foreign key, as with links: whoever takes an entry away must be found by name.
    """

    __tablename__ = "audit_reason"

    entry_id: UUID = Field(primary_key=True)
    salt: str = Field(max_length=32)  # blank once the words are erased: see reasons.py
    words: str


def _turn(*, primary_key: bool = False) -> Column[int]:
    """Return a column that counts entries. On SQLite a key of this type is the row's own number."""
    kind = Integer().with_variant(BigInteger(), "postgresql")
    return Column(kind, primary_key=primary_key, nullable=False, autoincrement=False)


class AuditLink(SQLModel, table=True):
    """The place of one entry in the chain. No foreign key: a lost entry must be found by name."""

    __tablename__ = "audit_link"

    # Race: two sealers at once. A turn is taken once, and so is an entry.
    turn: int = Field(sa_column=_turn(primary_key=True))  # from 1, without a gap
    entry_id: UUID = Field(unique=True)
    head: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))  # SHA-256 up to here


class AuditSeal(SQLModel, table=True):
    """So many links that were made at once. Kept outside, its head vouches for all before it."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        CheckConstraint(
            "count > 0 AND count = last_turn - first_turn + 1", name="audit_seal_count"
        ),
    )

    n: int = Field(sa_column=_turn(primary_key=True))  # from 1, without a gap
    first_turn: int = Field(sa_column=_turn())
    last_turn: int = Field(sa_column=_turn())
    count: int
    prev: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))  # head of the seal before
    head: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    until: datetime = Field(sa_column=moment())  # the newest entry sealed so far
    at: datetime = Field(sa_column=moment())
