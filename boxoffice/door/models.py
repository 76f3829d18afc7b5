"""Tables of the door: its lists, every scan, and who is in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment, word
from boxoffice.door.rules import Direction, Policy, Verdict
from boxoffice.ids import new_id


class Mode(StrEnum):
    """How a scan was judged."""

    ONLINE = "online"


class Source(StrEnum):
    """How the text of a scan reached us."""

    SCANNER = "scanner"
    TYPED = "typed"


class DoorList(SQLModel, table=True):
    """A door of an event: which tiers it admits, when, and how often."""

    __tablename__ = "door_list"
    __table_args__ = (UniqueConstraint("event_id", "name", name="door_list_name"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=80)
    policy: Policy = Field(default=Policy.ONCE, sa_column=word(Policy, "door_list_policy"))
    opens_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closes_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    turn: int = 0


class DoorListTier(SQLModel, table=True):
    """A tier that a list admits. A list without any admits every tier of its event."""

    __tablename__ = "door_list_tier"

    list_id: UUID = Field(foreign_key="door_list.id", primary_key=True)
    tier_id: UUID = Field(foreign_key="tier.id", primary_key=True)


class Scan(SQLModel, table=True):
    """One code that was shown, whatever the answer. Added, never changed."""

    __tablename__ = "scan"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # Race: one scan sent twice. The nonce answers as it did the first time.
    nonce: str = Field(unique=True, max_length=64)
    list_id: UUID = Field(foreign_key="door_list.id", index=True)
    ticket_id: UUID | None = Field(default=None, foreign_key="ticket.id", index=True)
    gate: str = ""
    direction: Direction = Field(sa_column=word(Direction, "scan_direction"))
    scanned_at: datetime = Field(sa_column=moment(index=True))
    mode: Mode = Field(default=Mode.ONLINE, sa_column=word(Mode, "scan_mode"))
    source: Source = Field(sa_column=word(Source, "scan_source"))
    # What no ticket answers to; a real code would open the door, and is not kept.
    unknown_text: str | None = Field(default=None, max_length=200)
    verdict: Verdict = Field(sa_column=word(Verdict, "scan_verdict"))
    operator: str
    annuls_id: UUID | None = Field(default=None, foreign_key="scan.id", unique=True)
    text_digest: str = Field(max_length=64)  # tells whether a nonce came back with another code
    first_scan_id: UUID | None = Field(default=None, foreign_key="scan.id")  # the entry it met


class Entry(SQLModel, table=True):
    """One admission that stands. Scans are the log; entries are who is in."""

    __tablename__ = "entry"

    list_id: UUID = Field(foreign_key="door_list.id", primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id", primary_key=True, index=True)
    # Race: two gates, one ticket. Whatever the code believes, one place per allowed entry:
    # "" under `once`, the date under `daily`, a count under `after_exit` and `unlimited`.
    slot: str = Field(default="", primary_key=True, max_length=24)
    # Deferred: the entry is fought for first, and its scan, with the verdict, follows.
    scan_id: UUID = Field(
        sa_column=Column(
            ForeignKey("scan.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            unique=True,
        )
    )
    entered_at: datetime = Field(sa_column=moment())
    left_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
