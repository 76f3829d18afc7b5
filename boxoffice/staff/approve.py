"""Approve: a supervisor lends a permission to somebody else's desk, once, with a PIN."""

from datetime import datetime

from boxoffice.audit.record import record
from boxoffice.db import Database
from boxoffice.errors import Forbidden
from boxoffice.staff.hashing import PIN_MAX, is_right
from boxoffice.staff.queries import find_member
from boxoffice.staff.rules import Actor, Permission
from boxoffice.staff.tries import count_try, forget_tries

_PIN = "pin"


def approve(
    database: Database,
    actor: Actor,
    *,
    supervisor: str,
    pin: str,
    permission: Permission,
    now: datetime,
) -> Actor:
    """Return the supervisor, to be named as who approved what `actor` is about to do.

    It works in transactions of its own, before the act's: nothing is held while it hashes.

    Raises:
        Forbidden: the name or the PIN is wrong, or that person may not do it either.
        TooManyTries: there were too many wrong tries for this supervisor.
    """
    plain = supervisor.strip().lower()
    count_try(database, _PIN, plain, now=now)
    with database.reading() as session:
        member = find_member(session, plain)
    kept = "" if member is None or len(pin) > PIN_MAX else member.pin_hash
    if not is_right(kept, pin) or member is None or member.disabled_at is not None:
        raise Forbidden(
            "the supervisor's name or PIN is wrong.",
            hint="a PIN is set by its owner: boxoffice staff pin",
            code="approval.wrong",
        )
    by = Actor(member.name, member.role)
    by.must(permission)
    with database.writing() as session:
        forget_tries(session, _PIN, plain, now=now)
        facts = {"permission": permission.name.lower(), "asked_by": actor.name}
        record(session, by, "staff.approve", "staff", member.id, now=now, **facts)
    return by
