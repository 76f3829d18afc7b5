"""Questions about people and logins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BadValue, NotFound
from boxoffice.staff.models import SessionKind, StaffMember, StaffSession
from boxoffice.staff.rules import LOCAL_ADMIN, SYSTEM, Actor, Role
from boxoffice.text import shown

NAME_MAX = 32
RESERVED = frozenset({LOCAL_ADMIN.name, SYSTEM.name, "nobody", "boxoffice"})
_LIST = "see them: boxoffice staff list"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the staff, as others may see one."""

    id: UUID
    name: str
    role: Role
    email: str
    is_verified: bool
    has_pin: bool
    refund_limit_minor: int | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionView:
    """A login that stands."""

    id: UUID
    name: str
    kind: SessionKind
    created_at: datetime
    used_at: datetime
    ends_at: datetime


def checked_name(text: str) -> str:
    """Return a name that a member may have: lower case, for it stands in every audit entry.

    Raises:
        BadValue: it holds anything but `a-z 0-9 . _ -`, or is one of ours.
    """
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise BadValue(
            "the name",
            f"must be 1 to {NAME_MAX} of a-z 0-9 . _ - and begin and end with a letter or digit.",
            hint="rita.nogueira",
        )
    if name in RESERVED:
        raise BadValue("the name", f"{name} is the program's own.", hint="choose another")
    return name


def has_staff(session: ReadSession) -> bool:
    """Say whether anybody was added yet: until then whoever holds the files is the admin."""
    return session.exec(select(StaffMember.id).limit(1)).first() is not None


def find_member(session: ReadSession, text: str) -> StaffMember | None:
    """Return a member by the name that somebody typed, or `None`: it may be anything at all."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        return None  # no database has to know what a NUL or half a character is
    return session.exec(select(StaffMember).where(StaffMember.name == name)).first()


def member_named(session: ReadSession, text: str) -> StaffMember:
    """Return a member by name.

    Raises:
        NotFound: nobody has it.
    """
    row = find_member(session, text)
    if row is None:
        raise NotFound("staff", shown(text.strip(), length_max=NAME_MAX), hint=_LIST)
    return row


def held_member(session: WriteSession, member_id: UUID) -> StaffMember:
    """Return a member, held until the transaction ends."""
    # Race: two changes of one member. The second sees the first.
    return session.get_one(StaffMember, member_id, with_for_update=True, populate_existing=True)


def view_of(row: StaffMember) -> MemberView:
    """Return a member as others may see one."""
    return MemberView(
        id=row.id,
        name=row.name,
        role=row.role,
        email=row.email,
        is_verified=row.email_verified_at is not None,
        has_pin=bool(row.pin_hash),
        refund_limit_minor=row.refund_limit_minor,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def list_staff(session: ReadSession, *, limit: int) -> list[MemberView]:
    """Return the staff by name."""
    found = session.exec(select(StaffMember).order_by(col(StaffMember.name)).limit(limit))
    return [view_of(row) for row in found]


def list_sessions(
    session: ReadSession, *, now: datetime, limit: int, name: str | None = None
) -> list[SessionView]:
    """Return the logins that stand, the newest first; with `name`, those of one member."""
    query = (
        select(StaffSession, StaffMember.name)
        .join(StaffMember, col(StaffMember.id) == col(StaffSession.staff_id))
        .where(col(StaffSession.ended_at).is_(None), col(StaffSession.ends_at) > now)
        .order_by(col(StaffSession.created_at).desc(), col(StaffSession.id))
        .limit(limit)
    )
    if name is not None:
        query = query.where(col(StaffMember.name) == name)
    found: Sequence[tuple[StaffSession, str]] = session.exec(query).all()
    return [
        SessionView(row.id, who, row.kind, row.created_at, row.used_at, row.ends_at)
        for row, who in found
    ]


def actor_of_session(session: ReadSession, session_id: UUID, *, now: datetime) -> Actor | None:
    """Return who acts by a session, with today's role; `None` when it stands no more."""
    found = session.exec(
        select(StaffMember.name, StaffMember.role)
        .join(StaffSession, col(StaffSession.staff_id) == col(StaffMember.id))
        .where(
            col(StaffSession.id) == session_id,
            col(StaffSession.ended_at).is_(None),
            col(StaffSession.ends_at) > now,
            col(StaffMember.disabled_at).is_(None),
        )
    ).first()
    return Actor(found[0], Role(found[1])) if found else None
