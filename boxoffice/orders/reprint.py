"""Print a ticket once more, for a guest whose paper is lost. It keeps its code."""

from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.orders.within import Reach, ticket_within
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import TicketState


def reprint(
    session: WriteSession, actor: Actor, reach: Reach, name: str, *, now: datetime
) -> tuple[UUID, UUID]:
    """Note that a ticket is printed again; return the order and the ticket for `order_pdf`.

    Whoever holds the paper gets in: it is asked of who may sell tickets.

    Raises:
        Forbidden: the actor may not sell.
        NotFound: the door that prints has no such ticket.
        WrongState: the ticket lets nobody in.
    """
    actor.must(Permission.SELL)
    order, ticket = ticket_within(session, reach, name)
    if ticket.state is not TicketState.VALID:
        raise WrongState(
            f"ticket {order.code}-{ticket.number} is {ticket.state}: there is nothing to print.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    record(session, actor, "ticket.reprint", "ticket", ticket.id, now=now)
    return order.id, ticket.id
