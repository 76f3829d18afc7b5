"""The relay: no job is lost, none is done by two, and what cannot be done ends somewhere."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest

from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import KINDS, DeliverTickets, ExpireOrder, OpenCharge, ReadLetter
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.outbox.promise import promise
from boxoffice.sandbox.ledger import Sandbox
from tasks.registry import HANDLERS
from tasks.relay import Ran, rescue, run_due, run_one, run_until_empty
from tests.making import Clock, a_sale, an_event, an_office, an_order, counts, rows, started
from tests.tasks.working import Carrier, again, promised, ran, the_job

LEASE = timedelta(seconds=DeliverTickets.lease_seconds)


@pytest.fixture
def delivery(office: BoxOffice) -> DeliverTickets:
    """The mail of one sale, promised."""
    an_event(office)
    return DeliverTickets(a_sale(office).id)


@pytest.fixture
def other(office: BoxOffice, clock: Clock) -> Iterator[BoxOffice]:
    """Another worker of the same box office."""
    with closing(an_office(office.settings.database_url, office.settings.home, clock)) as made:
        yield made


def killed(office: BoxOffice, job: DeliverTickets) -> None:
    """Run a job whose worker is killed in the middle."""

    def die() -> None:
        raise SystemExit("killed")

    office.mailer = Carrier(die)
    with pytest.raises(SystemExit):
        ran(office, job)


def test_every_kind_of_job_has_its_function() -> None:
    assert set(HANDLERS) == set(KINDS)


def test_a_job_is_done_and_says_so(office: BoxOffice, delivery: DeliverTickets) -> None:
    assert ran(office, delivery) is JobState.DONE

    job = the_job(office, delivery)
    assert (job.state, job.attempts, job.lease_until, job.last_error) == (
        JobState.DONE,
        1,
        None,
        None,
    )
    assert job.finished_at == office.now()


def test_a_job_that_is_done_is_not_run_again(office: BoxOffice, delivery: DeliverTickets) -> None:
    ran(office, delivery)

    assert ran(office, delivery) is None
    assert the_job(office, delivery).attempts == 1


def test_one_fact_is_promised_once_for_ever(office: BoxOffice, delivery: DeliverTickets) -> None:
    ran(office, delivery)

    with office.writing() as session:
        assert not promise(session, delivery, now=office.now())

    assert [job.kind for job in rows(office, Job)] == ["tickets.deliver"]


def test_a_promise_in_a_transaction_that_is_dropped_is_dropped_too(office: BoxOffice) -> None:
    with pytest.raises(SystemExit), office.writing() as session:
        raise SystemExit(promise(session, DeliverTickets(new_id()), now=office.now()))

    assert rows(office, Job) == []


def test_what_is_not_due_waits(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    an_order(office)

    early = run_due(office, limit=10)
    clock.forward(minutes=30)

    assert early == Ran()
    assert run_due(office, limit=10) == Ran(done_count=1)


def test_the_most_urgent_is_done_first(office: BoxOffice, sandbox: Sandbox) -> None:
    del sandbox
    an_event(office)
    delivery = DeliverTickets(a_sale(office).id)
    charge = OpenCharge(started(office, an_order(office).id))

    run_due(office, limit=1)

    assert (delivery.queue, charge.queue) == (Queue.MAIL, Queue.MONEY)
    assert the_job(office, charge).state is JobState.DONE
    assert the_job(office, delivery).state is JobState.WAITING


def test_jobs_run_until_none_is_due(office: BoxOffice) -> None:
    an_event(office)
    for _ in range(5):
        a_sale(office)
    told: list[Ran] = []

    assert run_until_empty(office, on_each=told.append) == Ran(done_count=5)

    assert [each.done_count for each in told] == [1, 2, 3, 4, 5]
    assert run_until_empty(office) == Ran()


def test_a_job_that_one_worker_has_is_left_alone_by_others(
    office: BoxOffice, other: BoxOffice, delivery: DeliverTickets
) -> None:
    tried: list[JobState | None] = []
    job_id = the_job(office, delivery).id
    office.mailer = Carrier(lambda: tried.append(run_one(other, job_id)))

    assert ran(office, delivery) is JobState.DONE

    assert tried == [None]
    assert the_job(office, delivery).attempts == 1


def test_a_lease_that_has_not_run_out_is_respected(
    office: BoxOffice, clock: Clock, delivery: DeliverTickets
) -> None:
    killed(office, delivery)
    clock.moment += LEASE

    assert rescue(office) == 0
    assert the_job(office, delivery).state is JobState.RUNNING


def test_a_job_whose_worker_died_is_done_by_another_and_counted(
    office: BoxOffice, other: BoxOffice, clock: Clock, delivery: DeliverTickets
) -> None:
    killed(office, delivery)
    clock.moment += LEASE + timedelta(seconds=1)

    assert run_due(other, limit=10) == Ran(done_count=1)

    job = the_job(office, delivery)
    assert (job.state, job.attempts, job.generation) == (JobState.DONE, 2, 2)


def test_a_job_that_kills_its_worker_every_time_ends_dead(
    office: BoxOffice, clock: Clock, delivery: DeliverTickets
) -> None:
    for attempt in range(1, DeliverTickets.attempts_max + 1):
        killed(office, delivery)
        clock.moment += LEASE + timedelta(seconds=1)
        assert the_job(office, delivery).attempts == attempt
        assert rescue(office) == 1

    job = the_job(office, delivery)
    assert (job.state, job.last_error) == (JobState.DEAD, "its worker died")
    assert job.finished_at == office.now()
    assert run_until_empty(office) == Ran()


def test_the_effects_of_a_worker_that_was_overtaken_are_dropped(
    office: BoxOffice, other: BoxOffice, clock: Clock, delivery: DeliverTickets
) -> None:
    other.mailer = Carrier(answer="the second worker's")

    def overtake() -> None:
        clock.moment += LEASE + timedelta(seconds=1)
        assert run_due(other, limit=1) == Ran(done_count=1)

    office.mailer = Carrier(overtake, answer="the first worker's")

    assert ran(office, delivery) is None

    (message,) = rows(office, Message)
    assert message.provider_id == "the second worker's"
    assert the_job(office, delivery).attempts == 2


def test_a_worker_that_was_overtaken_cannot_finish_what_another_has_in_hand(
    office: BoxOffice, other: BoxOffice, clock: Clock, delivery: DeliverTickets
) -> None:
    def overtake() -> None:
        clock.moment += LEASE + timedelta(seconds=1)
        rescue(other)
        killed(other, delivery)  # it has the job, and its lease

    office.mailer = Carrier(overtake)

    assert ran(office, delivery) is None

    job = the_job(office, delivery)
    assert (job.state, job.generation) == (JobState.RUNNING, 2)
    assert [message.state for message in rows(office, Message)] == [MessageState.SENDING]


def test_a_worker_that_was_overtaken_cannot_call_the_job_failed(
    office: BoxOffice, other: BoxOffice, clock: Clock, delivery: DeliverTickets
) -> None:
    def overtake() -> None:
        clock.moment += LEASE + timedelta(seconds=1)
        run_due(other, limit=1)
        raise RuntimeError("too late")

    office.mailer = Carrier(overtake)

    ran(office, delivery)

    assert the_job(office, delivery).state is JobState.DONE


def test_a_job_that_nobody_promised_is_not_there_to_run(office: BoxOffice) -> None:
    assert run_one(office, new_id()) is None


@pytest.mark.parametrize(
    "job",
    [
        OpenCharge(UUID(int=1)),
        ReadLetter(UUID(int=2)),
        ExpireOrder(UUID(int=3)),
        DeliverTickets(UUID(int=4), copy=2),
    ],
)
def test_a_job_is_built_again_from_what_its_row_kept(
    office: BoxOffice, job: DeliverTickets
) -> None:
    promised(office, job)

    row = the_job(office, job)

    assert KINDS[row.kind].from_args(row.args) == job
    assert row.queue is job.queue


def test_the_mail_is_sent_twice_is_once(office: BoxOffice, delivery: DeliverTickets) -> None:
    office.mailer = carrier = Carrier()
    ran(office, delivery)
    before = counts(office)

    assert again(office, delivery) is JobState.DONE

    assert len(carrier.sent) == 1
    assert counts(office) == before
