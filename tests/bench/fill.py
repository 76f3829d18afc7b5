"""Fill a database with orders of two by the hundred thousand, past every verb, in bulk.

Rows are made as text that both databases read alike. Ids carry their moment, as ours do. Every so
many tickets, one has the digest of its real code: those can be shown at a door.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import psycopg

from boxoffice.ids import CODE_ALPHABET, CODE_LENGTH
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import digest_of
from tests.bench.people import guests
from tests.bench.raw import is_sqlite, libpq_url, sqlite_path

PER_ORDER = 2
COLUMNS = {
    "orders": "id code event_id channel state buyer_name buyer_email buyer_document buyer_phone "
    "buyer_company currency subtotal_minor discount_minor fee_minor total_minor expires_at "
    "placed_at paid_at idempotency_key request_digest note",
    "order_line": "id order_id tier_id quantity price_minor",
    "ticket": "id event_id tier_id order_id line_id number price_minor discount_minor fee_minor "
    "due_minor ended_alone holder_name holder_email holder_document holder_company holder_title "
    "seat attention state holds_place generation key_id code_digest",
    "search_term": "term order_id",
}

_CHUNK_ORDERS = 25_000
_FIRST_AT = datetime(2026, 9, 1, tzinfo=UTC)
_STRIDE = 28_657  # shares no factor with the alphabet: every code comes once
_Rows: TypeAlias = dict[str, list[tuple[str | None, ...]]]


def ticket_id(index: int) -> UUID:
    """Return the id of a ticket by its place in the filling."""
    return UUID(_id("ticket", index))


@dataclass(frozen=True, slots=True)
class Lot:
    """So many tickets of one tier, from one place in the filling on."""

    event_id: UUID
    tier_id: UUID
    first: int
    count: int


def fill(url: str, key: TicketKey, lots: Sequence[Lot], *, real_every: int) -> None:
    """Fill the empty database at `url` with tickets that are paid for.

    The ticket at each multiple of `real_every` can be shown at a door.
    """
    load = _load_sqlite if is_sqlite(url) else _load_postgres
    for lot in lots:
        for chunk in _chunks(lot, key, real_every):
            load(url, chunk)
    if not is_sqlite(url):  # what autovacuum has done on any server by the next morning
        with psycopg.connect(libpq_url(url), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _chunks(lot: Lot, key: TicketKey, real_every: int) -> Iterator[_Rows]:
    buyers = guests(lot.count, seed=lot.first)
    event_id, tier_id = lot.event_id.hex, lot.tier_id.hex
    rows: _Rows = defaultdict(list)
    for index in range(lot.first, lot.first + lot.count, PER_ORDER):
        order, line = _id("order", index), _id("line", index)
        placed = f"{_at(index):%Y-%m-%d %H:%M:%S.%f}"
        code = _code(index // PER_ORDER)
        two = (next(buyers), next(buyers))
        buyer = two[0]
        rows["orders"].append(
            (order, code, event_id, "online", "paid", buyer.name, buyer.email, buyer.document,
             "", "", "BRL", "20000", "0", "0", "20000", None, placed, placed, None, "", "")
        )  # fmt: skip
        rows["order_line"].append((line, order, tier_id, "2", "10000"))
        for number, holder in enumerate(two):
            own = _id("ticket", index + number)
            is_real = (index + number) % real_every == 0
            digest = _digest(own, key) if is_real else hashlib.sha256(own.encode()).hexdigest()
            rows["ticket"].append(
                (own, event_id, tier_id, order, line, str(number + 1), "10000", "0", "0",
                 "0", "0", holder.name, holder.email, holder.document, "", "", "", "", "valid",
                 "1", "0", key.key_id, digest)
            )  # fmt: skip
        terms = {code.lower()} | two[0].terms | two[1].terms
        rows["search_term"] += [(term, order) for term in terms]
        if len(rows["orders"]) == _CHUNK_ORDERS:
            yield rows
            rows = defaultdict(list)
    yield rows


def _digest(own: str, key: TicketKey) -> str:
    return digest_of(key.short(UUID(own), 0))


def _load_postgres(url: str, rows: _Rows) -> None:
    with psycopg.connect(libpq_url(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # our rows lean on each other
        for table, columns in COLUMNS.items():
            into = f"COPY {table} ({columns.replace(' ', ', ')}) FROM STDIN"
            with cursor.copy(into.encode()) as copy:
                lines = ("\t".join("\\N" if v is None else v for v in row) for row in rows[table])
                copy.write("\n".join(lines).encode() + b"\n" if rows[table] else b"")


def _load_sqlite(url: str, rows: _Rows) -> None:
    connection = sqlite3.connect(sqlite_path(url))
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1000000")
    with connection:
        for table, columns in COLUMNS.items():
            names = columns.split()
            marks = ", ".join("?" * len(names))
            into = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  (ours)
            connection.executemany(
                into, sorted(rows[table]) if table == "search_term" else rows[table]
            )
    connection.close()


def _id(noun: str, index: int) -> str:
    """Return 32 hex digits of a UUIDv7 whose clock runs with `index`."""
    millis = int(_at(index).timestamp() * 1000)
    mix = hashlib.blake2b(f"{noun}{index}".encode(), digest_size=10).hexdigest()
    return f"{millis:012x}7{mix[:3]}8{mix[3:18]}"


def _at(index: int) -> datetime:
    return _FIRST_AT + timedelta(milliseconds=5_000 * index)


def _code(number: int) -> str:
    base = len(CODE_ALPHABET)
    left = (number + 1) * _STRIDE % base**CODE_LENGTH
    letters = []
    for _ in range(CODE_LENGTH):
        left, digit = divmod(left, base)
        letters.append(CODE_ALPHABET[digit])
    return "".join(letters)
