"""A snapshot: what a desk must know to judge alone, as one signed SQLite file.

It holds the tickets of one event with only the columns that the list shows, digests instead of
codes, and public keys alone: who steals it can neither print nor forge a ticket. The file is a
SQLite database followed by a seal: a mark, the id of the signing key (4 bytes) and an Ed25519
signature (64 bytes) over all that stands before it.
"""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy import select as columns
from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.door.gate import Gate
from boxoffice.door.models import Entry, Scan
from boxoffice.errors import BadFile
from boxoffice.events.models import Category, Event, Tier
from boxoffice.orders.models import Order
from boxoffice.people import masked_document
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import folded
from boxoffice.tickets.code import SNAPSHOT_DOMAIN, TicketKey, is_signed
from boxoffice.tickets.models import PublicKey, RevokedCode, Ticket
from boxoffice.times import iso

MARK = b"boxoffice-snapshot-1"
_KEY_BYTES, _SIGNATURE_BYTES = 4, 64
_SEAL_BYTES = len(MARK) + _KEY_BYTES + _SIGNATURE_BYTES

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE public_key (key_id TEXT PRIMARY KEY, public_key BLOB NOT NULL);
CREATE TABLE ticket (
    id TEXT PRIMARY KEY, order_code TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT UNIQUE,
    generation INTEGER NOT NULL, tier_id TEXT NOT NULL, tier TEXT NOT NULL,
    is_half INTEGER NOT NULL, state TEXT NOT NULL, order_state TEXT NOT NULL,
    holder_name TEXT NOT NULL, holder_company TEXT NOT NULL, attention TEXT NOT NULL,
    document TEXT NOT NULL, words TEXT NOT NULL, UNIQUE (order_code, number)
);
CREATE TABLE revoked (digest TEXT PRIMARY KEY, ticket_id TEXT NOT NULL);
CREATE TABLE entry (
    ticket_id TEXT NOT NULL, slot TEXT NOT NULL, entered_at TEXT NOT NULL, left_at TEXT,
    scan_id TEXT NOT NULL, gate TEXT NOT NULL, operator TEXT NOT NULL
);
CREATE INDEX entry_ticket ON entry (ticket_id);
"""
# Columns, not row objects: those of ten thousand guests took three quarters of the time.
_TICKETS: Select[*tuple[Any, ...]] = (
    columns(
        col(Ticket.id), col(Ticket.number), col(Ticket.code_digest), col(Ticket.generation),
        col(Ticket.tier_id), col(Ticket.state), col(Ticket.holder_name),
        col(Ticket.holder_company), col(Ticket.holder_document), col(Ticket.attention),
        col(Tier.name).label("tier"), col(Tier.category), col(Order.code),
        col(Order.state).label("order_state"), col(Order.buyer_name), col(Order.buyer_document),
    )
    .join(Tier, col(Tier.id) == Ticket.tier_id)
    .join(Order, col(Order.id) == Ticket.order_id)
    .where(col(Ticket.event_id) == bindparam("event_id"))
)  # fmt: skip


def make_snapshot(
    session: ReadSession, actor: Actor, gate: Gate, key: TicketKey, *, now: datetime
) -> bytes:
    """Return the snapshot of a door as it stands now, signed with `key`.

    Names are left out of tickets that this door does not admit.

    Raises:
        Forbidden: the actor may not scan.
    """
    actor.must(Permission.SCAN)
    with closing(sqlite3.connect(":memory:")) as file:
        file.executescript(_TABLES)
        meta = _meta(session, gate, now)
        file.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        keys = dict(session.exec(select(PublicKey.key_id, PublicKey.public_key)).all())
        keys[key.key_id] = key.public_key  # not in the table before the first ticket is sold
        file.executemany("INSERT INTO public_key VALUES (?, ?)", keys.items())
        marks = ", ".join("?" * 15)
        file.executemany(f"INSERT INTO ticket VALUES ({marks})", _tickets(session, gate))  # noqa: S608  (question marks)
        revoked = session.exec(
            select(RevokedCode.code_digest, RevokedCode.ticket_id)
            .join(Ticket, col(Ticket.id) == RevokedCode.ticket_id)
            .where(Ticket.event_id == gate.event_id)
        ).all()
        rows = [(digest, str(ticket_id)) for digest, ticket_id in revoked]
        file.executemany("INSERT INTO revoked VALUES (?, ?)", rows)
        file.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", _entries(session, gate))
        file.commit()
        content = file.serialize()
    return content + MARK + bytes.fromhex(key.key_id) + key.sign_snapshot(content)


def open_snapshot(raw: bytes, public_keys: dict[str, bytes]) -> sqlite3.Connection:
    """Return the content of a snapshot that one of `public_keys` (by key id) has signed.

    Nothing of it is read before the signature was checked.

    Raises:
        BadFile: it is none of ours, or was altered.
    """
    content, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
    key_id = seal[len(MARK) : len(MARK) + _KEY_BYTES].hex()
    public_key = public_keys.get(key_id)
    if not seal.startswith(MARK) or len(seal) != _SEAL_BYTES or public_key is None:
        raise _altered()
    if not is_signed(public_key, seal[-_SIGNATURE_BYTES:], SNAPSHOT_DOMAIN + content):
        raise _altered()
    file = sqlite3.connect(":memory:", check_same_thread=False)
    file.deserialize(content)
    file.execute("PRAGMA query_only = ON")
    return file


def _altered() -> BadFile:
    return BadFile(
        "the snapshot is not signed by this box office, or was altered.",
        hint="bring a fresh one: boxoffice desk pull",
    )


def _meta(session: ReadSession, gate: Gate, now: datetime) -> dict[str, str]:
    return {
        "taken_at": now.isoformat(),
        "title": session.get_one(Event, gate.event_id).title,
        "gate": json.dumps(
            {
                "list_id": str(gate.list_id),
                "list_name": gate.list_name,
                "policy": gate.policy,
                "opens_at": iso(gate.opens_at),
                "closes_at": iso(gate.closes_at),
                "room": gate.room,
                "takes_payment": gate.takes_payment,
                "event_id": str(gate.event_id),
                "slug": gate.slug,
                "timezone": gate.timezone,
                "event_state": gate.event_state,
                "tier_ids": sorted(str(tier_id) for tier_id in gate.tier_ids),
            }
        ),
    }


def _tickets(session: ReadSession, gate: Gate) -> list[tuple[Any, ...]]:
    told = []
    for row in session.connection().execute(_TICKETS, {"event_id": gate.event_id}):
        is_admitted = not gate.tier_ids or row.tier_id in gate.tier_ids
        name = (row.holder_name or row.buyer_name) if is_admitted else ""
        document = (row.holder_document or row.buyer_document) if is_admitted else ""
        shown = (
            name,
            row.holder_company if is_admitted else "",
            row.attention if is_admitted else "",
            masked_document(document),
            f"{folded(name)} {row.code.lower()}",
        )
        told.append(
            (
                str(row.id), row.code, row.number, row.code_digest, row.generation,
                str(row.tier_id), row.tier, int(row.category is Category.HALF), row.state,
                row.order_state, *shown,
            )
        )  # fmt: skip
    return told


def _entries(session: ReadSession, gate: Gate) -> list[tuple[Any, ...]]:
    rows = session.exec(
        select(Entry, Scan.gate, Scan.operator)
        .join(Scan, col(Scan.id) == Entry.scan_id)
        .where(Entry.list_id == gate.list_id)
    ).all()
    return [
        (
            str(entry.ticket_id), entry.slot, entry.entered_at.isoformat(),
            entry.left_at.isoformat() if entry.left_at else None, str(entry.scan_id), at, operator,
        )
        for entry, at, operator in rows
    ]  # fmt: skip
