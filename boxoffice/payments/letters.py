"""Keep letters: stored as they came, before anybody tries to understand them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.ids import new_id
from boxoffice.inserts import insert_all_once
from boxoffice.outbox.jobs import ReadLetter
from boxoffice.outbox.promise import promise, promise_all
from boxoffice.payments.models import Letter
from boxoffice.staff.rules import Actor, Permission

BODY_MAX = 1_048_576  # bytes; Asaas sends a few thousand (reference/asaas.md §12.3)
_EVENT_KEY_MAX = 255
_OUTCOME_MAX = 200  # characters

_CLOSE = (
    update(Letter)
    .where(col(Letter.id) == bindparam("letter_id"))
    .values(read_at=bindparam("now"), outcome=bindparam("outcome"))
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter as it came: its bytes, and what they parse to."""

    provider: str
    body: bytes
    content: Any


def keep_letters(
    session: WriteSession, actor: Actor, letters: Sequence[Arrived], *, now: datetime
) -> list[bool]:
    """Keep letters and promise to read them; return, for each, whether it came for the first time.

    A letter without an id of its own is known by its bytes. The cost is one of statements, not of
    letters: many together are kept about as fast as one.

    Raises:
        Forbidden: the actor may not keep letters.
    """
    actor.must(Permission.KEEP_LETTERS)
    ids = [new_id() for _ in letters]
    rows = [
        {
            "id": letter_id,
            "provider": letter.provider,
            "event_key": _event_key(letter.body, letter.content),
            "body": letter.body,
            "received_at": now,
            "read_at": None,
            "outcome": None,
        }
        for letter_id, letter in zip(ids, letters, strict=True)
    ]
    new = set(ids)
    if insert_all_once(session, Letter, rows) < len(rows):
        new = set(session.exec(select(Letter.id).where(col(Letter.id).in_(ids))))
    promise_all(session, [ReadLetter(one) for one in ids if one in new], now=now)
    return [one in new for one in ids]


def keep_letter(
    session: WriteSession, actor: Actor, provider: str, body: bytes, content: Any, *, now: datetime
) -> bool:
    """Keep one letter as `keep_letters` does, and return whether it came for the first time.

    Raises:
        Forbidden: the actor may not keep letters.
    """
    (is_new,) = keep_letters(session, actor, [Arrived(provider, body, content)], now=now)
    return is_new


def replay(session: WriteSession, actor: Actor, letter_id: UUID, *, now: datetime) -> ReadLetter:
    """Promise to read a letter once more, as if it had come now. The letter itself stays.

    Raises:
        Forbidden: the actor may not keep and read letters.
    """
    actor.must(Permission.KEEP_LETTERS)
    jobs = (ReadLetter(letter_id, again) for again in count())
    job = next(job for job in jobs if promise(session, job, now=now))
    record(session, actor, "letter.replay", "letter", letter_id, now=now, again=job.again)
    return job


def charge_named(body: bytes) -> str | None:
    """Return the gateway's id of the charge a letter is about, or `None` when it names none."""
    return charge_in(json.loads(body))


def charge_in(content: Any) -> str | None:
    """Return the gateway's id of the charge that the content of a letter is about, if any."""
    payment = content.get("payment") if isinstance(content, dict) else None
    charge_id = payment.get("id") if isinstance(payment, dict) else None
    if isinstance(charge_id, str) and charge_id.isascii() and 0 < len(charge_id) <= 80:  # noqa: PLR2004
        return charge_id if charge_id.replace("_", "").replace("-", "").isalnum() else None
    return None


def close_letter(session: WriteSession, letter_id: UUID, outcome: str, *, now: datetime) -> None:
    """Write down that a letter was read, and what came of it."""
    values = {"letter_id": letter_id, "now": now, "outcome": outcome[:_OUTCOME_MAX]}
    closed = changed(session, _CLOSE, values)
    assert closed, "letters are never deleted"


def _event_key(body: bytes, content: Any) -> str:
    given = content.get("id") if isinstance(content, dict) else None
    if isinstance(given, str) and given.isprintable() and 0 < len(given) <= _EVENT_KEY_MAX:
        return given
    return "sha256:" + hashlib.sha256(body).hexdigest()
