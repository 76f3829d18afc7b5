"""Forgive what a paid order still lacks: a person accepted less than it costs."""

from datetime import datetime
from uuid import UUID

from sqlmodel import func, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.money import Money
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.due import take_off
from boxoffice.payments.collect import Till, collect, locked_payments
from boxoffice.payments.covered import balance_of
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import Ticket


def forgive_rest(
    session: WriteSession, actor: Actor, order_id: UUID, key: TicketKey, *, note: str, now: datetime
) -> Money:
    """Write off what is missing of a paid order, as a discount on its tickets; return how much.

    What a ticket that is held still waits for is not missing: it is paid, or lapses. Nobody is
    asked for what was forgiven.

    Raises:
        Forbidden: the actor may not decide on late money.
        WrongState: the order is not paid, or nothing of it is missing.
        Refused: more is missing than its tickets cost (`forgive.too_much`).
    """
    actor.must(Permission.SETTLE_LATE)
    # Race: the missing money may come at this moment. Letters meet payments first, then the order.
    locked_payments(session, order_id)
    order = locked_order(session, order_id)
    if order.state not in PAID_FOR:
        raise WrongState(
            f"order {order.code} is {order.state}; what it lacks cannot be forgiven.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    waited_for = session.exec(
        select(func.sum(Ticket.due_minor)).where(Ticket.order_id == order_id)
    ).one()
    missing = Money(balance_of(session, order).minor - int(waited_for or 0), order.currency)
    if missing.minor <= 0:
        raise WrongState(
            f"nothing of order {order.code} is missing.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    take_off(session, order, missing)
    facts = {"forgiven_minor": missing.minor, "total_minor": order.total_minor}
    record(session, actor, "payment.forgive", "order", order_id, now=now, reason=note, **facts)
    collect(session, actor, order_id, Till(key), now=now)
    return missing
