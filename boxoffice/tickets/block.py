"""Block a ticket, so that the door stops whoever shows it, and unblock it. It keeps its place."""

from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket, TicketState


def block(
    session: WriteSession, actor: Actor, ticket_id: UUID, *, reason: str, now: datetime
) -> bool:
    """Block a valid ticket; return whether it was blocked now, and not before.

    Raises:
        Forbidden: the actor may not block tickets.
        WrongState: the ticket is neither valid nor blocked.
    """
    return _turn(session, actor, ticket_id, TicketState.BLOCKED, reason=reason, now=now)


def unblock(
    session: WriteSession, actor: Actor, ticket_id: UUID, *, reason: str, now: datetime
) -> bool:
    """Make a blocked ticket valid again; return whether it was made so now, and not before.

    Raises:
        Forbidden: the actor may not block tickets.
        WrongState: the ticket is neither valid nor blocked.
    """
    return _turn(session, actor, ticket_id, TicketState.VALID, reason=reason, now=now)


def _turn(
    session: WriteSession,
    actor: Actor,
    ticket_id: UUID,
    to: TicketState,
    *,
    reason: str,
    now: datetime,
) -> bool:
    actor.must(Permission.DROP_TICKET)
    # Race: a refund may end the ticket at this moment; a ticket that ended is not brought back.
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True, with_for_update=True)
    if ticket.state is to:
        return False
    if ticket.state not in {TicketState.VALID, TicketState.BLOCKED}:
        raise WrongState(f"this ticket is {ticket.state}; only a valid one can be blocked.")
    ticket.state = to
    verb = "ticket.block" if to is TicketState.BLOCKED else "ticket.unblock"
    about = {"ticket": ticket.number}
    record(session, actor, verb, "order", ticket.order_id, now=now, reason=reason, **about)
    session.flush()
    return True
