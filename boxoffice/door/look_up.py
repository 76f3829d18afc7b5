"""Look a code up: which ticket answers to what was shown, and is the code genuine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlmodel import col

from boxoffice.db import ReadSession
from boxoffice.door.rules import Reading
from boxoffice.events.models import Category, Tier
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
_BY_DIGEST = _TICKET.where(col(Ticket.code_digest) == bindparam("digest"))
_BY_OLD_DIGEST = _TICKET.join(RevokedCode, col(RevokedCode.ticket_id) == Ticket.id).where(
    col(RevokedCode.code_digest) == bindparam("digest")
)
_BY_NAME = _TICKET.where(
    col(Order.code) == bindparam("order_code"), col(Ticket.number) == bindparam("number")
)
_BY_ID = _TICKET.where(col(Ticket.id) == bindparam("ticket_id"))


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


def look_up(session: ReadSession, text: str) -> tuple[Reading, Found | None]:
    """Read `text` as a code, and find its ticket. A forged code has none."""
    code = read_code(text)
    match code:
        case None:
            return Reading(is_readable=False), None
        case TicketName(order_code, number):
            named = {"order_code": order_code, "number": number}
            return Reading(is_readable=True), _found(session, _BY_NAME, named)
        case SignedCode():
            key = session.get(PublicKey, code.key_id)
            if key is None or not code.is_signed_by(key.public_key):
                return Reading(is_readable=True, is_genuine=False), None
        case ShortCode():
            pass
    digest = {"digest": code.digest}
    found = _found(session, _BY_DIGEST, digest)
    found = found or _found(session, _BY_OLD_DIGEST, digest, is_revoked=True)
    return Reading(is_readable=True), found


def ticket_scanned(session: ReadSession, ticket_id: UUID) -> Found:
    """Return a ticket that was scanned before."""
    found = _found(session, _BY_ID, {"ticket_id": ticket_id})
    assert found is not None, "a ticket that was scanned is never deleted"
    return found


def _found(
    session: ReadSession,
    statement: Select[*tuple[Any, ...]],
    key: Mapping[str, Any],
    *,
    is_revoked: bool = False,
) -> Found | None:
    row = session.connection().execute(statement, key).first()
    return None if row is None else Found(is_revoked, *row)
