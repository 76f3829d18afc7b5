"""Find one person in every table: their own rows, what hangs on them, and what names them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select

from boxoffice.db import ReadSession
from boxoffice.events.queries import event_by_slug
from boxoffice.payments.letters import charge_in
from boxoffice.privacy.map import TABLES, Kind, columns_of
from boxoffice.privacy.raw import names_them, read_body
from boxoffice.privacy.tables import stream, table_named
from boxoffice.privacy.who import By, Marks, Who, digits_of
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import folded

_OF = {By.NAME: Kind.NAME, By.EMAIL: Kind.EMAIL, By.DOCUMENT: Kind.DOCUMENT, By.PHONE: Kind.PHONE}
_IDENTITY = (Kind.NAME, Kind.EMAIL, Kind.DOCUMENT, Kind.PHONE)
_CHUNK = 500  # ids in one question

Progress = Callable[[int], None]  # rows looked at so far


@dataclass(frozen=True, slots=True)
class Hit:
    """One row that holds something of the person: all of it, or these columns that name them."""

    table: str
    key: tuple[Any, ...]
    columns: tuple[str, ...]
    is_theirs: bool

    @property
    def name(self) -> str:
        """The row's key, for people and digests."""
        return "/".join(str(part) for part in self.key)


@dataclass
class Found:
    """Where one person is."""

    who: Who
    marks: Marks = field(default_factory=Marks)
    hits: dict[tuple[str, str], Hit] = field(default_factory=dict)

    def add(self, hit: Hit) -> None:
        """Add a row, unless it is there."""
        self.hits.setdefault((hit.table, hit.name), hit)

    def keys(self, table: str, *, theirs: bool = True) -> list[Any]:
        """Return the first key column of the rows of one table."""
        return [h.key[0] for h in self.hits.values() if h.table == table and h.is_theirs >= theirs]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each table."""
        return dict(sorted(Counter(hit.table for hit in self.hits.values()).items()))

    @property
    def digest(self) -> str:
        """The same as long as the same rows are found."""
        told = sorted(f"{h.table} {h.name} {h.columns} {h.is_theirs}" for h in self.hits.values())
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def find(
    session: ReadSession, actor: Actor, who: Who, *, progress: Progress = lambda _count: None
) -> Found:
    """Return every row that is the person's or names them.

    A row is theirs when it holds what was asked for, or shares another mark of theirs together
    with their name: a mailbox that colleagues share does not make them one person.

    Raises:
        Forbidden: the actor may not see to people's data.
        NotFound: there is no such event.
    """
    actor.must(Permission.PRIVACY)
    found = Found(who)
    found.marks.learn_who(who)
    event_id = event_by_slug(session, who.event).id if who.event else None
    for table in columns_of(*_IDENTITY):
        for key, row in _with_mark(session, table, who):
            if event_id is None or getattr(row, "event_id", event_id) == event_id:
                _take(found, table, key, row)
    if event_id is None:
        for table in columns_of(*_IDENTITY):
            for key, row in _sharing(session, table, found.marks):
                _take(found, table, key, row)
    _holders(session, found)
    _hanging(session, found)
    _letters(session, found, progress)
    if event_id is None:
        _named(session, found, progress)
    return found


def _of(table: str, kind: Kind) -> list[str]:
    return [name for name, one in TABLES[table].personal.items() if one is kind]


def _columns(table: str) -> list[str]:
    here = [name for kind in _IDENTITY for name in _of(table, kind)]
    return [*here, "event_id"] if "event_id" in TABLES[table].plain else here


def _with_mark(
    session: ReadSession, table: str, who: Who
) -> Iterator[tuple[tuple[Any, ...], Row[Any]]]:
    """Yield the rows that hold what was asked for."""
    columns = _of(table, _OF[who.by])
    if not columns:
        return
    cells = table_named(table).c
    if who.by is By.EMAIL:
        where = or_(*(func.lower(cells[name]) == who.value.lower() for name in columns))
    elif who.by is By.DOCUMENT:
        where = or_(*(cells[name] == who.value for name in columns))
    else:
        where = or_(*(cells[name] != "" for name in columns))
    plain = digits_of if who.by is By.PHONE else folded
    for key, row in stream(session, table, _columns(table), where):
        exact = who.by in {By.EMAIL, By.DOCUMENT}
        if exact or any(plain(getattr(row, name)) == plain(who.value) for name in columns):
            yield key, row


def _sharing(
    session: ReadSession, table: str, marks: Marks
) -> Iterator[tuple[tuple[Any, ...], Row[Any]]]:
    """Yield the rows that share an address or a document, and the name, with what was found."""
    cells = table_named(table).c
    where: list[ColumnElement[bool]] = [
        *(func.lower(cells[name]).in_(marks.emails) for name in _of(table, Kind.EMAIL)),
        *(cells[name].in_(marks.documents) for name in _of(table, Kind.DOCUMENT)),
    ]
    names = _of(table, Kind.NAME)
    if where:
        for key, row in stream(session, table, _columns(table), or_(*where)):
            said = {folded(getattr(row, name)) for name in names} - {""}
            if not said or said & marks.names:
                yield key, row


def _take(found: Found, table: str, key: tuple[Any, ...], row: Row[Any]) -> None:
    """Call a row theirs, and learn what it says of them."""
    found.add(Hit(table, key, tuple(TABLES[table].personal), is_theirs=True))

    def cell(kind: Kind) -> str:
        return next((getattr(row, name) for name in _of(table, kind)), "")

    found.marks.learn(
        name=cell(Kind.NAME),
        email=cell(Kind.EMAIL),
        document=cell(Kind.DOCUMENT),
        phone=cell(Kind.PHONE),
    )


def _in_chunks(ids: list[Any]) -> Iterator[list[Any]]:
    yield from (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _holders(session: ReadSession, found: Found) -> None:
    """Take the tickets of their orders that carry their own name, or nobody's."""
    tickets = table_named("ticket").c
    for ids in _in_chunks(found.keys("orders")):
        for key, row in stream(session, "ticket", _columns("ticket"), tickets.order_id.in_(ids)):
            said = folded(row.holder_name)
            if not said or said in found.marks.names:
                _take(found, "ticket", key, row)


