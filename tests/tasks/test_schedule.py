"""Schedules: each slot is made once, by whoever ticks, and missed ones as their rule says."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.models import Job, Slot
from tasks.reconciling import REQUESTS_MAX
from tasks.relay import run_until_empty
from tasks.schedule import SCHEDULES, CatchUp, Schedule, Slots
from tests.making import Clock, an_event, an_office, an_order, rows, state_of

LISBON = ZoneInfo("Europe/Lisbon")  # it still changes its clocks
MINUTE = timedelta(minutes=1)


class Made:
    """What a schedule promised, by slot."""

    def __init__(self) -> None:
        self.slots: list[datetime] = []

    def __call__(self, session: Session, slot: datetime, now: datetime) -> None:
        """Promise."""
        del session, now
        self.slots.append(slot)


@pytest.fixture
def other(office: BoxOffice, clock: Clock) -> Iterator[BoxOffice]:
    """Another program that ticks."""
    with closing(an_office(office.settings.database_url, office.settings.home, clock)) as made:
        yield made


def at(text: str) -> datetime:
    """Read a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_slot_is_made_once_however_many_tick(office: BoxOffice, other: BoxOffice) -> None:
    made = Made()
    schedules = (Schedule("x", made, every=MINUTE),)

    counts = [Slots(schedules).make_due(each) for each in (office, other, office)]

    assert counts == [1, 0, 0]
    assert len(made.slots) == len(rows(office, Slot)) == 1


def test_the_slot_and_its_promise_are_kept_together(office: BoxOffice) -> None:
    def stumble(_session: Session, _slot: datetime, _now: datetime) -> None:
        raise SystemExit("killed")

    with pytest.raises(SystemExit):
        Slots((Schedule("x", stumble, every=MINUTE),)).make_due(office)

    assert rows(office, Slot) == []


@pytest.mark.parametrize(
    ("rule", "expected"), [(CatchUp.ALL, 3), (CatchUp.LAST, 1), (CatchUp.NONE, 1)]
)
def test_missed_slots_are_made_up_as_the_rule_says(
    office: BoxOffice, clock: Clock, rule: CatchUp, expected: int
) -> None:
    made = Made()
    slots = Slots((Schedule("x", made, every=MINUTE, catch_up=rule),))
    slots.make_due(office)
    made.slots.clear()
    clock.forward(minutes=3)

    slots.make_due(office)
    again = Slots((Schedule("x", made, every=MINUTE, catch_up=rule),)).make_due(office)

    assert (len(made.slots), again) == (expected, 0)
    assert made.slots[-1] == clock.moment


def test_a_late_day_is_left_out_where_nothing_is_made_up(office: BoxOffice, clock: Clock) -> None:
    made = Made()
    schedules = (Schedule("x", made, at=time(3), catch_up=CatchUp.NONE),)
    Slots(schedules).make_due(office)
    clock.forward(days=2)

    Slots(schedules).make_due(office)

    assert made.slots == []


def test_a_new_schedule_by_the_day_waits_for_its_day(office: BoxOffice, clock: Clock) -> None:
    made = Made()
    slots = Slots((Schedule("x", made, at=time(3)),))
    slots.make_due(office)
    first = list(made.slots)
    clock.forward(days=1)

    slots.make_due(office)

    assert first == []
    assert made.slots == [at("2026-11-23T06:00")]


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-01-10T12:00", "2026-01-10T01:30"),
        ("2026-07-10T12:00", "2026-07-10T00:30"),
        ("2026-03-29T12:00", "2026-03-29T01:30"),  # 01:30 is left out there: it comes at 02:30
        ("2026-10-25T12:00", "2026-10-25T00:30"),  # 01:30 comes twice: the first counts
    ],
)
def test_a_day_is_the_zones_own(now: str, slot: str) -> None:
    schedule = Schedule("x", Made(), at=time(1, 30), zone=LISBON)

    assert schedule.last_slot(at(now)) == at(slot)
    assert list(schedule.slots_after(at(slot) - timedelta(hours=20), at(now))) == [at(slot)]


def test_an_order_whose_promise_is_gone_expires_all_the_same(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    order = an_order(office)
    with office.writing() as session:
        for job in rows(office, Job):
            session.delete(session.get_one(Job, job.id))
    clock.forward(minutes=31)

    Slots().make_due(office)
    run_until_empty(office)

    assert state_of(office, order.id) is OrderState.EXPIRED


def test_every_schedule_has_a_name_of_its_own_and_one_rhythm() -> None:
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)
    assert all((each.every is None) != (each.at is None) for each in SCHEDULES)


def test_what_needs_a_gateway_is_promised_only_where_there_is_one(
    office: BoxOffice, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    with closing(an_office(sqlite_url, tmp_path / "other", clock)) as counter:
        without = Slots().make_due(counter)
        names = {row.schedule for row in rows(counter, Slot)}
    Slots().make_due(office)

    needy = {schedule.name for schedule in SCHEDULES if schedule.needs is not None}
    assert needy == {"money.reconcile", "money.reconcile_far", "letters.hooks"}
    assert (without, names & needy) == (len(SCHEDULES) - len(needy), set())
    assert {row.schedule for row in rows(office, Slot)} == {each.name for each in SCHEDULES}
    assert sorted(job.kind for job in rows(office, Job)) == [
        "audit.seal",
        "payment.check_hooks",
        "payment.reconcile",
    ]


def test_a_day_of_reconciling_stays_under_a_third_of_what_the_gateway_lets_us_ask(
    office: BoxOffice, clock: Clock
) -> None:
    slots = Slots()
    for _ in range(12 * 6 + 1):
        slots.make_due(office)
        clock.forward(minutes=10)

    runs = [job for job in rows(office, Job) if job.kind == "payment.reconcile"]
    checks = [job for job in rows(office, Job) if job.kind == "payment.check_hooks"]
    assert 12 * 6 <= len(runs) <= 12 * 6 + 2
    assert len(runs) * REQUESTS_MAX + len(checks) < 25_000 // 3
