"""Exchange a ticket for one of another tier, and collect or give back the difference."""

from datetime import datetime
from uuid import UUID

from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.orders.change import locked_order
from boxoffice.orders.models import OrderState
from boxoffice.orders.swap import Swapped, swap
from boxoffice.payments.collect import Till, collect, locked_payments, must_agree
from boxoffice.payments.covered import balance_of
from boxoffice.payments.refund import RefundRequest, refund
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket


def exchange(
    session: WriteSession,
    actor: Actor,
    ticket_id: UUID,
    tier: str,
    how: Till,
    *,
    keeps_difference: bool,
    even_if_closed: bool,
    proof: str,
    now: datetime,
    approved_by: Actor | None = None,
) -> Swapped:
    """Swap a ticket to another tier with its money, all or nothing.

    Of a paid order, the ticket of a dearer tier is held until the difference is in; that of a
    cheaper one gives the difference back, unless `keeps_difference`. The charge of an order that
    is not paid is replaced by one for its new total. `approved_by` is a second person, for a
    difference that the actor may not give back alone.

    Raises:
        Forbidden, NotFound, WrongState, Refused: as `swap`, `refund` and `collect` do.
        BadValue: nobody said how the difference is paid, or how cash was given back.
    """
    actor.must(Permission.SELL)
    order_id = session.get_one(Ticket, ticket_id).order_id
    # Race: letters meet payments first and then the order; so does every change of money.
    locked_payments(session, order_id)
    order = locked_order(session, order_id)
    if order.state is not OrderState.PLACED:
        must_agree(session, order)
    done = swap(
        session,
        actor,
        ticket_id,
        tier,
        keeps_price=keeps_difference,
        even_if_closed=even_if_closed,
        now=now,
    )
    session.flush()
    if done.back.minor:
        back = RefundRequest(amount=done.back, reason="swap", proof=proof, ends_tickets=False)
        refund(session, actor, order_id, back, now=now, approved_by=approved_by)
    order = locked_order(session, order_id)
    must_agree(session, order)
    due = balance_of(session, order)
    is_dearer = order.state is not OrderState.PLACED and done.cost.minor > done.cost_before.minor
    if is_dearer and due.minor and how.method is None:
        raise BadValue(
            "the difference",
            f"of {due} has to be paid.",
            hint="say how: --method cash, or pix, boleto, card",
        )
    collect(session, actor, order_id, how, now=now)
    return done
