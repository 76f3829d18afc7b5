"""Guessing is slowed down, name by name: after five wrong ones each next waits, longer and longer.

A guess is counted before its secret is looked at, in a transaction of its own, so that it stays
counted. A name that nobody has is treated alike, and one name's count never touches another's.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from boxoffice.db import Database, WriteSession, changed
from boxoffice.errors import TooManyTries
from boxoffice.inserts import insert_once
from boxoffice.staff.models import StaffTry

FREE_TRIES = 5
_FIRST_SECONDS = 5
_SECONDS_MAX = 900
_FORGET = timedelta(days=1)


def wait_seconds(count: int) -> int:
    """Return how long to wait after so many wrong guesses: 0 … 0, 5, 10, 20 … 900 seconds."""
    over = count - FREE_TRIES
    return 0 if over < 0 else min(_FIRST_SECONDS * 2 ** min(over, 16), _SECONDS_MAX)


def count_try(database: Database, what: str, name: str, *, now: datetime) -> None:
    """Count one guess at the secret `what` ("password") of `name`, right or wrong.

    Raises:
        TooManyTries: it came too early after wrong ones; it is not even looked at.
    """
    key = key_of(what, name)
    with database.writing() as session:
        session.connection().execute(delete(StaffTry).where(col(StaffTry.tried_at) < now - _FORGET))
        insert_once(session, StaffTry(key=key, tried_at=now, free_at=now))
        # Race: a hundred guesses at once. The row is held, and each sees those before it.
        row = session.get_one(StaffTry, key, with_for_update=True, populate_existing=True)
        left = (row.free_at - now).total_seconds()
        if left > 0:
            raise TooManyTries(left)
        row.count += 1
        row.tried_at = now
        row.free_at = now + timedelta(seconds=wait_seconds(row.count))


def forget_tries(session: WriteSession, what: str, name: str, *, now: datetime) -> None:
    """Begin anew: the guess was right."""
    changed(
        session,
        update(StaffTry)
        .where(col(StaffTry.key) == key_of(what, name))
        .values(count=0, free_at=now),
    )


def key_of(what: str, name: str) -> str:
    """Return what the database knows a name by here. People type passwords for names."""
    return hashlib.sha256(f"{what}:{name}".encode("utf-8", "replace")).hexdigest()
