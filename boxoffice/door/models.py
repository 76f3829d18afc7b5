"""Tables of the door: its lists, its desks, every scan, who is in, and what desks disagree on."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import moment, optional_word, word
from boxoffice.door.rules import Direction, Policy, Proof, Verdict
from boxoffice.ids import new_id
from boxoffice.staff.rules import Role


class Mode(StrEnum):
    """How a scan was judged."""

    ONLINE = "online"
    OFFLINE = "offline"  # by a desk, on its snapshot


class Source(StrEnum):
    """How the text of a scan reached us."""

    SCANNER = "scanner"
    TYPED = "typed"
    SEARCH = "search"
    GROUP = "group"  # with the rest of an order


class ConflictKind(StrEnum):
    """What a desk and the server disagree on, once they have met again."""

    DOUBLE_ENTRY = "double_entry"  # in twice: two doors could not see each other
    ADMITTED_BUT_INVALID = "admitted_but_invalid"
    REFUSED_BUT_VALID = "refused_but_valid"
    CLOCK_SKEW = "clock_skew"  # the desk's clock was off by more than a minute
    GAP = "gap"  # scans of the desk are missing


class DoorList(SQLModel, table=True):
    """A door of an event: which tiers it admits, when, and how often."""

    __tablename__ = "door_list"
    __table_args__ = (
        UniqueConstraint("event_id", "name", name="door_list_name"),
        CheckConstraint("room IS NULL OR room > 0", name="door_list_room"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=80)
    policy: Policy = Field(default=Policy.ONCE, sa_column=word(Policy, "door_list_policy"))
    opens_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closes_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    turn: int = 0
    room: int | None = None  # how many may be inside at once; none: no limit
    takes_payment: bool = False  # who has not paid may pay here


class DoorListTier(SQLModel, table=True):
    """A tier that a list admits. A list without any admits every tier of its event."""

    __tablename__ = "door_list_tier"

    list_id: UUID = Field(foreign_key="door_list.id", primary_key=True)
    tier_id: UUID = Field(foreign_key="tier.id", primary_key=True)


class Desk(SQLModel, table=True):
    """A machine at a door, enrolled once, bound to one list. Its token is kept as a digest."""

    __tablename__ = "desk"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=80)
    list_id: UUID = Field(foreign_key="door_list.id", index=True)
    role: Role = Field(default=Role.DOOR, sa_column=word(Role, "desk_role"))
    # Race: one code given to two machines. Whoever clears it first is the desk.
    code_digest: str | None = Field(default=None, unique=True, max_length=64)
    code_expires_at: datetime = Field(sa_column=moment())
    token_digest: str | None = Field(default=None, unique=True, max_length=64)
    expires_at: datetime = Field(sa_column=moment())
    created_at: datetime = Field(sa_column=moment())
    enrolled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Scan(SQLModel, table=True):
    """One code that was shown, whatever the answer. Added, never changed."""

    __tablename__ = "scan"
    __table_args__ = (
        # Race: one journal uploaded twice at once. A desk counts its scans, and each comes once.
        UniqueConstraint("desk_id", "desk_sequence", name="scan_of_desk"),
        CheckConstraint("(desk_id IS NULL) = (desk_sequence IS NULL)", name="scan_desk"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # Race: one scan sent twice. The nonce answers as it did the first time.
    nonce: str = Field(unique=True, max_length=80)
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
    proof: Proof | None = Field(default=None, sa_column=optional_word(Proof, "scan_proof"))
    reason: str = ""  # why a guest was let in against the rules, or taken back
    approved_by: str = ""  # who lent the operator the permission, by name and PIN
    # Of a scan that was judged offline:
    desk_id: UUID | None = Field(default=None, foreign_key="desk.id")
    desk_sequence: int | None = None
    device_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    received_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    skew_seconds: int = 0  # the server's clock less the desk's; `scanned_at` is corrected by it
    snapshot_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # What the rules say of the ticket itself, once the server has heard of the scan.
    server_verdict: Verdict | None = Field(
        default=None, sa_column=optional_word(Verdict, "scan_server_verdict")
    )


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


class Conflict(SQLModel, table=True):
    """What a desk and the server disagree on about one scan. Closed with a note, never deleted.

    Open ones are derived from the scans, and follow them.
    """

    __tablename__ = "conflict"
    # Race: two uploads find one conflict. It is known by its kind and its scan.
    __table_args__ = (UniqueConstraint("kind", "scan_id", name="conflict_of_scan"),)

    code: str = Field(primary_key=True, max_length=8)  # for people
    kind: ConflictKind = Field(sa_column=word(ConflictKind, "conflict_kind"))
    scan_id: UUID = Field(foreign_key="scan.id")
    list_id: UUID = Field(foreign_key="door_list.id", index=True)
    ticket_id: UUID | None = Field(default=None, foreign_key="ticket.id", index=True)
    other_scan_id: UUID | None = Field(default=None, foreign_key="scan.id")
    could_know: bool = False  # the desk's snapshot, or the server, had it in time
    detail: str = ""
    resolved_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    resolved_by: str = ""
    note: str = ""
