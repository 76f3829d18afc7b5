"""Record money that passes a till. Entries are added, never changed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, Refused
from boxoffice.ids import new_id
from boxoffice.money import Money
from boxoffice.staff.rules import Actor, Permission
from boxoffice.till.models import EntryKind, Shift, TillEntry
from boxoffice.till.queries import ShiftView, float_of, passed_in, till_closed, view_of
from boxoffice.till.rules import CASH, drawer_of, must_have_shift


def record_sale(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    method: str,
    amount: Money,
    *,
    now: datetime,
) -> bool:
    """Record what a sale brought in the seller's open shift, and say whether it was recorded.

    Raises:
        Refused: a clerk has no open till (`till.closed`), or it holds another currency.
    """
    shift = _shift_for(session, actor, alone=False)
    if shift is None or amount.minor == 0:
        return False
    _add(session, shift, EntryKind.SALE, method, amount, order_id=order_id, now=now)
    return True


def record_refund(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    method: str,
    amount: Money,
    *,
    now: datetime,
) -> bool:
    """Record what somebody gave back, in the open shift of who gave it.

    Raises:
        Refused: a clerk has no open till (`till.closed`), it holds another currency, or less cash
            than goes back (`till.short`).
    """
    shift = _shift_for(session, actor, alone=True)
    if shift is None or amount.minor == 0:
        return False
    _add(session, shift, EntryKind.REFUND, method, amount, order_id=order_id, now=now)
    return True


def drop(
    session: WriteSession, actor: Actor, *, amount: Money, note: str, now: datetime
) -> ShiftView:
    """Record that cash was taken from the actor's drawer to the safe.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: nothing was taken.
        Refused: the actor has no open till (`till.closed`), it holds another currency, or less
            cash than was taken (`till.short`).
    """
    actor.must(Permission.SELL)
    if amount.minor <= 0:
        raise BadValue("the drop", "must be more than nothing.")
    shift = locked_shift(session, actor.name, alone=True)
    if shift is None:
        raise till_closed(actor.name)
    _add(session, shift, EntryKind.DROP, CASH, amount, now=now, note=note)
    record(session, actor, "till.drop", "shift", shift.id, now=now, amount_minor=amount.minor)
    session.flush()
    return view_of(session, shift)


def locked_shift(session: WriteSession, clerk: str, *, alone: bool) -> Shift | None:
    """Return a clerk's open shift, held open until this transaction ends.

    `alone` keeps every other entry waiting: for who reads the sum and then acts on it.
    """
    # Race: a sale while its till is closed or emptied. Sales share the row; a close, a drop and
    # a refund have it alone, and so add up every entry there will be. SQLite has one writer.
    return session.exec(
        select(Shift)
        .where(Shift.clerk == clerk, col(Shift.closed_at).is_(None))
        .with_for_update(read=not alone)
        .execution_options(populate_existing=True)
    ).first()


def _shift_for(session: WriteSession, actor: Actor, *, alone: bool) -> Shift | None:
    shift = locked_shift(session, actor.name, alone=alone)
    if shift is None and must_have_shift(actor.role):
        raise till_closed(actor.name)
    return shift


def _add(
    session: WriteSession,
    shift: Shift,
    kind: EntryKind,
    method: str,
    amount: Money,
    *,
    now: datetime,
    order_id: UUID | None = None,
    note: str = "",
) -> None:
    if amount.currency != shift.currency:
        raise Refused(
            f"the till of {shift.clerk} holds {shift.currency}, not {amount.currency}.",
            code="till.currency",
            shift=shift.code,
        )
    if kind is not EntryKind.SALE and method == CASH:
        cash = drawer_of(float_of(shift), passed_in(session, shift)).cash
        if amount.minor > cash.minor:
            raise Refused(
                f"the drawer of {shift.clerk} holds {cash}, less than {amount}.",
                hint="see what passed it: boxoffice till status",
                code="till.short",
                cash_minor=cash.minor,
            )
    session.add(
        TillEntry(
            id=new_id(),
            shift_id=shift.id,
            kind=kind,
            method=method,
            amount_minor=amount.minor,
            order_id=order_id,
            at=now,
            note=note,
        )
    )
