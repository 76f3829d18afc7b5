"""What a paid order still waits for: the money of an addition, or of a dearer tier."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, func, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.errors import Refused
from boxoffice.events.models import Event
from boxoffice.money import Money
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.confirm import promise_mail
from boxoffice.orders.models import Order
from boxoffice.orders.rules import shares
from boxoffice.staff.rules import Actor
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import issue, void_all, void_some
from boxoffice.tickets.models import Ticket, TicketState

_ADDED = (
    col(Ticket.state) == TicketState.HELD,
    col(Ticket.due_minor) > 0,
    col(Ticket.code_digest).is_(None),
)  # to an order that was paid before


def complete(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    key: TicketKey,
    *,
    now: datetime,
    only_free: bool = False,
) -> bool:
    """Make the tickets valid that a paid order still held, for all of its money is in.

    While some of it is not, `only_free` does so for tickets that wait for none. Return whether
    there were any: a second call changes nothing.
    """
    order = locked_order(session, order_id)
    held = select(Ticket.id).where(Ticket.order_id == order_id, Ticket.state == TicketState.HELD)
    if only_free:
        held = held.where(Ticket.due_minor == 0)
    if order.state not in PAID_FOR or session.exec(held.limit(1)).first() is None:
        return False
    event = session.get_one(Event, order.event_id)
    count = issue(session, order_id, event.code_scheme, key, now=now, only_free=only_free)
    record(session, actor, "order.complete", "order", order_id, now=now, tickets=count)
    if order.buyer_email:
        promise_mail(session, order_id, now=now)
    return True


def forgive(
    session: WriteSession, order_id: UUID, ticket_ids: Collection[UUID] | None = None
) -> int:
    """Take what tickets still wait for off their order's total: they end before it came.

    Call it just before they are voided, with their order locked or just moved. Return the minor
    units; without `ticket_ids` those of all of its tickets.
    """
    which = [col(Ticket.order_id) == order_id, col(Ticket.due_minor) > 0]
    if ticket_ids is not None:
        which.append(col(Ticket.id).in_(list(ticket_ids)))
    due = int(session.exec(select(func.sum(Ticket.due_minor)).where(*which)).one() or 0)
    if due:
        changed(
            session,
            update(Order)
            .where(col(Order.id) == order_id)
            .values(total_minor=Order.total_minor - due, subtotal_minor=Order.subtotal_minor - due),
        )
    return due


def take_off(session: WriteSession, order: Order, amount: Money) -> None:
    """Take an amount off what the good tickets of an order cost, as a discount shared out by price.

    Call it with the order locked.

    Raises:
        Refused: they cost less (`forgive.too_much`): a fee is no discount's to take.
    """
    tickets = session.exec(
        select(Ticket)
        .where(Ticket.order_id == order.id, col(Ticket.holds_place).is_(True))
        .where(Ticket.due_minor == 0)
        .order_by(col(Ticket.number))
        .execution_options(populate_existing=True)
    ).all()
    worth = [ticket.price_minor - ticket.discount_minor for ticket in tickets]
    if amount.minor > sum(worth):
        raise Refused(
            f"the tickets of order {order.code} cost {Money(sum(worth), order.currency)}, "
            f"and {amount} is missing.",
            hint=f"collect it: boxoffice order pay {order.code} --method cash",
            code="forgive.too_much",
        )
    for ticket, share in zip(tickets, shares(amount.minor, worth), strict=True):
        ticket.discount_minor += share
    order.discount_minor += amount.minor
    order.total_minor -= amount.minor
    session.flush()


def unpaid_fees(session: ReadSession, which: ColumnElement[bool]) -> dict[UUID, int]:
    """Return the fee, by order, of the tickets that were added to paid orders and are not paid.

    In minor units. It stands in the order's own fee until it is paid or forgiven.
    """
    rows = session.exec(
        select(Ticket.order_id, func.sum(Ticket.fee_minor))
        .where(which, *_ADDED)
        .group_by(col(Ticket.order_id))
    )
    return {order_id: int(fee) for order_id, fee in rows}  # PostgreSQL sums to Decimal


def void_added(session: WriteSession, order_id: UUID) -> Counter[UUID]:
    """Void what was added to a paid order and never paid for; its money is forgiven.

    Late money for the order does not bring it back. Return how many places of each tier were held;
    the caller gives those back.
    """
    added = session.exec(
        select(Ticket.id, Ticket.discount_minor, Ticket.fee_minor).where(
            Ticket.order_id == order_id, *_ADDED
        )
    ).all()
    if not added:
        return Counter()
    ids = [ticket_id for ticket_id, _, _ in added]
    forgive(session, order_id, ids)
    # They were never sold: neither their discount nor their fee is the order's any more.
    discount, fee = sum(row[1] for row in added), sum(row[2] for row in added)
    changed(
        session,
        update(Order)
        .where(col(Order.id) == order_id)
        .values(
            subtotal_minor=Order.subtotal_minor - discount + fee,
            discount_minor=Order.discount_minor - discount,
            fee_minor=Order.fee_minor - fee,
        ),
    )
    return void_some(session, ids)


def end_tickets(session: WriteSession, order_id: UUID) -> Counter[UUID]:
    """Void every ticket of an order; what they still waited for is not asked for any more.

    Call it with the order locked or just moved. Return how many places of each tier were held; the
    caller gives those back.
    """
    released = void_added(session, order_id)
    forgive(session, order_id)
    return released + void_all(session, order_id)
