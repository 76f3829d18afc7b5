"""The dispatcher: it rings for what is due, and runs it here when nobody would hear."""

from itertools import count
from typing import Any

import pytest

from boxoffice.errors import Misconfigured
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets, OpenCharge
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.sandbox.ledger import Sandbox
from tasks.breaker import OPEN_SECONDS, Breaker
from tasks.dispatch import RING_AGAIN, STALLED, Dispatcher
from tasks.registry import limit_seconds_of
from tasks.relay import Ran, run_one
from tests.making import Clock, a_sale, a_tier, an_event, an_office, an_order, rows, started
from tests.races.clerks import pick, race
from tests.tasks.ringing import Rung, has_worker


def sales(office: BoxOffice, number: int) -> None:
    """Sell so many times; each promises a mail."""
    an_event(office, a_tier(quota=1_000))
    for _ in range(number):
        a_sale(office)


def quiet(office: BoxOffice, *parts: Any) -> Dispatcher:
    """Return a dispatcher to whom the clock says nothing."""
    return Dispatcher(office, *parts, schedules=())


def states(office: BoxOffice) -> list[JobState]:
    """Return the states of all jobs."""
    return sorted(job.state for job in rows(office, Job))


def test_without_a_bell_jobs_run_here(office: BoxOffice) -> None:
    sales(office, 3)

    assert quiet(office).tick() == Ran(done_count=3)


def test_what_is_due_is_rung_for_and_not_run_here(office: BoxOffice) -> None:
    sales(office, 3)
    has_worker(office)
    bell = Rung()

    assert quiet(office, bell).tick() == Ran()

    assert states(office) == [JobState.SENT] * 3
    assert {job_id for ring in bell.rings for job_id in ring.job_ids} == {
        job.id for job in rows(office, Job)
    }
    assert {ring.queue for ring in bell.rings} == {Queue.MAIL}


def test_the_most_urgent_is_rung_for_first(office: BoxOffice, sandbox: Sandbox) -> None:
    del sandbox
    sales(office, 1)
    started(office, an_order(office).id)
    has_worker(office)
    bell = Rung()

    quiet(office, bell).tick()

    assert [ring.queue for ring in bell.rings] == [Queue.MONEY, Queue.MAIL]


def test_who_was_rung_for_is_not_rung_for_again_at_once(office: BoxOffice) -> None:
    sales(office, 2)
    has_worker(office)
    bell = Rung()
    dispatcher = quiet(office, bell)

    for _ in range(3):
        dispatcher.tick()

    assert len(bell.rings) == 2


def test_a_ring_that_was_lost_is_rung_again(office: BoxOffice, clock: Clock) -> None:
    sales(office, 3)
    has_worker(office)
    bell = Rung()
    dispatcher = quiet(office, bell)
    dispatcher.tick()
    bell.lying.clear()
    clock.moment += RING_AGAIN

    dispatcher.tick()

    assert len(bell.rings) == 6


def test_a_ring_that_lies_unheard_is_not_rung_again(office: BoxOffice, clock: Clock) -> None:
    sales(office, 3)
    has_worker(office)
    bell = Rung()
    dispatcher = quiet(office, bell)
    dispatcher.tick()
    clock.moment += RING_AGAIN

    dispatcher.tick()

    assert len(bell.rings) == 3


def test_what_nobody_gets_to_is_worked_here(office: BoxOffice, clock: Clock) -> None:
    sales(office, 3)
    has_worker(office)
    dispatcher = quiet(office, Rung())
    dispatcher.tick()
    clock.moment += STALLED
    has_worker(office)

    assert dispatcher.tick() == Ran(done_count=3)


def test_where_no_worker_lives_jobs_run_here(office: BoxOffice, clock: Clock) -> None:
    sales(office, 2)
    has_worker(office)
    clock.forward(seconds=31)
    bell = Rung()
    dispatcher = quiet(office, bell)

    assert dispatcher.tick() == Ran(done_count=2)
    assert dispatcher.note == "no worker gets to them: jobs run here"
    assert bell.rings == []


def test_who_rings_again_once_a_worker_lives_says_so(office: BoxOffice) -> None:
    sales(office, 1)
    dispatcher = quiet(office, Rung())
    dispatcher.tick()
    has_worker(office)

    dispatcher.tick()

    assert dispatcher.note == "rings workers"


def test_a_silent_bell_opens_the_breaker_and_jobs_run_here(office: BoxOffice) -> None:
    sales(office, 3)
    has_worker(office)
    bell, seconds = Rung(), count()
    bell.works_for = 1
    dispatcher = quiet(office, bell, Breaker(monotonic=lambda: float(next(seconds))))

    assert dispatcher.tick() == Ran(done_count=3)
    assert dispatcher.note.startswith("redis is silent")
    assert len(bell.rings) == 1


def test_once_the_breaker_has_closed_the_bell_is_tried_again(office: BoxOffice) -> None:
    sales(office, 1)
    has_worker(office)
    bell, moment = Rung(), [0.0]
    bell.works_for = 0
    dispatcher = quiet(office, bell, Breaker(monotonic=lambda: moment[0]))
    dispatcher.tick()
    bell.works_for = 10
    a_sale(office)
    early = dispatcher.tick()
    moment[0] += OPEN_SECONDS
    a_sale(office)

    assert dispatcher.tick() == Ran()
    assert early == Ran(done_count=1)
    assert len(bell.rings) == 1


def test_a_job_that_was_rung_for_is_claimed_though_our_clock_is_behind(
    office: BoxOffice, clock: Clock
) -> None:
    sales(office, 1)
    has_worker(office)
    bell = Rung()
    quiet(office, bell).tick()
    clock.forward(seconds=-2)

    assert run_one(office, bell.rings[0].job_ids[0]) is JobState.DONE


def test_two_dispatchers_ring_once_for_each_job(office: BoxOffice) -> None:
    sales(office, 40)
    has_worker(office)

    rung = race(office, 2, pick)

    said = sorted(job_id for each in rung for job_id in each)
    assert said == sorted(str(job.id) for job in rows(office, Job))


def test_a_process_is_killed_before_its_lease_is_over(office: BoxOffice) -> None:
    hasty = an_office(
        office.settings.database_url, office.settings.home, Clock(), job_lease_seconds="4"
    )

    assert limit_seconds_of(office, OpenCharge) == OpenCharge.lease_seconds - 10
    assert limit_seconds_of(office, DeliverTickets) == DeliverTickets.lease_seconds - 10
    assert limit_seconds_of(hasty, OpenCharge) == 3


@pytest.mark.parametrize("text", ["", "0", "soon", "3601", "-1", "1.5"])
def test_a_lease_that_is_no_number_of_seconds_is_refused(office: BoxOffice, text: str) -> None:
    settings = office.settings
    wrong = an_office(settings.database_url, settings.home, Clock(), job_lease_seconds=text)

    with pytest.raises(Misconfigured):
        limit_seconds_of(wrong, OpenCharge)
