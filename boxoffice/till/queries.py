"""Questions about shifts: answered as plain values."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.errors import NotFound, Refused
from boxoffice.money import Money
from boxoffice.till.models import EntryKind, Shift, TillEntry
from boxoffice.till.rules import Drawer, Passed, drawer_of


@dataclass(frozen=True, slots=True)
class DropView:
    """Cash that was taken to the safe."""

    at: datetime
    amount: Money
    note: str


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A shift as people and programs see it. `counted` is `None` while it is open."""

    code: str
    clerk: str
    opened_at: datetime
    closed_at: datetime | None
    drawer: Drawer
    passed: tuple[Passed, ...]  # by kind and method
    drops: tuple[DropView, ...]
    counted: Money | None
    note: str

    @property
    def expected(self) -> Money:
        """What must be in the drawer."""
        return self.drawer.cash

    @property
    def difference(self) -> Money | None:
        """What was counted less what was expected: negative when cash is missing."""
        return None if self.counted is None else self.counted - self.expected


def open_shift_of(session: ReadSession, clerk: str) -> Shift | None:
    """Return the row of a clerk's open shift, or `None`."""
    return session.exec(
        select(Shift).where(Shift.clerk == clerk, col(Shift.closed_at).is_(None))
    ).first()


def till_closed(clerk: str) -> Refused:
    """Return the refusal for who has no open shift."""
    return Refused(
        f"{clerk} has no open till.",
        hint="open it with its float: boxoffice till open --float 200",
        code="till.closed",
        clerk=clerk,
    )


def open_shift_view(session: ReadSession, clerk: str) -> ShiftView:
    """Return a clerk's open shift as it stands.

    Raises:
        Refused: there is none (`till.closed`).
    """
    shift = open_shift_of(session, clerk)
    if shift is None:
        raise till_closed(clerk)
    return view_of(session, shift)


def last_shift_view(session: ReadSession, clerk: str) -> ShiftView:
    """Return a clerk's open shift, or else the one closed last.

    Raises:
        NotFound: this clerk never had one.
    """
    shift = session.exec(
        select(Shift)
        .where(Shift.clerk == clerk)
        .order_by(
            col(Shift.closed_at).is_not(None),
            col(Shift.opened_at).desc(),
            col(Shift.id).desc(),
        )
        .limit(1)
    ).first()
    if shift is None:
        raise NotFound(
            "shift", f"of {clerk}", hint="open the first: boxoffice till open --float 200"
        )
    return view_of(session, shift)


def shift_view(session: ReadSession, code: str) -> ShiftView:
    """Return a shift by its code. Case does not matter.

    Raises:
        NotFound: there is no such shift.
    """
    tidy = code.strip().upper()
    # PostgreSQL refuses to look for what holds a NUL, and neither database takes half a character.
    is_code = tidy.isalnum()
    shift = session.exec(select(Shift).where(Shift.code == tidy)).first() if is_code else None
    if shift is None:
        raise NotFound("shift", tidy[:20], hint="see your last one: boxoffice till report")
    return view_of(session, shift)


def view_of(session: ReadSession, shift: Shift) -> ShiftView:
    """Return the shift of a row, with its entries added up."""
    passed = passed_in(session, shift)
    drops = session.exec(
        select(TillEntry)
        .where(TillEntry.shift_id == shift.id, TillEntry.kind == EntryKind.DROP)
        .order_by(col(TillEntry.at), col(TillEntry.id))
    ).all()
    counted = shift.counted_minor
    return ShiftView(
        code=shift.code,
        clerk=shift.clerk,
        opened_at=shift.opened_at,
        closed_at=shift.closed_at,
        drawer=drawer_of(float_of(shift), passed),
        passed=tuple(passed),
        drops=tuple(
            DropView(drop.at, Money(drop.amount_minor, shift.currency), drop.note) for drop in drops
        ),
        counted=None if counted is None else Money(counted, shift.currency),
        note=shift.note,
    )


def passed_in(session: ReadSession, shift: Shift) -> list[Passed]:
    """Return what passed the till in a shift: sales first, then refunds, then drops."""
    groups = session.exec(
        select(TillEntry.kind, TillEntry.method, func.count(), func.sum(TillEntry.amount_minor))
        .where(TillEntry.shift_id == shift.id)
        .group_by(col(TillEntry.kind), col(TillEntry.method))
    ).all()
    turns = list(EntryKind)
    # PostgreSQL adds whole numbers up to a decimal.
    found = [
        Passed(EntryKind(kind), method, Money(int(total), shift.currency), count)
        for kind, method, count, total in groups
    ]
    return sorted(found, key=lambda one: (turns.index(one.kind), one.method))


def float_of(shift: Shift) -> Money:
    """Return what the drawer began with."""
    return Money(shift.float_minor, shift.currency)
