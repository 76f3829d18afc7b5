"""Rings that wake a worker for several jobs: each is done once, and none holds up another."""

import json
from base64 import b64encode
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from boxoffice.db import changed
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets, ExpireCampaign, Promise, SendCourtesy
from boxoffice.outbox.messages import Message
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.outbox.promise import promise
from tasks.bell import CeleryBell, redis_of
from tasks.claims import claim, give_back
from tasks.dispatch import TOGETHER_MAX, Dispatcher, Ring
from tasks.relay import rescue, run_rung
from tests.making import Clock, a_sale, a_tier, an_event, an_office, rows
from tests.services.redis import redis
from tests.tasks.ringing import Rung, has_worker
from tests.tasks.working import Carrier, the_job

PATIENCE_SECONDS = 60.0
LEASE = timedelta(seconds=DeliverTickets.lease_seconds)


def mails(office: BoxOffice, count: int) -> list[UUID]:
    """Sell so many times; return the jobs that mail the tickets, in turn."""
    an_event(office, a_tier(quota=count))
    return [the_job(office, DeliverTickets(a_sale(office).id)).id for _ in range(count)]


def promised(office: BoxOffice, jobs: Sequence[Promise]) -> None:
    """Promise jobs that nobody is going to run."""
    with office.writing() as session:
        for job in jobs:
            promise(session, job, now=office.now())


def heard(office: BoxOffice, job_ids: Sequence[UUID]) -> None:
    """Hear a ring, on a machine that may be slow."""
    run_rung(office, job_ids, seconds_max=PATIENCE_SECONDS)


def messages_of(office: BoxOffice, job_ids: Sequence[UUID]) -> list[str]:
    """Return the messages of jobs, in turn."""
    found = {message.job_id: str(message.id) for message in rows(office, Message)}
    return [found[job_id] for job_id in job_ids]


def rung(office: BoxOffice) -> list[Ring]:
    """Tick once while a worker lives, and return the rings."""
    has_worker(office)
    bell = Rung()
    Dispatcher(office, bell, schedules=()).tick()
    return bell.rings


def sizes(rings: Sequence[Ring]) -> list[int]:
    """Return for how many jobs each ring wakes a worker, the most first."""
    return sorted((len(ring.job_ids) for ring in rings), reverse=True)


def told(office: BoxOffice) -> set[tuple[JobState, int]]:
    """Return in which states jobs are, each with how often they were tried."""
    return {(job.state, job.attempts) for job in rows(office, Job)}


def test_a_burst_is_rung_for_with_few_rings(office: BoxOffice) -> None:
    promised(office, [DeliverTickets(new_id()) for _ in range(200)])

    assert sizes(rung(office)) == [TOGETHER_MAX] * 10


def test_a_few_jobs_are_shared_out_among_many_hands(office: BoxOffice) -> None:
    promised(office, [DeliverTickets(new_id()) for _ in range(9)])

    assert sizes(rung(office)) == [2, 2, 2, 2, 1]


def test_jobs_of_one_kind_share_a_ring_and_others_do_not(office: BoxOffice) -> None:
    promised(office, [DeliverTickets(new_id()) for _ in range(16)])
    promised(office, [SendCourtesy(new_id()) for _ in range(16)])

    rings = rung(office)

    kinds = {job.id: job.kind for job in rows(office, Job)}
    assert sizes(rings) == [2] * 16
    assert all(len({kinds[job_id] for job_id in ring.job_ids}) == 1 for ring in rings)


def test_jobs_that_may_take_minutes_ring_alone(office: BoxOffice) -> None:
    promised(office, [ExpireCampaign(new_id()) for _ in range(20)])

    assert sizes(rung(office)) == [1] * 20


def test_who_was_tried_before_rings_alone(office: BoxOffice) -> None:
    promised(office, [DeliverTickets(new_id()) for _ in range(20)])
    with office.writing() as session:
        changed(session, update(Job).values(attempts=1))

    assert sizes(rung(office)) == [1] * 20


def test_a_full_queue_does_not_hold_up_a_more_urgent_one(office: BoxOffice) -> None:
    promised(office, [SendCourtesy(new_id()) for _ in range(1_100)])
    first = rung(office)
    promised(office, [DeliverTickets(new_id()), SendCourtesy(new_id())])

    second = rung(office)

    assert sum(sizes(first)) == 1_000
    assert [ring.queue for ring in second] == [Queue.MAIL]


