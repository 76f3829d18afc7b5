"""Unlock: whoever locked a desk comes back to it."""

from datetime import datetime

from boxoffice.db import Database
from boxoffice.errors import Forbidden
from boxoffice.staff.hashing import PASSWORD_MAX, is_right
from boxoffice.staff.queries import find_member
from boxoffice.staff.rules import Actor
from boxoffice.staff.tries import count_try, forget_tries

_UNLOCK = "unlock"


def unlock(database: Database, actor: Actor, secret: str, *, now: datetime) -> None:
    """Check that `secret` is the actor's own PIN or password; the guess is counted.

    Raises:
        Forbidden: it is neither, or its owner is disabled.
        TooManyTries: there were too many wrong tries.
    """
    count_try(database, _UNLOCK, actor.name, now=now)
    with database.reading() as session:
        member = find_member(session, actor.name)
    is_known = member is not None and member.disabled_at is None and len(secret) <= PASSWORD_MAX
    kept = (member.pin_hash, member.password_hash) if member is not None and is_known else ("", "")
    if not any(is_right(one, secret) for one in kept):
        raise Forbidden(
            "this is neither the PIN nor the password of who locked it.",
            hint="a forgotten PIN is set anew elsewhere: boxoffice staff pin",
            code="unlock.wrong",
        )
    with database.writing() as session:
        forget_tries(session, _UNLOCK, actor.name, now=now)
