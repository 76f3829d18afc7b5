"""What a person has to see to: money that does not agree with its order, each with its command."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.payments.models import Letter, Payment, PaymentState, Refund, RefundState
from boxoffice.payments.stray import list_strays
from boxoffice.tickets.models import Ticket

LETTER_PATIENCE = timedelta(minutes=15)  # then letters are not read: no worker runs
REFUND_PATIENCE = timedelta(days=1)  # a refund that takes longer is asked after
_EXCEPTIONS_MAX = 1_000
_ENDED = frozenset({OrderState.EXPIRED, OrderState.CANCELLED, OrderState.CHARGED_BACK})
_LIVE = (RefundState.REQUESTED, RefundState.SENT, RefundState.DONE, RefundState.BY_HAND)


class Kind(StrEnum):
    """What is wrong."""

    REVIEW = "needs_review"
    SURPLUS = "surplus"  # the buyer is owed money
    SHORT = "short"  # a paid order has less than its total
    ENDED = "money_of_ended_order"
    STRAY = "charge_without_order"
    LOST = "order_without_charge"
    STATE = "state_differs"
    REFUND_FAILED = "refund_failed"
    REFUND_STUCK = "refund_stuck"
    LETTER = "letter_unread"
    JOB = "job_ended_badly"
    HOOK = "letters_stopped"
    UNSEEN = "not_all_seen"


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One thing that does not agree, and the command, or the deed, that mends it."""

    kind: Kind
    subject: str  # an order's code, or the gateway's id of a charge
    amount: Money
    what: str
    mend: str


def exceptions(session: ReadSession, *, now: datetime) -> list[Exceptional]:
    """Return what our own books say a person has to see to, the first thousand."""
    found: list[Exceptional] = []
    for part in (_orders(session), _strays(session), _refunds(session, now), _late(session, now)):
        found += part
    return found[:_EXCEPTIONS_MAX]


def _orders(session: ReadSession) -> Iterator[Exceptional]:
    """Yield the orders whose money is not what their state says."""
    paid = func.coalesce(func.sum(Payment.paid_minor), 0)
    refunded = func.coalesce(func.sum(Payment.refunded_minor), 0)
    mine = (col(Order.code), col(Order.state), col(Order.total_minor), col(Order.currency))
    # What an addition or a dearer tier waits for is not missing: it is paid, or lapses.
    waited_for = (
        select_columns(func.coalesce(func.sum(Ticket.due_minor), 0))
        .where(col(Ticket.order_id) == col(Order.id))
        .scalar_subquery()
    )
    statement = (
        select_columns(*mine, waited_for.label("due"), (paid - refunded).label("left"))
        .join(Payment, col(Payment.order_id) == Order.id)
        .group_by(*mine, col(Order.id), col(Order.placed_at))
        .having((paid - refunded != 0) | (col(Order.state) == OrderState.NEEDS_REVIEW))
        .order_by(col(Order.placed_at), col(Order.code))
    )
    for code, state, total, currency, due, left in session.connection().execute(statement):
        money = Money(int(left), currency)  # PostgreSQL sums to Decimal
        if state is OrderState.NEEDS_REVIEW:
            what, mend = f"waits for a decision, with {money}", f"payment resolve {code} …"
            yield Exceptional(Kind.REVIEW, code, money, what, f"boxoffice {mend}")
        elif state in _ENDED and left > 0:
            what = f"is {state}, and {money} of it is still here"
            yield Exceptional(Kind.ENDED, code, money, what, f"boxoffice order refund {code} --yes")
        elif state is OrderState.PAID and left > total:
            over = Money(int(left) - total, currency)
            mend = f"boxoffice order refund {code} --amount {over.decimal} --yes"
            yield Exceptional(Kind.SURPLUS, code, over, f"got {over} too much", mend)
        elif state is OrderState.PAID and left < total - due:
            gap = Money(total - int(due) - int(left), currency)
            mend = f"boxoffice order pay {code} --method …, or payment forgive {code} --note …"
            yield Exceptional(Kind.SHORT, code, gap, f"is paid, and {gap} is missing", mend)


def _strays(session: ReadSession) -> Iterator[Exceptional]:
    for stray in list_strays(session):
        if stray.is_closed or stray.is_income:
            continue
        what = "refers to no payment of ours"
        mend = f"boxoffice payment disown {stray.provider_id} --note …"
        yield Exceptional(Kind.STRAY, stray.provider_id, stray.paid, what, mend)


def _refunds(session: ReadSession, now: datetime) -> Iterator[Exceptional]:
    """Yield refunds that were refused and not made since, and those that somebody sits on."""
    rows = session.exec(
        select(Refund, Order.code)
        .join(Order, col(Order.id) == Refund.order_id)
        .where(col(Refund.state).in_([RefundState.REQUESTED, RefundState.SENT, RefundState.FAILED]))
        .order_by(col(Refund.created_at), col(Refund.id))
    ).all()
    for row, code in rows:
        money = Money(row.amount_minor, row.currency)
        if row.state is RefundState.FAILED:
            if row.outside_key is None and not _was_made_since(session, row):
                what = f"the gateway refused to give {money} back: {row.refusal or 'no reason'}"
                mend = f"boxoffice order refund {code} --amount {money.decimal} --proof … --yes"
                yield Exceptional(Kind.REFUND_FAILED, code, money, what, mend)
        elif row.waits_for or row.created_at + REFUND_PATIENCE < now:
            what = f"{money} is {row.state}, and waits for {row.waits_for or 'the gateway'}"
            mend = row.page_url or "approve it in the gateway's own app"
            if row.state is RefundState.REQUESTED:
                mend = "boxoffice job retry --all-failed"
            yield Exceptional(Kind.REFUND_STUCK, code, money, what, mend)


def _was_made_since(session: ReadSession, failed: Refund) -> bool:
    """Say whether as much, or more, was given back of the same order after a refund failed."""
    payment = session.get_one(Payment, failed.payment_id)
    if payment.state in {PaymentState.REFUNDED, PaymentState.CHARGED_BACK}:
        return True
    made = session.exec(
        select(Refund.id).where(
            Refund.order_id == failed.order_id,
            col(Refund.state).in_(_LIVE),
            col(Refund.created_at) >= failed.created_at,
            col(Refund.amount_minor) >= failed.amount_minor,
        )
    ).first()
    return made is not None


def _late(session: ReadSession, now: datetime) -> Iterator[Exceptional]:
    """Yield letters that nobody reads, and jobs about money that have given up."""
    nothing = Money(0)
    for letter in session.exec(
        select(Letter)
        .where(col(Letter.read_at).is_(None), col(Letter.received_at) < now - LETTER_PATIENCE)
        .order_by(col(Letter.received_at))
        .limit(_EXCEPTIONS_MAX)
    ):
        mend = f"boxoffice webhook replay {letter.id}"
        yield Exceptional(Kind.LETTER, str(letter.id), nothing, "nobody has read it", mend)
    for job in session.exec(
        select(Job)
        .where(Job.queue == Queue.MONEY, col(Job.state).in_([JobState.FAILED, JobState.DEAD]))
        .order_by(col(Job.created_at))
        .limit(_EXCEPTIONS_MAX)
    ):
        what = f"{job.kind} is {job.state}: {job.last_error or ''}"
        yield Exceptional(Kind.JOB, str(job.id), nothing, what, f"boxoffice job retry {job.id}")