def _hanging(session: ReadSession, found: Found) -> None:
    """Take what hangs on their orders and tickets: mails, payments, uses of a promo, words."""
    orders = found.keys("orders")
    for ids in _in_chunks(orders):
        for table in ("payment", "promo_use", "refund"):
            here = table_named(table).c.order_id.in_(ids)
            for key, _ in stream(session, table, (), here):
                found.add(Hit(table, key, tuple(TABLES[table].personal), is_theirs=True))
        messages = table_named("message").c
        for key, row in stream(session, "message", ["recipient"], messages.order_id.in_(ids)):
            if row.recipient.casefold() in found.marks.emails:
                found.add(Hit("message", key, ("recipient",), is_theirs=True))
    _reasons(session, found)
    tickets = table_named("ticket").c
    found_in = set(orders)
    for ids in _in_chunks(found.keys("ticket")):
        asked = select(tickets.order_id).where(tickets.id.in_(ids))
        found_in |= set(session.connection().execute(asked).scalars())
    for order_id in found_in:
        found.add(Hit("search_term", (order_id,), ("term",), is_theirs=True))


def _reasons(session: ReadSession, found: Found) -> None:
    """Take what somebody typed when they did something to their orders or payments."""
    subjects: list[str] = [
        *(f"order:{key}" for key in found.keys("orders")),
        *(f"payment:{key}" for key in found.keys("payment")),
    ]
    for entry_id in reasons_of(session, subjects):
        found.add(Hit("audit_reason", (entry_id,), ("words", "salt"), is_theirs=True))


def reasons_of(session: ReadSession, subjects: list[str]) -> Iterator[UUID]:
    """Yield the entries about these subjects with a reason that is not erased."""
    entries, reasons = table_named("audit_entry").c, table_named("audit_reason").c
    for some in _in_chunks(subjects):
        asked = (
            select(reasons.entry_id)
            .join_from(reasons.entry_id.table, entries.id.table, entries.id == reasons.entry_id)
            .where(entries.subject.in_(some), reasons.salt != "")
        )
        yield from session.connection().execute(asked).scalars().all()


def _letters(session: ReadSession, found: Found, progress: Progress) -> None:
    """Take the letters about their charges, and those that name them."""
    charges = charges_of(session, found.keys("payment"))
    for count, (key, row) in enumerate(stream(session, "letter", ["body"])):
        content = read_body(row.body)
        is_theirs = charge_in(content) in charges
        if is_theirs or names_them(content, found.marks):
            found.add(Hit("letter", key, ("body",), is_theirs=is_theirs))
        progress(count)


def charges_of(session: ReadSession, payment_ids: list[UUID]) -> set[str]:
    """Return what the gateway calls the charges of these payments."""
    payments = table_named("payment").c
    charges: set[str] = set()
    for ids in _in_chunks(payment_ids):
        asked = select(payments.provider_id).where(
            payments.id.in_(ids), payments.provider_id.is_not(None)
        )
        charges |= set(session.connection().execute(asked).scalars())
    return charges


def _named(session: ReadSession, found: Found, progress: Progress) -> None:
    """Take the cells of other rows in which somebody typed a mark of theirs."""
    texts = columns_of(Kind.TEXT, Kind.RAW)
    for table, names in texts.items():
        cells = table_named(table).c
        columns = [name for name in names if table != "letter"]
        if not columns:
            continue
        filled = or_(*(cells[name].is_not(None) for name in columns))
        for count, (key, row) in enumerate(stream(session, table, columns, filled)):
            named = [name for name in columns if names_them(getattr(row, name), found.marks)]
            if named:
                named += _of(table, Kind.SALT)
                found.add(Hit(table, key, tuple(named), is_theirs=False))
            progress(count)
