"""Book what the gateway says of money that goes back, and what that leaves of the order's."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlmodel import col, func, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.orders.change import locked_order
from boxoffice.orders.money_back import money_stays, money_went
from boxoffice.orders.tickets import standing
from boxoffice.outbox.jobs import TellRefund
from boxoffice.outbox.promise import promise
from boxoffice.payments.given import gathered
from boxoffice.payments.models import Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Charge, GivenBack, GivenBackState
from boxoffice.staff.rules import Actor
from boxoffice.tickets.models import Ticket

REST = "rest"  # the key of a refund that the gateway tells of without listing it
_GOING = frozenset({RefundState.REQUESTED, RefundState.SENT})
_GONE = frozenset({RefundState.DONE, RefundState.BY_HAND})
_MEANING = {
    GivenBackState.PENDING: RefundState.SENT,
    GivenBackState.OTHER: RefundState.SENT,  # only `DONE` is money that went back
    GivenBackState.DONE: RefundState.DONE,
    GivenBackState.CANCELLED: RefundState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Sums:
    """The money of one order, in minor units, over all of its payments."""

    paid: int
    refunded: int  # decided, not yet all done
    gone: int  # of it, what has really gone, or will because we decided so

    @property
    def left(self) -> int:
        """What the order has, when all that was decided is done."""
        return self.paid - self.refunded


def sums_of(session: ReadSession, order_id: UUID) -> Sums:
    """Add up what came in for an order and what goes back."""
    paid, refunded = session.exec(
        select(func.sum(Payment.paid_minor), func.sum(Payment.refunded_minor)).where(
            Payment.order_id == order_id
        )
    ).one()
    pending = session.exec(
        select(func.sum(Refund.amount_minor)).where(
            Refund.order_id == order_id,
            Refund.state == RefundState.SENT,
            col(Refund.outside_key).is_not(None),
        )
    ).one()
    refunded = int(refunded or 0)  # PostgreSQL sums to Decimal
    return Sums(int(paid or 0), refunded, refunded - int(pending or 0))


def book_refunds(
    session: WriteSession, actor: Actor, payment: Payment, charge: Charge, *, now: datetime
) -> None:
    """Bring the refunds of a payment that is held to what `charge` says. Twice is once."""
    rows = list(
        session.exec(
            select(Refund)
            .where(Refund.payment_id == payment.id)
            .order_by(col(Refund.created_at), col(Refund.id))
            .execution_options(populate_existing=True)
        )
    )
    before = {row.id: row.state for row in rows}
    told = _matched(session, payment, rows, charge.refunds, now=now)
    for row in rows:  # the gateway does not list it: it is what is left of a gap, or was denied
        if row.outside_key == REST and row.id not in told and row.state is RefundState.SENT:
            row.state = RefundState.FAILED
    if payment.state is PaymentState.REFUNDED:
        _close_gap(session, payment, rows, RefundState.DONE, now=now)
    elif payment.state is PaymentState.REFUNDING:
        _close_gap(session, payment, rows, RefundState.SENT, now=now)
    _cap(payment, rows)
    session.flush()
    for row in rows:
        if before.get(row.id) is not row.state:
            facts = {"refund": str(row.id), "amount_minor": row.amount_minor}
            facts["is_outside"] = row.outside_key is not None
            record(session, actor, f"refund.{row.state}", "order", row.order_id, now=now, **facts)
            if row.state is RefundState.DONE:
                promise(session, TellRefund(row.id), now=now)
    _move_order(session, actor, payment, rows, before, now=now)


def refuse(session: WriteSession, actor: Actor, refund: Refund, why: str, *, now: datetime) -> None:
    """Write down the gateway's definite no to a refund: its money is the order's again."""
    if refund.state not in _GOING:
        return
    payment = session.get_one(Payment, refund.payment_id)
    rows = list(session.exec(select(Refund).where(Refund.payment_id == payment.id)))
    before = {row.id: row.state for row in rows}
    refund.state, refund.refusal = RefundState.FAILED, why
    _cap(payment, rows)
    session.flush()
    facts = {"refund": str(refund.id), "amount_minor": refund.amount_minor}
    record(session, actor, "refund.failed", "order", refund.order_id, now=now, **facts)
    _move_order(session, actor, payment, rows, before, now=now)


def take_back(
    session: WriteSession, payment: Payment, reason: str, *, now: datetime
) -> Refund | None:
    """Write down that all that is left of a payment was taken from us; `None` if nothing is."""
    rows = list(session.exec(select(Refund).where(Refund.payment_id == payment.id)))
    for row in rows:
        if row.state in _GOING:
            row.state = RefundState.FAILED  # there is nothing left that could go
    gap = payment.paid_minor - _sum(rows, _GONE)
    if gap <= 0:
        return None
    taken = _outside(payment, reason, gap, RefundState.DONE, reason=reason, now=now)
    session.add(taken)
    _cap(payment, [*rows, taken])
    session.flush()
    return taken


def _matched(
    session: WriteSession,
    payment: Payment,
    rows: list[Refund],
    entries: Iterable[GivenBack],
    *,
    now: datetime,
) -> set[UUID]:
    """Find the row of each refund that the gateway lists, or make it; return their ids."""
    told: set[UUID] = set()
    seen = Counter[str]()
    for entry in gathered(entries):
        if entry.amount.minor <= 0:
            continue
        name = f"{entry.made_at}/{entry.amount.minor}"
        seen[name] += 1
        key = f"{name}/{seen[name]}"[:120]
        row = next((row for row in rows if str(row.id) in entry.description), None)
        row = row or next((row for row in rows if row.outside_key == key), None)
        row = row or _adopted(payment, rows, entry, told)
        state = _MEANING[entry.state]
        if row is not None and row.outside_key is None and entry.amount.minor < row.amount_minor:
            told.add(row.id)  # of a plan: its other parts are still to be asked
            continue
        if row is None:
            if state is RefundState.FAILED:
                continue
            row = _outside(
                payment, key, entry.amount.minor, state, reason="made at the gateway", now=now
            )
            session.add(row)
            rows.append(row)
        told.add(row.id)
        _bring(row, state, entry, now=now)
    return told


def _adopted(
    payment: Payment, rows: Sequence[Refund], entry: GivenBack, told: set[UUID]
) -> Refund | None:
    """Return the row that an entry without our name must be.

    Either the gateway told of it before, or somebody made by hand there what we had asked for,
    and nothing is left for another.
    """
    same = [row for row in rows if row.amount_minor == entry.amount.minor and row.id not in told]
    for row in same:
        if row.outside_key == REST and row.state is not RefundState.FAILED:
            return row
    is_spent = payment.paid_minor - _sum(rows, _GOING | _GONE) < entry.amount.minor
    return next((row for row in same if is_spent and row.state in _GOING), None)


def _bring(row: Refund, state: RefundState, entry: GivenBack, *, now: datetime) -> None:
    """Bring one row to what the gateway says of it. What is done stays done."""
    row.waits_for = "" if state is not RefundState.SENT else entry.waits_for[:120]
    if row.state in _GONE or (row.state is RefundState.FAILED and state is RefundState.SENT):
        return
    row.state = state
    row.sent_at = row.sent_at or now
    if state is RefundState.DONE:
        row.done_at = row.done_at or now


def _close_gap(
    session: WriteSession, payment: Payment, rows: list[Refund], to: RefundState, *, now: datetime
) -> None:
    """Write down what the gateway's word for the whole payment tells, and its list does not."""
    if to is RefundState.DONE:
        for row in rows:
            gap = payment.paid_minor - _sum(rows, _GONE)
            if row.state in _GOING and row.amount_minor <= gap:
                row.state, row.done_at, row.waits_for = RefundState.DONE, now, ""
    gap = payment.paid_minor - _sum(rows, _GONE | _GOING)
    if gap <= 0:
        return
    denied = next((row for row in rows if row.outside_key == REST), None)
    if denied is not None:  # it was told of before, and denied: now it goes after all
        denied.state, denied.amount_minor = to, gap
        denied.done_at = now if to is RefundState.DONE else None
        return
    row = _outside(payment, REST, gap, to, reason="made at the gateway", now=now)
    session.add(row)
    rows.append(row)


