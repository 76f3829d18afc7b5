"""The chain: what of an entry is hashed, and how one head follows from the one before.

A head is the SHA-256 of the head before it and of everything the database holds of one entry, as
it holds it: of SQLite the stored text itself, of PostgreSQL the values and the JSON as written.
So a change of any byte of any column changes every head from there on.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

START = bytes(32)  # the head before the first entry
LATE = timedelta(hours=1)  # no transaction that writes is open for so long

COLUMNS = "e.id, e.at, e.actor, e.verb, e.subject, CAST(e.facts AS TEXT) AS facts"


def next_head(head: bytes, entry: Sequence[Any]) -> bytes:
    """Return the head after `entry`: its values in the order of `COLUMNS`."""
    parts = [_plain(value) for value in entry]
    told = "".join([f"{len(part)}:{part}" for part in parts])  # no two entries read the same
    return hashlib.sha256(head + told.encode("utf-8", "surrogatepass")).digest()


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def entry_name(value: Any) -> str:
    """Return an entry's id as people see it, from whatever the driver brought."""
    try:
        return str(value if isinstance(value, UUID) else UUID(str(value)))
    except ValueError:
        return str(value)[:40]
