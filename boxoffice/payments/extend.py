"""Extend an order by more places, and collect what they cost."""

from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.events.take import give_back
from boxoffice.orders.add import Added, add
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.drop import drop
from boxoffice.orders.due import void_added
from boxoffice.orders.models import OrderState
from boxoffice.orders.place import Wanted
from boxoffice.payments.collect import Till, collect, locked_payments, must_agree
from boxoffice.payments.covered import balance_of
from boxoffice.payments.models import OPEN
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket


def extend(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    wanted: Wanted,
    how: Till,
    *,
    even_if_closed: bool,
    now: datetime,
) -> Added:
    """Add places to an order with their money, all or nothing.

    Those of a paid order are held until they are paid for; its other tickets stay good. The charge
    of an order that is not paid is replaced by one for its new total.

    Raises:
        Forbidden, NotFound, WrongState, Refused: as `add` and `collect` do.
        BadValue: nobody said how the addition is paid.
    """
    actor.must(Permission.SELL)
    # Race: letters meet payments first and then the order; so does every change of money.
    locked_payments(session, order_id)
    must_agree(session, locked_order(session, order_id))
    done = add(session, actor, order_id, wanted, even_if_closed=even_if_closed, now=now)
    session.flush()
    order = locked_order(session, order_id)
    due = balance_of(session, order) if done.cost.minor else done.cost
    if order.state is not OrderState.PLACED and due.minor and how.method is None:
        raise BadValue(
            "the addition",
            f"of {due} has to be paid.",
            hint="say how: --method cash, or pix, boleto, card",
        )
    collect(session, actor, order_id, how, now=now)
    return done


def let_go(session: WriteSession, actor: Actor, order_id: UUID, *, now: datetime) -> int:
    """Give up what was added to a paid order when nobody is asked for its money any more.

    Return how many places went back; a second call finds none. A ticket of a dearer tier stays
    held: its seat was paid for before.
    """
    payments = locked_payments(session, order_id)
    order = locked_order(session, order_id)
    if order.state not in PAID_FOR or any(payment.state in OPEN for payment in payments):
        return 0
    released = void_added(session, order_id)
    if not released:
        return 0
    record(session, actor, "order.let_go", "order", order_id, now=now, tickets=released.total())
    session.flush()
    give_back(session, order.event_id, released)
    session.expire_all()
    return released.total()


def drop_ticket(
    session: WriteSession, actor: Actor, ticket_id: UUID, how: Till, *, reason: str, now: datetime
) -> bool:
    """Cancel one ticket as `drop` does, and ask no more for it than the order still owes.

    Raises:
        Forbidden, WrongState: as `drop` does.
    """
    actor.must(Permission.DROP_TICKET)
    order_id = session.get_one(Ticket, ticket_id).order_id
    locked_payments(session, order_id)
    ended = drop(session, actor, ticket_id, reason=reason, now=now)
    if ended:
        collect(session, actor, order_id, how, now=now)
    return ended