def test_a_ring_has_its_jobs_done_in_turn(office: BoxOffice) -> None:
    job_ids = mails(office, 4)
    office.mailer = carrier = Carrier()

    heard(office, job_ids)

    assert told(office) == {(JobState.DONE, 1)}
    assert [mail.message_id for mail in carrier.sent] == messages_of(office, job_ids)


def test_a_ring_of_slow_jobs_gives_back_those_it_did_not_begin(office: BoxOffice) -> None:
    job_ids = mails(office, 3)

    run_rung(office, job_ids, seconds_max=0)

    found = {job.id: (job.state, job.attempts, job.lease_until) for job in rows(office, Job)}
    assert [found[job_id] for job_id in job_ids] == [
        (JobState.DONE, 1, None),
        (JobState.WAITING, 0, None),
        (JobState.WAITING, 0, None),
    ]
    assert sizes(rung(office)) == [1, 1]


def test_a_mistake_in_one_job_of_a_ring_does_not_stop_the_others(office: BoxOffice) -> None:
    job_ids = mails(office, 3)
    turns = iter([None, RuntimeError("a mistake of ours"), None])

    def stumble() -> None:
        if (trouble := next(turns)) is not None:
            raise trouble

    office.mailer = Carrier(stumble)

    heard(office, job_ids)

    states = {job.id: job.state for job in rows(office, Job)}
    done, waits = JobState.DONE, JobState.WAITING
    assert [states[job_id] for job_id in job_ids] == [done, waits, done]


def test_a_job_that_kills_its_worker_takes_its_neighbours_along_once(
    office: BoxOffice, clock: Clock
) -> None:
    job_ids = mails(office, 3)

    def die() -> None:
        raise SystemExit("killed")

    office.mailer = Carrier(die)
    with pytest.raises(SystemExit):
        heard(office, job_ids)
    clock.moment += LEASE + timedelta(seconds=1)
    assert rescue(office) == 3

    again = rung(office)
    office.mailer = Carrier()
    for ring in again:
        heard(office, ring.job_ids)

    assert sizes(again) == [1, 1, 1]
    assert told(office) == {(JobState.DONE, 2)}


def test_what_another_worker_has_by_now_is_not_given_back(office: BoxOffice, clock: Clock) -> None:
    job_ids = mails(office, 2)
    slow = claim(office, job_ids)
    clock.moment += LEASE + timedelta(seconds=1)
    rescue(office)
    claim(office, job_ids)

    give_back(office, [held for _, held in slow])

    assert told(office) == {(JobState.RUNNING, 2)}


def test_two_who_hear_the_same_ring_have_no_job_in_common(office: BoxOffice) -> None:
    job_ids = mails(office, 3)

    first = claim(office, job_ids[:2])
    second = claim(office, job_ids)

    assert [held.job_id for _, held in first] == job_ids[:2]
    assert [held.job_id for _, held in second] == job_ids[2:]


def test_jobs_of_a_kind_that_we_do_not_know_are_left_to_a_newer_program(office: BoxOffice) -> None:
    job_ids = mails(office, 2)
    with office.writing() as session:
        later = update(Job).where(col(Job.id) == job_ids[0]).values(kind="order.dance")
        changed(session, later)

    heard(office, job_ids)

    states = {job.id: job.state for job in rows(office, Job)}
    assert [states[job_id] for job_id in job_ids] == [JobState.WAITING, JobState.DONE]


def test_the_bell_tells_whose_rings_lie_unheard(office: BoxOffice) -> None:
    settings = office.settings
    mail, bulk = [new_id(), new_id(), new_id()], new_id()
    junk = [b"", b"[]", b"{}", b'{"body": 7}', json.dumps({"body": _body([["x"]])}).encode()]
    with redis() as port:
        url = f"redis://127.0.0.1:{port}/0"
        rings = an_office(settings.database_url, settings.home, Clock(), redis_url=url)
        with closing(rings), closing(CeleryBell(rings.settings)) as bell:
            bell.ring(Ring(tuple(mail[:2]), Queue.MAIL, 30))
            bell.ring(Ring((mail[2],), Queue.MAIL, 30))
            bell.ring(Ring((bulk,), Queue.BULK, 30))
            with closing(redis_of(rings.settings)) as line:
                line.lpush("box.boxoffice:box.boxoffice.mail", *junk)
            lying = {queue: bell.unheard(queue) for queue in Queue}
            count = bell.count_of(Queue.MAIL)

    assert lying == {Queue.DOOR: set(), Queue.MONEY: set(), Queue.MAIL: {*mail}, Queue.BULK: {bulk}}
    assert count == 2 + len(junk)


def _body(content: object) -> str:
    return b64encode(json.dumps(content).encode()).decode()
