"""Desks: machines at a door, enrolled with a one-time code and known by a token.

Neither code nor token is kept in clear: who reads the database can be no desk.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.door.gate import Gate
from boxoffice.door.models import Desk, DoorList
from boxoffice.errors import BadValue, Forbidden, NotFound
from boxoffice.events.models import Event
from boxoffice.ids import CODE_ALPHABET, new_id
from boxoffice.staff.rules import Actor, Permission, Role
from boxoffice.text import clean_in

CODE_LENGTH = 8  # 39 bits: enough for a quarter of an hour behind a rate limit
CODE_MINUTES = 15
_NAME_MAX = 40
_ROLES = (Role.DOOR, Role.DOOR_LEAD)


@dataclass(frozen=True, slots=True)
class DeskView:
    """A desk as people and programs see it."""

    id: UUID
    name: str
    event: str
    list_id: UUID
    list: str
    role: Role
    created_at: datetime
    enrolled_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who acts when this desk does."""
        return Actor(f"desk {self.name}", self.role)

    def state(self, now: datetime) -> str:
        """Say whether it is waiting for its code, works, has expired or was revoked."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "waiting" if self.enrolled_at is None else "enrolled"


def invite(
    session: WriteSession,
    actor: Actor,
    gate: Gate,
    name: str,
    *,
    role: Role = Role.DOOR,
    expires_at: datetime,
    now: datetime,
) -> str:
    """Make room for a desk at a door, and return the code that enrols it once.

    Raises:
        Forbidden: the actor may not enrol desks.
        BadValue: the name or role makes no sense, or the desk would have expired already.
    """
    actor.must(Permission.ENROL_DESK)
    tidy = clean_in(name, name="--name", length_max=_NAME_MAX)
    if role not in _ROLES:
        raise BadValue("--role", "must be door or door_lead.")
    if expires_at <= now:
        raise BadValue("--until", "is over already.")
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    desk = Desk(
        id=new_id(),
        name=tidy,
        list_id=gate.list_id,
        role=role,
        code_digest=_digest("code", code),
        code_expires_at=now + timedelta(minutes=CODE_MINUTES),
        expires_at=expires_at,
        created_at=now,
    )
    session.add(desk)
    session.flush()
    record(session, actor, "desk.invite", "desk", desk.id, now=now, role=role)
    return f"{code[:4]}-{code[4:]}"


def enrol(session: WriteSession, code: str, *, now: datetime) -> tuple[str, DeskView]:
    """Turn a one-time code into a token, which is told this once.

    Raises:
        Forbidden: the code is unknown, used, revoked or too old; it is not said which.
    """
    token = secrets.token_urlsafe(32)
    digest = _digest("code", code.strip().upper().replace("-", ""))
    # Race: one code at two machines. Whoever clears it is the desk.
    claim = (
        update(Desk)
        .where(
            col(Desk.code_digest) == digest,
            col(Desk.code_expires_at) > now,
            col(Desk.revoked_at).is_(None),
        )
        .values(code_digest=None, token_digest=_digest("token", token), enrolled_at=now)
    )
    if not changed(session, claim):
        raise Forbidden(
            "this code enrols no desk.",
            hint="ask for a new one: boxoffice desk enrol -e SLUG --name NAME",
            code="desk.code",
        )
    desk = desk_of(session, token, now=now)
    record(session, desk.actor, "desk.enrol", "desk", desk.id, now=now)
    return token, desk


def desk_of(session: ReadSession, token: str, *, now: datetime) -> DeskView:
    """Return the desk that a token belongs to.

    Raises:
        Forbidden: it is none of ours, or the desk has expired or was revoked.
    """
    rows = _views(session, token_digest=_digest("token", token))
    if not rows or rows[0].state(now) != "enrolled":
        raise Forbidden(
            "this desk is not enrolled, or no longer.",
            hint="enrol it again: boxoffice desk enrol CODE --url URL",
            code="desk.unknown",
        )
    return rows[0]


def list_desks(session: ReadSession, event: str | None = None) -> list[DeskView]:
    """Return the desks of an event, or of all, the oldest first."""
    return [view for view in _views(session) if event is None or view.event == event]


def revoke_desk(session: WriteSession, actor: Actor, name: str, *, now: datetime) -> DeskView:
    """End a desk: its code and token open nothing from now on. Safe to repeat.

    `name` is the desk's name, when it is the only one of that name, or its id.

    Raises:
        Forbidden: the actor may not revoke desks.
        NotFound: there is no such desk, or several.
    """
    actor.must(Permission.ENROL_DESK)
    found = [view for view in _views(session) if name in (view.name, str(view.id))]
    if len(found) > 1:
        found = [view for view in found if view.revoked_at is None]
    if len(found) != 1:
        raise NotFound("desk", name[:_NAME_MAX], hint="name it by its id: boxoffice desk list")
    (desk,) = found
    if desk.revoked_at is None:
        row = session.get_one(Desk, desk.id)
        row.revoked_at, row.code_digest = now, None
        record(session, actor, "desk.revoke", "desk", desk.id, now=now)
        session.flush()
        (desk,) = (view for view in _views(session) if view.id == desk.id)
    return desk


def _views(session: ReadSession, *, token_digest: str | None = None) -> list[DeskView]:
    statement = (
        select(Desk, DoorList.name, Event.slug)
        .join(DoorList, col(DoorList.id) == Desk.list_id)
        .join(Event, col(Event.id) == DoorList.event_id)
        .order_by(col(Desk.created_at), col(Desk.id))
    )
    if token_digest is not None:
        statement = statement.where(Desk.token_digest == token_digest)
    return [
        DeskView(
            id=desk.id,
            name=desk.name,
            event=event,
            list_id=desk.list_id,
            list=list_name,
            role=desk.role,
            created_at=desk.created_at,
            enrolled_at=desk.enrolled_at,
            expires_at=desk.expires_at,
            revoked_at=desk.revoked_at,
        )
        for desk, list_name, event in session.exec(statement).all()
    ]


def _digest(purpose: str, secret: str) -> str:
    content = f"boxoffice-desk-{purpose}:{secret}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()
