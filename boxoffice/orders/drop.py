"""Drop one ticket of a paid order: it dies, and its place goes back. No money moves."""

from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.events.take import give_back
from boxoffice.orders.cancel import cancel
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.due import forgive
from boxoffice.orders.tickets import standing
from boxoffice.promos.redeem import give_back_uses
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.issue import void_some
from boxoffice.tickets.models import Ticket


def drop(
    session: WriteSession, actor: Actor, ticket_id: UUID, *, reason: str, now: datetime
) -> bool:
    """Cancel one ticket; the last one of its order cancels the order with it.

    Return whether it ended now; a ticket that ended before stays so, without a word. Money for it
    goes back by `payments/refund.py`.

    Raises:
        Forbidden: the actor may not drop tickets.
        WrongState: the order is not paid: its charge asks for all of its tickets.
    """
    actor.must(Permission.DROP_TICKET)
    # Race: a refund, a cancel or another drop may come at this moment. All meet the order first.
    order = locked_order(session, session.get_one(Ticket, ticket_id).order_id)
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
    if not ticket.holds_place:
        return False
    if order.state not in PAID_FOR:
        raise WrongState(
            f"order {order.code} is {order.state}; a ticket of it cannot be cancelled alone.",
            hint=f"cancel all of it: boxoffice order cancel {order.code}",
        )
    if standing(session, order.id) == 1:
        return cancel(session, actor, order.id, reason=reason, now=now)
    forgive(session, order.id, [ticket_id])
    released = void_some(session, [ticket_id])
    record(
        session,
        actor,
        "order.drop_ticket",
        "order",
        order.id,
        now=now,
        ticket=ticket.number,
        reason=reason,
    )
    session.flush()
    session.expire(ticket)
    session.expire(order)
    give_back_uses(session, order.id, [ticket_id])
    give_back(session, order.event_id, released)
    return True
