"""Sessions: begin one, turn its refresh token over, end it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import Database, ReadSession, WriteSession, changed
from boxoffice.errors import Forbidden, NotFound, NotLoggedIn
from boxoffice.staff.models import SessionKind, StaffMember, StaffSession, StaffToken
from boxoffice.staff.queries import actor_of_session
from boxoffice.staff.rules import Actor, Permission
from boxoffice.staff.tokens import TOKEN_MAX, Access, StaffKeys, digest_of, new_token

REFRESH_LIFE = timedelta(days=7)
SESSION_LIFE = timedelta(days=30)  # however often it is refreshed
OVERLAP = timedelta(seconds=10)  # two programs share a file, or an answer was lost on its way


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login as it leaves: who it is, and the two tokens. The refresh token is good once."""

    actor: Actor
    session_id: UUID
    access_token: str
    refresh_token: str


def begin_session(
    session: WriteSession, keys: StaffKeys, member: StaffMember, *, now: datetime
) -> LoggedIn:
    """Begin a session of somebody whose password was right."""
    row = StaffSession(
        staff_id=member.id,
        kind=SessionKind.LOGIN,
        created_at=now,
        used_at=now,
        ends_at=now + SESSION_LIFE,
    )
    session.add(row)
    session.flush()
    actor = Actor(member.name, member.role)
    record(session, actor, "staff.login", "staff", member.id, now=now, login=str(row.id))
    return _issued(session, keys, row, actor, now=now)


def refresh(database: Database, keys: StaffKeys, token: str, *, now: datetime) -> LoggedIn:
    """Turn a refresh token into a new pair.

    A token that was used before tells that somebody has a copy: its whole session ends. For 10
    seconds it is taken for a twin, and gets a pair of its own.

    Raises:
        NotLoggedIn: the token is unknown, over or used, or its session has ended.
    """
    if len(token) > TOKEN_MAX:
        raise _over()
    with database.writing() as session:
        turned = _turned(session, keys, digest_of(token), now=now)
    if turned is None:
        raise NotLoggedIn(
            "this login was used twice, and has been ended everywhere.",
            hint="boxoffice auth login; if that was not you, change your password",
            code="login.reused",
        )
    return turned


def _turned(
    session: WriteSession, keys: StaffKeys, digest: str, *, now: datetime
) -> LoggedIn | None:
    """Return the new pair, or `None` when a copy came and the session was ended for it."""
    token = session.get(StaffToken, digest)
    if token is None:
        raise _over()
    # Race: a refresh, its twin and a revocation. The session is held; each sees those before it.
    row = session.get_one(
        StaffSession, token.session_id, with_for_update=True, populate_existing=True
    )
    actor = actor_of_session(session, row.id, now=now)
    if actor is None or row.kind is not SessionKind.LOGIN or now >= token.expires_at:
        raise _over()
    session.refresh(token)
    if token.used_at is not None and now - token.used_at > OVERLAP:
        _end(session, actor, row, "reused", now=now)
        return None
    if token.used_at is None:
        token.used_at = now
    row.used_at = now
    session.flush()
    session.connection().execute(
        delete(StaffToken).where(
            col(StaffToken.session_id) == row.id, col(StaffToken.expires_at) <= now
        )
    )
    return _issued(session, keys, row, actor, now=now)


def log_out(database: Database, token: str, *, now: datetime) -> bool:
    """End the session of a refresh token, new or used; return whether it ended now."""
    with database.writing() as session:
        found = session.get(StaffToken, digest_of(token)) if len(token) <= TOKEN_MAX else None
        if found is None:
            return False
        row = session.get_one(StaffSession, found.session_id, with_for_update=True)
        actor = actor_of_session(session, row.id, now=now)
        if actor is None or row.kind is not SessionKind.LOGIN:
            return False
        _end(session, actor, row, "logout", now=now)
        return True


