"""Questions about payments and letters: answered as plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.reasons import read_entries
from boxoffice.db import ReadSession
from boxoffice.errors import NotFound
from boxoffice.money import Money
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import KINDS, CloseCharge, DeliverTickets, Promise
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.covered import balance_of
from boxoffice.payments.models import Letter, Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method

# What one transaction does carries one moment: then the story is told in the order it makes sense.
_FIRST = ("order.place", "order.swap", "order.add", "payment.start", "payment.take")


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
    refunded: Money  # decided, not yet all done
    balance: Money  # what its order still owes, over all of its payments
    boleto_bar_code: str | None = None
    boleto_url: str | None = None
    instalments: int = 1
    plan: str | None = None
    is_in_cash: bool = False
    net: Money | None = None
    credited_on: date | None = None


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund as people and programs see it."""

    id: UUID
    method: Method
    amount: Money
    state: RefundState
    reason: str
    proof: str
    created_at: datetime
    done_at: datetime | None
    waits_for: str = ""  # who has to act before it goes on
    page_url: str | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened to an order, as the audit tells it. It names no buyer."""

    at: datetime
    actor: str
    verb: str
    facts: dict[str, Any]


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
        refunded=Money(row.refunded_minor, row.currency),
        balance=balance_of(session, session.get_one(Order, order_id)),
        boleto_bar_code=row.boleto_bar_code,
        boleto_url=row.boleto_url,
        instalments=row.instalments,
        plan=row.plan,
        is_in_cash=row.is_in_cash,
        net=None if row.net_minor is None else Money(row.net_minor, row.currency),
        credited_on=row.credited_on,
    )


def refunds_of_order(session: ReadSession, order_id: UUID) -> list[RefundView]:
    """Return the refunds of an order, the oldest first."""
    rows = session.exec(
        select(Refund, Payment.method)
        .join(Payment, col(Payment.id) == Refund.payment_id)
        .where(Refund.order_id == order_id)
        .order_by(col(Refund.created_at), col(Refund.id))
    ).all()
    return [
        RefundView(
            id=row.id,
            method=Method(method),
            amount=Money(row.amount_minor, row.currency),
            state=row.state,
            reason=row.reason,
            proof=row.proof,
            created_at=row.created_at,
            done_at=row.done_at,
            waits_for=row.waits_for,
            page_url=row.page_url,
            refusal=row.refusal,
        )
        for row, method in rows
    ]


def waiting_jobs(session: ReadSession, order_id: UUID, *, now: datetime) -> list[Promise]:
    """Return what is promised for an order and due: tickets to mail, charges to close."""
    payments = session.exec(select(Payment.id).where(Payment.order_id == order_id)).all()
    closing = [CloseCharge(payment_id).dedupe_key for payment_id in payments]
    rows = session.exec(
        select(Job)
        .where(
            or_(
                col(Job.dedupe_key).in_(closing),
                col(Job.dedupe_key).startswith(f"{DeliverTickets.kind}:{order_id}:"),
            ),
            Job.state == JobState.WAITING,
            col(Job.run_at) <= now,
        )
        .order_by(col(Job.created_at), col(Job.id))
    )
    return [KINDS[row.kind].from_args(row.args) for row in rows]


def history(session: ReadSession, order_id: UUID) -> list[Told]:
    """Return what happened to an order, its tickets and its money, the oldest first."""
    payments = session.exec(select(Payment.id).where(Payment.order_id == order_id)).all()
    subjects = [f"order:{order_id}", *(f"payment:{payment_id}" for payment_id in payments)]
    entries = session.exec(select(AuditEntry).where(col(AuditEntry.subject).in_(subjects))).all()
    in_order = sorted(entries, key=lambda entry: (entry.at, _turn(entry.verb), entry.id))
    read = read_entries(session, in_order)
    return [Told(entry.at, entry.actor, entry.verb, entry.facts) for entry in read]


def _turn(verb: str) -> int:
    return _FIRST.index(verb) if verb in _FIRST else len(_FIRST)


def list_letters(session: ReadSession, *, limit: int) -> list[LetterView]:
    """Return letters, the newest first."""
    rows = session.exec(
        select(Letter).order_by(col(Letter.received_at).desc(), col(Letter.id).desc()).limit(limit)
    ).all()
    return [
        LetterView(row.id, row.provider, row.event_key, row.received_at, row.read_at, row.outcome)
        for row in rows
    ]


def letter_named(session: ReadSession, text: str) -> Letter:
    """Find a letter by our id of it, or by the gateway's.

    Raises:
        NotFound: there is none.
    """
    try:
        found = session.get(Letter, UUID(text))
    except ValueError:
        found = session.exec(select(Letter).where(Letter.event_key == text)).first()
    if found is None:
        raise NotFound("letter", text[:80], hint="see them: boxoffice webhook list")
    return found
