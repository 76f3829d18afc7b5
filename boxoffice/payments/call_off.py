"""Call an order off: cancel it, and see that nobody can pay its charge any more."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import WriteSession
from boxoffice.orders.cancel import cancel
from boxoffice.payments.acting import close_again
from boxoffice.payments.models import OPEN, Payment
from boxoffice.staff.rules import Actor


def call_off(
    session: WriteSession, actor: Actor, order_id: UUID, *, reason: str, now: datetime
) -> bool:
    """Cancel an order and promise to close its open charge; return whether it ended now.

    Money that comes in spite of it is late money, and follows the event's policy.

    Raises:
        Forbidden: the actor may not cancel orders.
        WrongState: the order has expired.
    """
    ended = cancel(session, actor, order_id, reason=reason, now=now)
    open_payment = session.exec(
        select(Payment.id).where(
            Payment.order_id == order_id,
            col(Payment.state).in_(OPEN),
        )
    ).first()
    if ended and open_payment is not None:
        close_again(session, open_payment, now=now)
    return ended
