"""Take an admission back: the entry goes, and a scan that says so is added."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from boxoffice.db import WriteSession, changed
from boxoffice.door.conflicts import settle_ticket
from boxoffice.door.gate import Gate
from boxoffice.door.models import Entry, Scan, Source
from boxoffice.door.rules import Direction
from boxoffice.errors import NotFound, WrongState
from boxoffice.orders.models import Order
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in
from boxoffice.tickets.models import Ticket


def undo(
    session: WriteSession,
    actor: Actor,
    gate: Gate,
    ticket_name: str | None,
    *,
    now: datetime,
    reason: str = "",
    approved_by: Actor | None = None,
) -> str:
    """Undo the actor's last admission at `gate`, or that of one ticket, and return its name.

    `approved_by` has lent the permission: see `staff/approve.py`.

    Raises:
        Forbidden: the actor may not undo a scan.
        BadValue: the reason is no line of text.
        NotFound: there is nothing to undo.
        WrongState: another desk has undone it first.
    """
    (approved_by or actor).must(Permission.UNDO_SCAN)
    reason = clean_in(reason, name="the reason", empty=True)
    statement = (
        select(Entry, Scan, Ticket, Order)
        .join(Scan, col(Scan.id) == Entry.scan_id)
        .join(Ticket, col(Ticket.id) == Entry.ticket_id)
        .join(Order, col(Order.id) == Ticket.order_id)
        .where(Entry.list_id == gate.list_id)
        .order_by(col(Entry.entered_at).desc(), col(Entry.slot).desc())
    )
    if ticket_name is None:
        statement = statement.where(Scan.operator == actor.name)
        if gate.name:
            statement = statement.where(Scan.gate == gate.name)
    else:
        code, _, number = ticket_name.strip().upper().partition("-")
        if not (code.isalnum() and number.isascii() and number.isdigit()):
            raise NotFound("ticket", ticket_name[:20], hint="name it by order and number: K7QX2M-1")
        statement = statement.where(Order.code == code, Ticket.number == int(number[:6]))
    found = session.exec(statement.limit(1)).first()
    if found is None:
        raise NotFound(
            "admission",
            "to undo",
            hint=f"see who is in: boxoffice door stats --event {gate.slug}",
        )
    entry, admitted, ticket, order = found
    name = f"{order.code}-{ticket.number}"
    # Race: an undo and a merge of one ticket. Its row is held, and what is left is settled once.
    session.exec(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update()).one()
    # Race: two desks undo one admission. Whoever deletes the entry has undone it.
    gone = changed(session, delete(Entry).where(col(Entry.scan_id) == entry.scan_id))
    if not gone:
        raise WrongState(f"the admission of {name} was undone by another desk.")
    session.add(
        Scan(
            nonce=f"undo:{admitted.id}",
            list_id=gate.list_id,
            ticket_id=ticket.id,
            gate=gate.name,
            direction=Direction.UNDO,
            scanned_at=now,
            source=Source.TYPED,
            verdict=admitted.verdict,
            operator=actor.name,
            annuls_id=admitted.id,
            reason=reason,
            approved_by="" if approved_by is None else approved_by.name,
            text_digest=hashlib.sha256(name.encode()).hexdigest(),
        )
    )
    session.flush()
    settle_ticket(session, gate, ticket.id)
    return name
