"""Close a clerk's till: what was counted stands beside what was expected."""

from datetime import datetime

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, Refused
from boxoffice.money import Money
from boxoffice.staff.rules import Actor, Permission
from boxoffice.till.queries import ShiftView, float_of, passed_in, till_closed, view_of
from boxoffice.till.record import locked_shift
from boxoffice.till.rules import DRAWER_MINOR_MAX, drawer_of


def close_shift(
    session: WriteSession, actor: Actor, *, counted: Money, note: str, now: datetime
) -> ShiftView:
    """Close the actor's till with the cash that was counted. A difference is kept, not refused.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the count is more than a drawer holds.
        Refused: the actor has no open till, or closed it before (`till.closed`), or more is
            expected in it than a drawer holds (`till.full`).
    """
    actor.must(Permission.SELL)
    if counted.minor > DRAWER_MINOR_MAX:
        raise BadValue("the count", f"of {counted} is more than a drawer holds.")
    shift = locked_shift(session, actor.name, alone=True)
    if shift is None:
        raise till_closed(actor.name)
    expected = drawer_of(float_of(shift), passed_in(session, shift)).cash
    if expected.minor > DRAWER_MINOR_MAX:
        raise Refused(
            f"{expected} are expected in the drawer, more than it can hold.",
            hint="record what went to the safe: boxoffice till drop AMOUNT",
            code="till.full",
            expected_minor=expected.minor,
        )
    shift.closed_at = now
    shift.counted_minor = counted.minor
    shift.expected_minor = expected.minor
    shift.note = note
    session.add(shift)
    record(
        session,
        actor,
        "till.close",
        "shift",
        shift.id,
        now=now,
        expected_minor=expected.minor,
        counted_minor=counted.minor,
    )
    session.flush()
    return view_of(session, shift)
