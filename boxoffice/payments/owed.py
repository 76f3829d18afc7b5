"""Money that a person has still to give back for events that were cancelled."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.events.models import Event, EventState
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderState
from boxoffice.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Owed:
    """An order of a cancelled event whose buyer still waits for money."""

    code: str
    event_slug: str
    buyer_name: str
    methods: tuple[str, ...]
    amount: Money


def list_owed(session: ReadSession, *, limit: int, event: str | None = None) -> list[Owed]:
    """Return what is owed for cancelled events, the oldest order first; of one when it is named.

    What was asked of the gateway is a refund with a row of its own, and not owed any more. An
    order that was cancelled before its event, without money back, is here too: a person knows why.
    """
    left = func.sum(Payment.paid_minor - Payment.refunded_minor)
    totals = (
        select(col(Payment.order_id).label("order_id"), left.label("left_minor"))
        .group_by(col(Payment.order_id))
        .subquery()
    )
    # As `ending.kept_fee`: a fee is kept of what once was paid for and valid.
    is_kept = col(Event.fee_refundable).is_(False) & col(Order.paid_at).is_not(None)
    owed = totals.c.left_minor - case((is_kept, col(Order.fee_minor)), else_=0)
    statement = (
        select(Order, Event.slug, owed)
        .join(Event, col(Event.id) == Order.event_id)
        .join(totals, totals.c.order_id == col(Order.id))
        .where(Event.state == EventState.CANCELLED, Order.state == OrderState.CANCELLED, owed > 0)
        .order_by(col(Order.placed_at), col(Order.id))
        .limit(limit)
    )
    if event is not None:
        statement = statement.where(Event.slug == event)
    found = session.exec(statement).all()
    methods = _methods(session, [order.id for order, _, _ in found])
    return [
        Owed(
            code=order.code,
            event_slug=slug,
            buyer_name=order.buyer_name,
            methods=tuple(methods[order.id]),
            amount=Money(int(minor), order.currency),  # PostgreSQL sums to Decimal
        )
        for order, slug, minor in found
    ]


def _methods(session: ReadSession, order_ids: list[UUID]) -> dict[UUID, list[str]]:
    """Return how the money that is left came in, by order: each method once."""
    methods: dict[UUID, list[str]] = {}
    rows = session.exec(
        select(Payment.order_id, Payment.method)
        .where(col(Payment.order_id).in_(order_ids))
        .where(Payment.paid_minor > Payment.refunded_minor)
        .order_by(col(Payment.created_at), col(Payment.id))
    )
    for order_id, method in rows:
        known = methods.setdefault(order_id, [])
        if method not in known:  # a sale and what was added to it may both be cash
            known.append(method)
    return methods
