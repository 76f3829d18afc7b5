"""Tables of shifts and what went through their drawers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

import boxoffice.orders.models  # noqa: F401  (an entry refers to its table, which must be known)
from boxoffice.columns import minor, moment, partial_index, word
from boxoffice.ids import new_id


class EntryKind(StrEnum):
    """What went through a drawer."""

    SALE = "sale"
    REFUND = "refund"
    DROP = "drop"  # taken to the safe


class Shift(SQLModel, table=True):
    """A clerk's drawer, from the float to the count."""

    __tablename__ = "shift"
    __table_args__ = (
        # Race: one clerk opens the drawer twice. One open shift a clerk.
        partial_index("shift_one_open", "clerk", where="closed_at IS NULL", unique=True),
        CheckConstraint("float_minor >= 0", name="shift_float"),
        CheckConstraint("(closed_at IS NULL) = (counted_minor IS NULL)", name="shift_closed"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    clerk: str
    currency: str = Field(default="BRL", max_length=3)
    float_minor: int = Field(sa_column=minor())
    opened_at: datetime = Field(sa_column=moment(index=True))
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    counted_minor: int | None = Field(default=None, sa_column=minor(nullable=True))
    expected_minor: int | None = Field(default=None, sa_column=minor(nullable=True))
    note: str = ""


class TillEntry(SQLModel, table=True):
    """Money through a drawer. Added, never changed; `amount_minor` is positive."""

    __tablename__ = "till_entry"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="till_entry_amount"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    shift_id: UUID = Field(foreign_key="shift.id", index=True)
    kind: EntryKind = Field(sa_column=word(EntryKind, "till_entry_kind"))
    method: str = Field(max_length=24)  # cash is what the drawer holds; the rest is for the report
    amount_minor: int = Field(sa_column=minor())
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", index=True)
    at: datetime = Field(sa_column=moment())
    note: str = ""
