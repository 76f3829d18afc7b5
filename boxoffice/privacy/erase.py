"""Erase one person: every personal value of their rows goes; amounts, dates and codes stay.

LGPD (Lei 13.709/2018): art. 18, VI asks for the erasing; art. 16, I keeps what a law obliges to
keep. CTN (Lei 5.172/1966), art. 195, sole paragraph, keeps the books and their vouchers until the
tax they prove is out of time. Books need amounts, dates, methods
and codes, and no name: who was invoiced stands in the invoice, which is not ours.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.errors import StillNeeded
from boxoffice.ids import new_id
from boxoffice.orders.models import Order, OrderState, SearchTerm
from boxoffice.orders.search import index_order
from boxoffice.orders.tickets import holder_of
from boxoffice.payments.models import Refund, RefundState
from boxoffice.privacy.find import Found, Hit
from boxoffice.privacy.map import TABLES, Kind
from boxoffice.privacy.raw import body_without_person, without_person
from boxoffice.privacy.tables import keys_of, table_named
from boxoffice.privacy.who import Marks
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import ERASED
from boxoffice.tickets.models import Ticket

KEPT = (
    ("amounts, dates, methods, codes and states of orders, tickets and payments",
     "books and their vouchers: CTN art. 195, sole paragraph; LGPD art. 16, I"),
    ("scans and entries, without a name", "they hold no name"),
    ("the audit", "it names no buyer; who of the staff did what is evidence"),
)  # fmt: skip
NOT_OVER = (
    OrderState.PLACED,
    OrderState.EXPIRING,
    OrderState.DISPUTED,
    OrderState.NEEDS_REVIEW,
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased. The id is the audit's subject: the proof that names nobody."""

    id: UUID
    rows: int
    tables: tuple[str, ...]


def must_be_over(session: ReadSession, order_ids: Iterable[UUID]) -> None:
    """Check that nobody's money is under way in these orders.

    Raises:
        StillNeeded: an order waits for money or a decision, or a refund has not arrived.
    """
    ids = list(order_ids)
    waiting = session.exec(
        select(Order.code).where(col(Order.id).in_(ids), col(Order.state).in_(NOT_OVER))
    ).first()
    if waiting is not None:
        raise StillNeeded(
            f"order {waiting} is not over: its people are still needed.",
            hint=f"end it first: boxoffice order cancel {waiting}, or payment resolve {waiting}",
            order=waiting,
        )
    under_way = [RefundState.REQUESTED, RefundState.SENT]
    refunded = session.exec(
        select(Order.code)
        .join(Refund, col(Refund.order_id) == Order.id)
        .where(col(Order.id).in_(ids), col(Refund.state).in_(under_way))
    ).first()
    if refunded is not None:
        raise StillNeeded(
            f"money of order {refunded} is on its way back: its buyer is still needed.",
            hint=f"wait for it: boxoffice payment show {refunded}",
            order=refunded,
        )


def erase(session: WriteSession, actor: Actor, found: Found, *, now: datetime) -> Erased:
    """Erase what was found of one person. Erasing twice erases nothing more.

    Raises:
        Forbidden: the actor may not see to people's data.
        StillNeeded: an order of theirs is not over.
    """
    actor.must(Permission.PRIVACY)
    orders = found.keys("orders")
    must_be_over(session, orders)
    for hit in found.hits.values():
        if hit.table != "search_term":
            erase_row(session, hit, found.marks)
    session.expire_all()
    for order_id in found.keys("search_term"):
        index_again(session, order_id)
    done = Erased(new_id(), len(found.hits), tuple(found.counts))
    record(session, actor, "privacy.erase", "person", done.id, now=now, rows=found.counts)
    return done


def erase_row(session: WriteSession, hit: Hit, marks: Marks | None) -> None:
    """Replace the personal values of one row by what the map leaves of them."""
    table = table_named(hit.table)
    here = and_(*(table.c[k] == v for k, v in zip(keys_of(hit.table), hit.key, strict=True)))
    row = session.connection().execute(table.select().where(here).with_for_update()).first()
    if row is None:
        return
    kinds = TABLES[hit.table].personal
    values = {
        name: _left(kinds[name], row._mapping[name], hit, marks)  # noqa: SLF001  (its public name)
        for name in hit.columns
        if kinds[name] not in {Kind.STAFF, Kind.WORDS}
    }
    if values:
        changed(session, update(table).where(here).values(values))


def _left(kind: Kind, value: Any, hit: Hit, marks: Marks | None) -> Any:
    """Return what erasing leaves of one value."""
    if value is None or value == "":
        return value
    if kind is Kind.NAME:
        return ERASED
    if kind is Kind.RAW:
        if isinstance(value, bytes):
            return body_without_person(value, marks, is_theirs=hit.is_theirs)
        return without_person(value, marks, is_theirs=hit.is_theirs)
    if kind is Kind.DIGEST:
        # Race: promo uses keep one person to one place in a row; each row of its own keeps that.
        return hashlib.sha256(hit.name.encode()).hexdigest()
    if kind is Kind.LINK:
        return None
    if kind is Kind.TEXT:
        return "" if hit.is_theirs else ERASED
    return ""


def index_again(session: WriteSession, order_id: UUID) -> None:
    """Let an order be found by what is left of its people, and by its code."""
    session.connection().execute(delete(SearchTerm).where(col(SearchTerm.order_id) == order_id))
    order = session.get_one(Order, order_id)
    tickets = session.exec(select(Ticket).where(Ticket.order_id == order_id)).all()
    index_order(session, order, [holder_of(ticket) for ticket in tickets])
