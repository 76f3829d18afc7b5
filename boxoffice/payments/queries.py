"""Questions about payments and letters: answered as plain values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.money import Money
from boxoffice.payments.models import Letter, Payment, PaymentState
from boxoffice.payments.provider import Method


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as people and programs see it."""

    id: UUID
    method: Method
    state: PaymentState
    amount: Money
    paid: Money
    provider: str
    provider_id: str | None
    pix_payload: str | None
    boleto_line: str | None
    invoice_url: str | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter as one line of a list."""

    id: UUID
    provider: str
    event_key: str
    received_at: datetime
    read_at: datetime | None
    outcome: str | None


def payment_of_order(session: ReadSession, order_id: UUID) -> PaymentView | None:
    """Return the latest payment of an order, or `None` when it has none."""
    row = session.exec(
        select(Payment)
        .where(Payment.order_id == order_id)
        .order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return PaymentView(
        id=row.id,
        method=row.method,
        state=row.state,
        amount=row.amount,
        paid=Money(row.paid_minor, row.currency),
        provider=row.provider,
        provider_id=row.provider_id,
        pix_payload=row.pix_payload,
        boleto_line=row.boleto_line,
        invoice_url=row.invoice_url,
        refusal=row.refusal,
    )


def list_letters(session: ReadSession, *, limit: int) -> list[LetterView]:
    """Return letters, the newest first."""
    rows = session.exec(
        select(Letter).order_by(col(Letter.received_at).desc(), col(Letter.id).desc()).limit(limit)
    ).all()
    return [
        LetterView(row.id, row.provider, row.event_key, row.received_at, row.read_at, row.outcome)
        for row in rows
    ]
