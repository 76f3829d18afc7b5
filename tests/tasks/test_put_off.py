"""What cannot be done now is put off, later and later; what can never be done ends somewhere."""

from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets, OpenCharge
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.people import Person
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tasks.relay import Ran, run_until_empty
from tests.making import Clock, a_sale, an_event, an_order, rows, started
from tests.tasks.working import promised, ran, seconds_put_off, the_job


def test_a_silent_gateway_is_asked_again_later_and_later(
    office: BoxOffice, clock: Clock, sandbox: Sandbox
) -> None:
    an_event(office, hold_minutes=1_000_000)
    job = OpenCharge(started(office, an_order(office).id))
    sandbox.board.set(Faults(error_500=10_000))

    waits = []
    for _ in range(16):
        assert ran(office, job) is JobState.WAITING
        waits.append(seconds_put_off(office, job))
        assert ran(office, job) is None  # not before its time
        clock.forward(seconds=waits[-1])

    wanted = [min(21_600.0, 5.0 * 2**attempt) for attempt in range(16)]
    assert all(0.8 <= wait / want <= 1.2 for wait, want in zip(waits, wanted, strict=True))
    assert len({wait / want for wait, want in zip(waits, wanted, strict=True)}) > 1
    assert the_job(office, job).last_error == "Asaas had a fault of its own."
    sandbox.board.set(Faults())
    assert ran(office, job) is JobState.DONE


def test_a_gateway_that_says_when_is_asked_no_sooner(office: BoxOffice, sandbox: Sandbox) -> None:
    an_event(office)
    job = OpenCharge(started(office, an_order(office).id))
    sandbox.board.set(Faults(too_many=1, reset_seconds=1_234))

    assert ran(office, job) is JobState.WAITING

    assert seconds_put_off(office, job) == 1_234


def test_what_stays_silent_for_too_long_ends_dead(
    office: BoxOffice, clock: Clock, sandbox: Sandbox
) -> None:
    an_event(office, hold_minutes=1_000_000)
    job = OpenCharge(started(office, an_order(office).id))
    sandbox.board.set(Faults(error_500=10_000))

    states = []
    for _ in range(OpenCharge.attempts_max):
        states.append(ran(office, job))
        clock.forward(hours=8)

    assert states[-2:] == [JobState.WAITING, JobState.DEAD]
    assert the_job(office, job).attempts == OpenCharge.attempts_max
    assert run_until_empty(office) == Ran()


def test_a_setting_that_is_wrong_may_be_mended_and_the_job_goes_on(
    office: BoxOffice, clock: Clock, sandbox: Sandbox
) -> None:
    an_event(office)
    job = OpenCharge(started(office, an_order(office).id))
    sandbox.api_key = "$aact_hmlg_another"
    refused = ran(office, job)
    sandbox.api_key = API_KEY
    clock.forward(minutes=1)

    assert (refused, ran(office, job)) == (JobState.WAITING, JobState.DONE)


def test_a_definite_no_fails_at_once_and_says_why(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, buyer=Person("Rita", "rita at example.com"))

    assert ran(office, DeliverTickets(sale.id)) is JobState.FAILED

    job = the_job(office, DeliverTickets(sale.id))
    assert job.attempts == 1
    assert job.last_error == "the mail's address cannot be used in a mail."


def test_a_mistake_of_ours_is_tried_a_few_times_and_ends_dead_without_a_trace_in_the_row(
    office: BoxOffice, clock: Clock
) -> None:
    job = promised(office, DeliverTickets(new_id()))

    states = []
    for _ in range(5):
        states.append(ran(office, job))
        clock.forward(hours=1)

    row = the_job(office, job)
    assert states == [JobState.WAITING] * 4 + [JobState.DEAD]
    assert row.last_error is not None
    assert row.last_error.startswith("unexpected failure ")


def test_one_bad_job_does_not_stop_the_others(office: BoxOffice) -> None:
    an_event(office)
    promised(office, DeliverTickets(new_id()))
    a_sale(office)

    assert run_until_empty(office) == Ran(done_count=1, trouble_count=1)


def test_a_job_of_a_program_newer_than_this_one_waits_and_stops_nobody(office: BoxOffice) -> None:
    an_event(office)
    delivery = DeliverTickets(a_sale(office).id)
    with office.writing() as session:
        session.add(
            Job(
                kind="tickets.fold",
                args={},
                dedupe_key="tickets.fold:1",
                queue=Queue.MONEY,
                run_at=office.now(),
                attempts_max=5,
                created_at=office.now(),
            )
        )

    run_until_empty(office)

    states = {job.kind: (job.state, job.attempts) for job in rows(office, Job)}
    assert states["tickets.fold"] == (JobState.WAITING, 0)
    assert the_job(office, delivery).state is JobState.DONE
