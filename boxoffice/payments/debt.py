"""What the order of a ticket still owes, taken where its guest stands: at the door."""

from dataclasses import dataclass
from datetime import datetime

from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BadValue, Refused
from boxoffice.money import Money
from boxoffice.orders.change import locked_order
from boxoffice.orders.within import Reach, ticket_within
from boxoffice.payments.collect import AT_THE_COUNTER, Till, locked_payments, pay
from boxoffice.payments.covered import balance_of
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class Debt:
    """A ticket, and what the guest was told that its order owes."""

    ticket: str
    owed: Money


def debt_of(session: ReadSession, actor: Actor, reach: Reach, ticket: str) -> Money:
    """Say what the order of a ticket owes.

    Raises:
        Forbidden: the actor may not work at a door.
        NotFound: this door has no such ticket.
    """
    actor.must(Permission.SCAN)
    order, _ = ticket_within(session, reach, ticket)
    return balance_of(session, order)


def collect_debt(
    session: WriteSession, actor: Actor, reach: Reach, debt: Debt, how: Till, *, now: datetime
) -> bool:
    """Take what an order owes into the actor's open till; return whether it still owed anything.

    Twice is once: what was taken is owed no more.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: a drawer takes no such money.
        NotFound: this door has no such ticket.
        Refused: the order owes another sum by now, it has ended, or the clerk has no open till.
    """
    actor.must(Permission.SELL)
    if how.method not in AT_THE_COUNTER:
        raise BadValue("the method", "must be cash or external.")
    order, _ = ticket_within(session, reach, debt.ticket)
    # Race: two desks take one debt. The second waits here, and finds that nothing is owed.
    locked_payments(session, order.id)
    due = balance_of(session, locked_order(session, order.id))
    if due.minor == 0:
        return False
    if due != debt.owed:
        raise Refused(
            f"order {order.code} owes {due}, and not {debt.owed}.",
            hint="read the ticket again, and ask for what it says then",
            code="debt.changed",
        )
    return pay(session, actor, order.id, how, now=now)
