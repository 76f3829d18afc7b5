"""The tables of people and of what they log in with. No password, PIN or token stands in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from boxoffice.columns import moment, word
from boxoffice.ids import new_id
from boxoffice.staff.rules import Role


class SessionKind(StrEnum):
    """What a session is for."""

    LOGIN = "login"  # a person: short access tokens, and refresh tokens that are used once
    MACHINE = "machine"  # a program, cron for one: a single token in a file


class CodePurpose(StrEnum):
    """What a one-time code allows."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  (a word, no password)


class StaffMember(SQLModel, table=True):
    """A person or a program with a role. The name goes into the audit and is never given again."""

    __tablename__ = "staff_member"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # Race: two admins add one name. The database keeps the first.
    name: str = Field(max_length=32, unique=True)
    role: Role = Field(sa_column=word(Role, "staff_role"))
    email: str = ""
    email_verified_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    password_hash: str
    pin_hash: str = ""
    refund_limit_minor: int | None = Field(default=None, ge=0)  # None: as the role has it
    created_at: datetime = Field(sa_column=moment())
    disabled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class StaffSession(SQLModel, table=True):
    """One login: the family of all refresh tokens that came of it. Ended, it stays ended."""

    __tablename__ = "staff_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    staff_id: UUID = Field(foreign_key="staff_member.id", index=True)
    kind: SessionKind = Field(sa_column=word(SessionKind, "staff_session_kind"))
    created_at: datetime = Field(sa_column=moment())
    used_at: datetime = Field(sa_column=moment())
    ends_at: datetime = Field(sa_column=moment())  # however often it is refreshed
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_by: str = Field(default="", max_length=24)  # logout revoked reused password disabled


class StaffToken(SQLModel, table=True):
    """One opaque token of a session, known by its SHA-256: 256 random bits need no salt."""

    __tablename__ = "staff_token"

    digest: str = Field(primary_key=True, max_length=64)
    session_id: UUID = Field(foreign_key="staff_session.id", index=True)
    created_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    # Race: two refreshes with one token. Whoever sets this first has used it.
    used_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class StaffCode(SQLModel, table=True):
    """A one-time code that was mailed. It is made from the secret key and this id, and not kept."""

    __tablename__ = "staff_code"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    staff_id: UUID = Field(foreign_key="staff_member.id", index=True)
    purpose: CodePurpose = Field(sa_column=word(CodePurpose, "staff_code_purpose"))
    email: str
    tries_left: int
    created_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class StaffTry(SQLModel, table=True):
    """How often a secret was guessed wrong for one name, known or unknown, and when to go on."""

    __tablename__ = "staff_try"

    # Race: many guesses at once. Each counts itself on this row before its secret is looked at.
    key: str = Field(primary_key=True, max_length=64)  # SHA-256: what was typed may be a password
    count: int = 0
    tried_at: datetime = Field(sa_column=moment(index=True))
    free_at: datetime = Field(sa_column=moment())
