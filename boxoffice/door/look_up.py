"""Look a code up: which ticket answers to what was shown, and is the code genuine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select
from sqlmodel import col

from boxoffice.db import ReadSession
from boxoffice.door.models import Entry
from boxoffice.door.rules import Entered, Guest, Reading
from boxoffice.events.models import Category, Tier
from boxoffice.ids import CODE_ALPHABET, CODE_LENGTH
from boxoffice.orders.models import Order, OrderState
from boxoffice.tickets.code import ShortCode, SignedCode, TicketName, read_code
from boxoffice.tickets.models import PublicKey, RevokedCode, Ticket, TicketState

# Made once, and columns instead of rows: the line at the door waits for every scan.
_TICKET = (
    select(
        col(Ticket.id), col(Ticket.event_id), col(Ticket.tier_id), col(Ticket.number),
        col(Ticket.state), col(Ticket.attention), col(Ticket.holder_name),
        col(Ticket.holder_company), col(Tier.name), col(Tier.category),
        col(Order.code), col(Order.state),
    )
    .join(Tier, col(Tier.id) == Ticket.tier_id)
    .join(Order, col(Order.id) == Ticket.order_id)
)  # fmt: skip
_CHOICES_MAX = 100  # tickets of one order
_ORDER_CODE = re.compile(f"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}")
_BY_DIGEST = _TICKET.where(col(Ticket.code_digest) == bindparam("digest"))
_BY_OLD_DIGEST = _TICKET.join(RevokedCode, col(RevokedCode.ticket_id) == Ticket.id).where(
    col(RevokedCode.code_digest) == bindparam("digest")
)
_BY_NAME = _TICKET.where(
    col(Order.code) == bindparam("order_code"), col(Ticket.number) == bindparam("number")
)
_BY_ORDER = _TICKET.where(col(Order.code) == bindparam("order_code")).order_by(col(Ticket.number))
_BY_ID = _TICKET.where(col(Ticket.id) == bindparam("ticket_id"))
_ENTRIES = (
    select(col(Entry.slot), col(Entry.entered_at), col(Entry.left_at), col(Entry.scan_id))
    .where(
        col(Entry.list_id) == bindparam("list_id"), col(Entry.ticket_id) == bindparam("ticket_id")
    )
    .order_by(col(Entry.entered_at), col(Entry.slot))
)


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that answers to a code, now or before a re-issue, with the columns of `_TICKET`."""

    is_revoked: bool
    ticket_id: UUID
    event_id: UUID
    tier_id: UUID
    number: int
    state: TicketState
    attention: str
    holder_name: str
    holder_company: str
    tier: str
    category: Category
    order_code: str
    order_state: OrderState

    @property
    def short_code(self) -> str:
        """The ticket's name: `K7QX2M-1`."""
        return f"{self.order_code}-{self.number}"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a text turned out to be: at most one ticket, or the several of an order."""

    reading: Reading
    found: Found | None = None
    choices: tuple[Found, ...] = ()


def look_up(session: ReadSession, text: str, event_id: UUID) -> LookedUp:
    """Read `text` as a code, and find its ticket. A forged code has none.

    The code of an order is that of its ticket, when there is one alone; the tickets of an order
    for another event are not told apart.
    """
    code = read_code(text)
    match code:
        case None:
            return _order_in(session, text, event_id)
        case TicketName(order_code, number):
            named = {"order_code": order_code, "number": number}
            return LookedUp(Reading(is_readable=True), _found(session, _BY_NAME, named))
        case SignedCode():
            key = session.get(PublicKey, code.key_id)
            if key is None or not code.is_signed_by(key.public_key):
                return LookedUp(Reading(is_readable=True, is_genuine=False))
        case ShortCode():
            pass
    return LookedUp(Reading(is_readable=True), found_by_digest(session, code.digest))


def found_by_digest(session: ReadSession, digest: str) -> Found | None:
    """Return the ticket whose code, now or before a re-issue, has this digest."""
    found = _found(session, _BY_DIGEST, {"digest": digest})
    return found or _found(session, _BY_OLD_DIGEST, {"digest": digest}, is_revoked=True)


def order_code_of(text: str) -> str | None:
    """Return the order's code that `text` is, or `None`."""
    tidy = text.strip().upper()
    return tidy if _ORDER_CODE.fullmatch(tidy) else None


def tickets_of(session: ReadSession, order_code: str) -> tuple[Found, ...]:
    """Return the tickets of an order, by number."""
    asked = {"order_code": order_code}
    rows = session.line.execute(_BY_ORDER.limit(_CHOICES_MAX), asked).all()
    return tuple(_read(row) for row in rows)


def ticket_scanned(session: ReadSession, ticket_id: UUID) -> Found:
    """Return a ticket that was scanned before."""
    found = _found(session, _BY_ID, {"ticket_id": ticket_id})
    assert found is not None, "a ticket that was scanned is never deleted"
    return found


def _order_in(session: ReadSession, text: str, event_id: UUID) -> LookedUp:
    order_code = order_code_of(text)
    if order_code is None:
        return LookedUp(Reading(is_readable=False))
    every = tickets_of(session, order_code)
    alive = [ticket for ticket in every if ticket.state is not TicketState.VOID] or every
    if len(alive) > 1 and alive[0].event_id == event_id:
        return LookedUp(Reading(is_readable=True, has_choices=True), choices=tuple(alive))
    return LookedUp(Reading(is_readable=True), alive[0] if alive else None)


def _found(
    session: ReadSession,
    statement: Select[*tuple[Any, ...]],
    key: Mapping[str, Any],
    *,
    is_revoked: bool = False,
) -> Found | None:
    row = session.line.execute(statement, key).first()
    return None if row is None else _read(row, is_revoked=is_revoked)


def _read(row: Row[*tuple[Any, ...]], *, is_revoked: bool = False) -> Found:
    values: tuple[Any, ...] = tuple(row)
    return Found(is_revoked, *values)


def guest_of(session: ReadSession, found: Found | None, list_id: UUID) -> Guest | None:
    """Return what is known of a ticket that was found, with its entries at one list."""
    if found is None:
        return None
    key = {"list_id": list_id, "ticket_id": found.ticket_id}
    rows = session.line.execute(_ENTRIES, key).all()
    return Guest(
        event_id=found.event_id,
        tier_id=found.tier_id,
        ticket_state=found.state,
        order_state=found.order_state,
        is_revoked=found.is_revoked,
        needs_document=found.category is Category.HALF,
        attention=found.attention,
        entries=tuple(Entered(*row) for row in rows),
    )