def _outside(
    payment: Payment, key: str, minor: int, state: RefundState, *, reason: str, now: datetime
) -> Refund:
    return Refund(
        id=uuid5(NAMESPACE_OID, f"boxoffice-outside:{payment.id}:{key}"),
        payment_id=payment.id,
        order_id=payment.order_id,
        amount_minor=minor,
        currency=payment.currency,
        state=state,
        reason=reason,
        outside_key=key,
        created_at=now,
        sent_at=now,
        done_at=now if state is RefundState.DONE else None,
    )


def _cap(payment: Payment, rows: Iterable[Refund]) -> None:
    """Write into the payment what its refunds add up to, never more than came in."""
    payment.refunded_minor = min(payment.paid_minor, _sum(rows, _GOING | _GONE))


def _sum(rows: Iterable[Refund], states: frozenset[RefundState]) -> int:
    return sum(row.amount_minor for row in rows if row.state in states)


def _move_order(
    session: WriteSession,
    actor: Actor,
    payment: Payment,
    rows: Sequence[Refund],
    before: dict[UUID, RefundState],
    *,
    now: datetime,
) -> None:
    """Bring the order to what its money is now. What we asked for has moved it already."""
    new = [row for row in rows if before.get(row.id) is not row.state]
    order_id = payment.order_id
    sums = sums_of(session, order_id)
    if any(row.state is RefundState.DONE and row.outside_key for row in new):
        left = sums.paid - sums.gone
        if left < locked_order(session, order_id).total_minor:
            money_went(session, actor, order_id, is_over=left <= 0, now=now)
    if any(row.state is RefundState.FAILED and row.outside_key is None for row in new):
        is_whole = sums.refunded == 0 and standing(session, order_id) == _tickets(session, order_id)
        money_stays(session, actor, order_id, is_whole=is_whole, now=now)


def _tickets(session: ReadSession, order_id: UUID) -> int:
    counted = select(func.count(col(Ticket.id))).where(Ticket.order_id == order_id)
    return session.exec(counted).one()
