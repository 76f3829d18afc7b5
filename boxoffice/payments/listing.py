"""Payments as lines of a list, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.events.models import Event
from boxoffice.money import Money
from boxoffice.orders.models import Order
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment as one line of a list. It names no buyer."""

    id: UUID
    order: str
    event_slug: str
    method: Method
    state: PaymentState
    amount: Money
    paid: Money
    refunded: Money
    provider: str
    provider_id: str | None
    created_at: datetime
    paid_at: datetime | None


def list_payments(
    session: ReadSession,
    *,
    limit: int,
    event: str | None = None,
    method: Method | None = None,
    state: PaymentState | None = None,
) -> list[PaymentLine]:
    """Return payments, the newest first; of one event, one method or one state when it is given."""
    statement = (
        select(Payment, Order.code, Event.slug)
        .join(Order, col(Order.id) == Payment.order_id)
        .join(Event, col(Event.id) == Order.event_id)
        .order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
        .limit(limit)
    )
    if event is not None:
        statement = statement.where(Event.slug == event)
    if method is not None:
        statement = statement.where(Payment.method == method)
    if state is not None:
        statement = statement.where(Payment.state == state)
    return [
        PaymentLine(
            id=row.id,
            order=code,
            event_slug=slug,
            method=Method(row.method),
            state=PaymentState(row.state),
            amount=row.amount,
            paid=Money(row.paid_minor, row.currency),
            refunded=Money(row.refunded_minor, row.currency),
            provider=row.provider,
            provider_id=row.provider_id,
            created_at=row.created_at,
            paid_at=row.paid_at,
        )
        for row, code, slug in session.exec(statement)
    ]
