"""One-time codes by mail: to prove an address, and to set a forgotten password anew."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import Database, WriteSession, changed
from boxoffice.errors import Forbidden, Refused
from boxoffice.outbox.jobs import MailStaffCode
from boxoffice.outbox.promise import promise
from boxoffice.staff.hashing import is_same
from boxoffice.staff.log_in import PASSWORD
from boxoffice.staff.models import CodePurpose, StaffCode
from boxoffice.staff.queries import find_member, held_member
from boxoffice.staff.rules import Actor
from boxoffice.staff.sessions import end_sessions
from boxoffice.staff.tokens import StaffKeys
from boxoffice.staff.tries import count_try, forget_tries

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5


def ask_code(
    database: Database, name: str, purpose: CodePurpose, *, now: datetime
) -> MailStaffCode | None:
    """Mail a code, and let those before it be good no more; return the job that mails it.

    `None` says that there was nobody to mail to: a surface must not tell that to strangers. A
    forgotten password needs an address that was proved before.

    Raises:
        TooManyTries: too many were asked for by this name.
    """
    plain = name.strip().lower()
    count_try(database, f"ask {purpose}", plain, now=now)
    with database.writing() as session:
        member = find_member(session, plain)
        if member is None or not member.email or member.disabled_at is not None:
            return None
        if purpose is CodePurpose.RESET_PASSWORD and (
            member.email_verified_at is None or not member.password_hash
        ):
            return None
        _end_codes(session, member.id, purpose, now=now)
        code = StaffCode(
            staff_id=member.id,
            purpose=purpose,
            email=member.email,
            tries_left=CODE_TRIES,
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
        session.add(code)
        session.flush()
        job = MailStaffCode(code.id)
        promise(session, job, now=now)
        actor = Actor(member.name, member.role)
        record(session, actor, "staff.ask_code", "staff", member.id, now=now, purpose=purpose)
        return job


def verify_email(
    database: Database, keys: StaffKeys, name: str, code: str, *, now: datetime
) -> None:
    """Take a code for the proof that its address is the member's.

    Raises:
        Forbidden: the code is wrong or over.
        TooManyTries: there were too many wrong ones.
        Refused: the address was changed since.
    """
    found = _checked(database, keys, name, CodePurpose.VERIFY_EMAIL, code, now=now)
    with database.writing() as session:
        member = held_member(session, found.staff_id)
        _take(session, found.id, now=now)
        if member.email != found.email:
            raise Refused("the address has changed since.", hint="boxoffice auth verify")
        member.email_verified_at = now
        actor = Actor(member.name, member.role)
        record(session, actor, "staff.verify_email", "staff", member.id, now=now)


def reset_password(
    database: Database, keys: StaffKeys, name: str, code: str, password_hash: str, *, now: datetime
) -> None:
    """Set a forgotten password anew with a mailed code, and end all logins.

    Raises:
        Forbidden: the code is wrong or over.
        TooManyTries: there were too many wrong ones.
    """
    found = _checked(database, keys, name, CodePurpose.RESET_PASSWORD, code, now=now)
    with database.writing() as session:
        member = held_member(session, found.staff_id)
        _take(session, found.id, now=now)
        if member.disabled_at is not None or member.email != found.email:
            raise _wrong()
        member.password_hash = password_hash
        ended = end_sessions(session, member.id, "password", now=now)
        forget_tries(session, PASSWORD, member.name, now=now)
        actor = Actor(member.name, member.role)
        record(session, actor, "staff.reset", "staff", member.id, now=now, logins=ended)


def _checked(
    database: Database,
    keys: StaffKeys,
    name: str,
    purpose: CodePurpose,
    text: str,
    *,
    now: datetime,
) -> StaffCode:
    """Return the code that was typed. The guess is counted before it is looked at."""
    plain = name.strip().lower()
    count_try(database, f"code {purpose}", plain, now=now)
    with database.writing() as session:
        member = find_member(session, plain)
        found = session.exec(
            select(StaffCode)
            .where(
                col(StaffCode.staff_id) == (None if member is None else member.id),
                col(StaffCode.purpose) == purpose,
                col(StaffCode.used_at).is_(None),
            )
            .order_by(col(StaffCode.created_at).desc(), col(StaffCode.id).desc())
        ).first()
        # Race: many guesses at once. Each takes a try; without one it is not looked at.
        may_look = found is not None and changed(
            session,
            update(StaffCode)
            .where(
                col(StaffCode.id) == found.id,
                col(StaffCode.tries_left) > 0,
                col(StaffCode.expires_at) > now,
            )
            .values(tries_left=StaffCode.tries_left - 1),
        )
    typed = "".join(text.split()).replace("-", "").upper()
    if found is None or not may_look or not is_same(typed, keys.mailed_code(found.id)):
        raise _wrong()
    return found


def _take(session: WriteSession, code_id: UUID, *, now: datetime) -> None:
    # Race: one right code twice at once. Whoever sets the time has used it.
    taken = changed(
        session,
        update(StaffCode)
        .where(col(StaffCode.id) == code_id, col(StaffCode.used_at).is_(None))
        .values(used_at=now),
    )
    if not taken:
        raise _wrong()


def _end_codes(
    session: WriteSession, staff_id: UUID, purpose: CodePurpose, *, now: datetime
) -> None:
    changed(
        session,
        update(StaffCode)
        .where(
            col(StaffCode.staff_id) == staff_id,
            col(StaffCode.purpose) == purpose,
            col(StaffCode.used_at).is_(None),
        )
        .values(used_at=now),
    )


def _wrong() -> Forbidden:
    return Forbidden(
        "the code is wrong, used or over.",
        hint="ask for another: boxoffice auth reset NAME, or boxoffice auth verify",
        code="code.wrong",
    )
