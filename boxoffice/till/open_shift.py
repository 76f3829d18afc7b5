"""Open a clerk's till: a shift begins with a float."""

from datetime import datetime

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, Refused
from boxoffice.ids import new_code, new_id
from boxoffice.inserts import insert_once
from boxoffice.money import Money
from boxoffice.staff.rules import Actor, Permission
from boxoffice.till.models import Shift
from boxoffice.till.queries import ShiftView, open_shift_of, shift_view
from boxoffice.till.rules import DRAWER_MINOR_MAX


def open_shift(session: WriteSession, actor: Actor, *, start: Money, now: datetime) -> ShiftView:
    """Open the actor's till with `start` in its drawer.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the float is more than a drawer holds.
        Refused: the actor's till is open already (`till.open`).
    """
    actor.must(Permission.SELL)
    if start.minor > DRAWER_MINOR_MAX:
        raise BadValue("the float", f"of {start} is more than a drawer holds.")
    shift = Shift(
        id=new_id(),
        code=new_code(),
        clerk=actor.name,
        currency=start.currency,
        float_minor=start.minor,
        opened_at=now,
    )
    # Race: one clerk opens twice at once, or two shifts draw one code. The database keeps the
    # first.
    while not insert_once(session, shift):
        there = open_shift_of(session, actor.name)
        if there is not None:
            raise Refused(
                f"{actor.name}'s till is open already: shift {there.code}.",
                hint="close it first: boxoffice till close --counted AMOUNT",
                code="till.open",
                shift=there.code,
            )
        shift.code = new_code()
    record(session, actor, "till.open", "shift", shift.id, now=now, float_minor=start.minor)
    session.flush()
    return shift_view(session, shift.code)
