"""Why, as somebody typed it: kept beside the entry, where the erasing of a person reaches it.

The entry itself holds a SHA-256 of the words and of a salt of their own. As long as the words are
kept, `verify` tells whether they are those that were typed; once both are erased, nobody can find
out by guessing what they were.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry, AuditReason
from boxoffice.db import ReadSession
from boxoffice.text import ERASED

_DIGEST = "reason_sha256"  # the fact that stands in the entry
_CHUNK = 500  # ids in one question
_KEPT = text(
    "SELECT r.entry_id, r.salt, r.words, CAST(e.facts AS TEXT) FROM audit_reason r "
    "JOIN audit_entry e ON e.id = r.entry_id ORDER BY r.entry_id"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is read: with the reason that was typed, while it is kept."""

    id: UUID
    at: datetime
    actor: str
    verb: str
    subject: str
    facts: dict[str, Any]


def salted(words: str) -> tuple[str, dict[str, str]]:
    """Return a new salt for these words, and the fact that vouches for them."""
    salt = secrets.token_hex(16)
    return salt, {_DIGEST: _digest(salt, words)}


def read_entries(session: ReadSession, rows: Sequence[AuditEntry]) -> list[Entry]:
    """Return these entries, each with its reason in the place of its digest."""
    ids = [row.id for row in rows if _DIGEST in row.facts]
    said: dict[UUID, str] = {}
    for start in range(0, len(ids), _CHUNK):
        asked = select(AuditReason.entry_id, AuditReason.words).where(
            col(AuditReason.entry_id).in_(ids[start : start + _CHUNK])
        )
        said |= dict(session.exec(asked).all())
    return [
        Entry(row.id, row.at, row.actor, row.verb, row.subject, _told(row, said)) for row in rows
    ]


def changed_reasons(session: ReadSession) -> Iterator[Any]:
    """Yield the ids of entries whose reason is neither what was typed nor erased."""
    streamed = {"stream_results": True}
    with session.connection().execute(_KEPT, execution_options=streamed) as rows:
        for entry_id, salt, words, facts in rows:
            is_erased = not salt and words in {"", ERASED}
            if not is_erased and json.loads(facts).get(_DIGEST) != _digest(salt, words):
                yield entry_id


def _told(row: AuditEntry, said: dict[UUID, str]) -> dict[str, Any]:
    if _DIGEST not in row.facts:
        return row.facts
    facts = {name: value for name, value in row.facts.items() if name != _DIGEST}
    return facts | {"reason": said.get(row.id) or ERASED}


def _digest(salt: str, words: str) -> str:
    return hashlib.sha256(f"{salt} {words}".encode("utf-8", "surrogatepass")).hexdigest()
