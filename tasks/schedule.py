"""What is promised by the clock: schedules, their slots, and what happens to missed ones.

A schedule only promises: its work is a job like any other. A slot is a row with a unique key, kept
in one transaction with what it promises, so it makes no difference how many programs tick.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select

from boxoffice.audit.seal import promise_seal
from boxoffice.db import WriteSession, changed
from boxoffice.inserts import insert_values_once
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CheckHooks, ExpireOrder, ReadLetter, Reconcile
from boxoffice.outbox.models import Slot
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Letter
from boxoffice.privacy.retention import promise_retention
from tasks.exports import promise_due

_ZONE = ZoneInfo("America/Sao_Paulo")
_GATEWAY = "asaas_api_key"
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_MADE_UP_MAX = 100  # slots that are made up at once; the rest follow with the next tick
_SWEEP_MAX = 500  # promises one slot makes; the rest follow with the next slot
_SLOTS_KEPT = timedelta(days=7)


class CatchUp(StrEnum):
    """What becomes of slots that nobody made due, because nobody ticked."""

    NONE = "none"  # they are left out
    LAST = "last"  # the latest one is made up
    ALL = "all"  # each of them is made up


@dataclass(frozen=True)
class Schedule:
    """A promise that is made again and again: every so often, or each day at a local time."""

    name: str
    promises: Callable[[WriteSession, datetime, datetime], None]  # session, slot, now
    every: timedelta | None = None
    at: time | None = None  # in `zone`; an hour that a clock change repeats counts once
    zone: ZoneInfo = _ZONE
    catch_up: CatchUp = CatchUp.LAST
    needs: str | None = None  # a setting without which there is nothing to do

    def last_slot(self, now: datetime) -> datetime:
        """Return the latest slot that is not after `now`."""
        if self.every is not None:
            return now - (now - _EPOCH) % self.every
        today = self._on(now, 0)
        return today if today <= now else self._on(now, -1)

    def slots_after(self, last: datetime, now: datetime) -> Iterator[datetime]:
        """Go through the slots after `last` that are not after `now`, the oldest first."""
        if self.every is not None:
            first = last + self.every - (last - _EPOCH) % self.every
            count = (now - first) // self.every + 1
            yield from (first + number * self.every for number in range(max(count, 0)))
            return
        days = 0
        while (slot := self._on(last, days)) <= now:
            if slot > last:
                yield slot
            days += 1

    def _on(self, moment: datetime, days: int) -> datetime:
        """Return the slot of the local day of `moment`, or of `days` later.

        A time that a clock change leaves out comes as much later as the clock was put on.
        """
        assert self.at is not None, "a schedule is by interval or by time of day"
        day = moment.astimezone(self.zone).date() + timedelta(days=days)
        return datetime.combine(day, self.at, self.zone).astimezone(UTC)


def _expire_orders(session: WriteSession, _slot: datetime, now: datetime) -> None:
    """Each order promises its own expiry; this finds those whose promise is not there."""
    due = (
        select(Order.id)
        .where(Order.state == OrderState.PLACED, col(Order.expires_at) <= now)
        .limit(_SWEEP_MAX)
    )
    for order_id in session.exec(due).all():
        promise(session, ExpireOrder(order_id), now=now)


def _read_letters(session: WriteSession, _slot: datetime, now: datetime) -> None:
    """Each letter promises its own reading; this finds those whose promise is not there."""
    unread = select(Letter.id).where(col(Letter.read_at).is_(None)).limit(_SWEEP_MAX)
    for letter_id in session.exec(unread).all():
        promise(session, ReadLetter(letter_id), now=now)


def _reconcile(session: WriteSession, slot: datetime, now: datetime) -> None:
    promise(session, Reconcile(slot.isoformat()), now=now)


def _reconcile_far(session: WriteSession, slot: datetime, now: datetime) -> None:
    """The gateway keeps letters that we did not take for 14 days: look one day further back."""
    promise(session, Reconcile(slot.isoformat(), days=15), now=now)


def _check_hooks(session: WriteSession, slot: datetime, now: datetime) -> None:
    promise(session, CheckHooks(slot.isoformat()), now=now)


def _tidy(session: WriteSession, _slot: datetime, now: datetime) -> None:
    changed(session, delete(Slot).where(col(Slot.made_at) < now - _SLOTS_KEPT))


# To add one, write a line: what it promises is a job of boxoffice/outbox/jobs.py.
SCHEDULES = (
    Schedule("orders.expire", _expire_orders, every=timedelta(seconds=30)),
    Schedule("letters.read", _read_letters, every=timedelta(seconds=60)),
    # At most 100 requests in ten minutes, and one in five: of the 25,000 in twelve hours, 7,400.
    Schedule("money.reconcile", _reconcile, every=timedelta(minutes=10), needs=_GATEWAY),
    Schedule("money.reconcile_far", _reconcile_far, at=time(3, 10), needs=_GATEWAY),
    Schedule("letters.hooks", _check_hooks, every=timedelta(minutes=5), needs=_GATEWAY),
    Schedule("audit.seal", promise_seal, every=timedelta(seconds=60)),
    Schedule("privacy.retention", promise_retention, at=time(3, 40)),
    Schedule("slots.tidy", _tidy, at=time(4, 30)),
)


class Slots:
    """Makes slots due. It remembers what was made, so that most ticks ask the database nothing."""

    def __init__(self, schedules: tuple[Schedule, ...] = SCHEDULES) -> None:
        """Begin with nothing remembered."""
        self._schedules = schedules
        self._made: dict[str, datetime] = {}

    def make_due(self, office: BoxOffice) -> int:
        """Make every slot whose time has come, saved exports' too; return how many we made."""
        now = office.now()
        exports = promise_due(office)
        return exports + sum(self._make(office, schedule, now) for schedule in self._schedules)

    def _make(self, office: BoxOffice, schedule: Schedule, now: datetime) -> int:
        latest = schedule.last_slot(now)
        if schedule.needs is not None and office.settings.get(schedule.needs) is None:
            return 0
        if self._made.get(schedule.name, _EPOCH) >= latest:
            return 0
        count = 0
        with office.writing() as session:
            last: datetime | None = session.exec(
                select(Slot.slot_at)
                .where(Slot.schedule == schedule.name)
                .order_by(col(Slot.slot_at).desc())
                .limit(1)
            ).first()
            missed = [] if last is None else list(_missed(schedule, last, now))
            # A schedule that is new here begins with an interval's slot; a day's waits for its day.
            is_new = last is None
            slots = [latest] if is_new else missed
            for slot in slots:
                row = {"schedule": schedule.name, "slot_at": slot, "made_at": now}
                # Race: another program ticks too. Whose row goes in makes the promises.
                if insert_values_once(session, Slot, row):
                    count += 1
                    if not (is_new and schedule.at is not None):
                        schedule.promises(session, slot, now)
        if len(slots) < _MADE_UP_MAX:
            self._made[schedule.name] = latest
        return count


def _missed(schedule: Schedule, last: datetime, now: datetime) -> Iterator[datetime]:
    """Go through the slots to make now: what catching up says of the missed ones."""
    latest = schedule.last_slot(now)
    if latest <= last:
        return
    match schedule.catch_up:
        case CatchUp.ALL:
            yield from islice(schedule.slots_after(last, now), _MADE_UP_MAX)
        case CatchUp.LAST:
            yield latest
        case CatchUp.NONE:
            length = schedule.every or timedelta(days=1)
            is_late = now - latest > min(length, timedelta(minutes=1))
            yield from () if is_late else (latest,)
