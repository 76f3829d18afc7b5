"""Log in: a name and a password become a session."""

from datetime import datetime

from boxoffice.db import Database
from boxoffice.errors import NotLoggedIn
from boxoffice.log import log
from boxoffice.staff.hashing import PASSWORD_MAX, hashed, is_old, is_right
from boxoffice.staff.models import StaffMember
from boxoffice.staff.queries import find_member, held_member
from boxoffice.staff.sessions import LoggedIn, begin_session
from boxoffice.staff.tokens import StaffKeys
from boxoffice.staff.tries import count_try, forget_tries

PASSWORD = "password"  # noqa: S105  (what is guessed at, not the thing)


def log_in(
    database: Database, keys: StaffKeys, name: str, password: str, *, now: datetime
) -> LoggedIn:
    """Log somebody in. It works in transactions of its own: nothing is held while it hashes.

    A name that nobody has is answered like a wrong password, in the same time.

    Raises:
        NotLoggedIn: the name or the password is wrong, or its owner is disabled.
        TooManyTries: there were too many wrong tries for this name.
    """
    member = check_password(database, name, password, now=now)
    newer = hashed(password) if is_old(member.password_hash) else ""
    with database.writing() as session:
        row = held_member(session, member.id)
        # Race: the password was changed, or its owner disabled, while we hashed.
        if row.password_hash != member.password_hash or row.disabled_at is not None:
            raise _wrong()
        row.password_hash = newer or row.password_hash
        forget_tries(session, PASSWORD, row.name, now=now)
        return begin_session(session, keys, row, now=now)


def check_password(database: Database, name: str, password: str, *, now: datetime) -> StaffMember:
    """Return whose name and password these are; the guess is counted.

    Raises:
        NotLoggedIn: one of them is wrong, or their owner is disabled.
        TooManyTries: there were too many wrong tries for this name.
    """
    plain = name.strip().lower()
    count_try(database, PASSWORD, plain, now=now)
    with database.reading() as session:
        member = find_member(session, plain)
    kept = "" if member is None or len(password) > PASSWORD_MAX else member.password_hash
    if not is_right(kept, password) or member is None or member.disabled_at is not None:
        log.warning("wrong password", extra={"known": member is not None})
        raise _wrong()
    return member


def _wrong() -> NotLoggedIn:
    return NotLoggedIn(
        "the name or the password is wrong.",
        hint="a forgotten password: boxoffice auth reset NAME, or ask an admin",
        code="login.wrong",
    )