def revoke(session: WriteSession, actor: Actor, session_id: UUID, *, now: datetime) -> None:
    """End one login: anybody may end their own.

    Raises:
        Forbidden: it is somebody else's, and the actor may not change people.
        NotFound: no login that stands has this id.
    """
    row = session.get(StaffSession, session_id, with_for_update=True)
    owner = None if row is None else session.get_one(StaffMember, row.staff_id)
    if owner is None or owner.name != actor.name:
        actor.must(Permission.STAFF)
    if row is None or row.ended_at is not None:
        raise NotFound("session", str(session_id), hint="see them: boxoffice auth sessions")
    _end(session, actor, row, "revoked", now=now)


def end_sessions(session: WriteSession, staff_id: UUID, why: str, *, now: datetime) -> int:
    """End every session of a member, and return how many stood."""
    return changed(
        session,
        update(StaffSession)
        .where(col(StaffSession.staff_id) == staff_id, col(StaffSession.ended_at).is_(None))
        .values(ended_at=now, ended_by=why),
    )


def give_token(
    session: WriteSession, actor: Actor, member: StaffMember, *, days: int, now: datetime
) -> str:
    """Make a token for a program, cron for one, that acts as `member`. It is shown this once.

    Raises:
        Forbidden: the actor may not change people, or the member is disabled.
    """
    actor.must(Permission.STAFF)
    if member.disabled_at is not None:
        raise Forbidden(f"{member.name} is disabled.", hint=f"boxoffice staff enable {member.name}")
    ends_at = now + timedelta(days=days)
    row = StaffSession(
        staff_id=member.id, kind=SessionKind.MACHINE, created_at=now, used_at=now, ends_at=ends_at
    )
    session.add(row)
    session.flush()
    token = new_token()
    session.add(
        StaffToken(digest=digest_of(token), session_id=row.id, created_at=now, expires_at=ends_at)
    )
    facts = {"login": str(row.id), "days": days}
    record(session, actor, "staff.token", "staff", member.id, now=now, **facts)
    return token


def actor_of_token(session: ReadSession, token: str, *, now: datetime) -> Actor:
    """Return who acts by a machine's token.

    Raises:
        NotLoggedIn: it is none, or stands no more.
    """
    found = session.exec(
        select(StaffSession.id)
        .join(StaffToken, col(StaffToken.session_id) == col(StaffSession.id))
        .where(
            col(StaffToken.digest) == digest_of(token),
            col(StaffSession.kind) == SessionKind.MACHINE,
        )
    ).first()
    actor = None if found is None else actor_of_session(session, found, now=now)
    if actor is None:
        raise NotLoggedIn(
            "the token in BOXOFFICE_TOKEN is not good, or no more.",
            hint="an admin makes another: boxoffice staff token NAME --out FILE",
            code="login.invalid",
        )
    return actor


def actor_of_access(session: ReadSession, access: Access, *, now: datetime) -> Actor:
    """Return who acts by an access token that was read, with today's role.

    Raises:
        NotLoggedIn: its session has ended, or its owner is disabled.
    """
    actor = actor_of_session(session, access.session_id, now=now)
    if actor is None:
        raise _over()
    return actor


def _issued(
    session: WriteSession, keys: StaffKeys, row: StaffSession, actor: Actor, *, now: datetime
) -> LoggedIn:
    token = new_token()
    session.add(
        StaffToken(
            digest=digest_of(token),
            session_id=row.id,
            created_at=now,
            expires_at=min(now + REFRESH_LIFE, row.ends_at),
        )
    )
    session.flush()
    access = keys.access_token(Access(row.staff_id, row.id), now=now)
    return LoggedIn(actor, row.id, access, token)


def _end(
    session: WriteSession, actor: Actor, row: StaffSession, why: str, *, now: datetime
) -> None:
    row.ended_at, row.ended_by = now, why
    session.flush()
    facts = {"login": str(row.id), "why": why}
    record(session, actor, "staff.logout", "staff", row.staff_id, now=now, **facts)


def _over() -> NotLoggedIn:
    return NotLoggedIn("this login is over.", hint="boxoffice auth login", code="login.over")
