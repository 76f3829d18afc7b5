"""Let the rest of an order in: the friends of who has just come."""

from datetime import datetime

from boxoffice.db import WriteSession
from boxoffice.door.gate import Gate
from boxoffice.door.look_up import order_code_of, tickets_of
from boxoffice.door.models import Source
from boxoffice.door.rules import Asked
from boxoffice.door.scan import Shown, new_nonce, scan
from boxoffice.door.words import Admission
from boxoffice.errors import NotFound
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import TicketState


def admit_group(
    session: WriteSession, actor: Actor, gate: Gate, name: str, asked: Asked, *, now: datetime
) -> list[Admission]:
    """Scan every ticket of an order that has not ended, and return the answers by number.

    `name` is the order's code, or that of one of its tickets. Each ticket is judged as if it
    were shown alone: who is in already is told so, half price is held until its proof was seen.

    Raises:
        Forbidden: the actor may not scan.
        NotFound: this event has no such order.
    """
    actor.must(Permission.SCAN)
    order_code = order_code_of(name.strip().partition("-")[0])
    tickets = () if order_code is None else tickets_of(session, order_code)
    mine = [ticket for ticket in tickets if ticket.event_id == gate.event_id]
    if not mine:
        hint = f"find it by name: boxoffice door search NAME -e {gate.slug}"
        raise NotFound("order", name[:20], hint=hint)
    return [
        scan(
            session,
            actor,
            gate,
            Shown(ticket.short_code, new_nonce(), Source.GROUP, asked),
            now=now,
        )
        for ticket in mine
        if ticket.state is not TicketState.VOID
    ]
