"""Workers that die, freeze, stop or disagree about the time: every promise is kept, once."""

import signal
import time

from boxoffice.outbox.jobs import ReadLetter
from boxoffice.outbox.models import JobState
from boxoffice.payments.models import PaymentState
from tests.faults.rig import LEASE_SECONDS, Rig, wait_until
from tests.making import the_payment

FOLLOWED_SECONDS = LEASE_SECONDS + 20.0  # a lease, a tick, a ring, and a slow machine


def charges_of(broken: Rig, reference: str) -> int:
    """Count the charges at the gateway under a reference of ours."""
    return int(broken.sandbox.charges({"externalReference": reference})["totalCount"])


def test_workers_killed_while_the_gateway_answers_leave_one_charge(broken: Rig) -> None:
    with broken.gate.shut():
        job = broken.charge()
        assert broken.gate.arrived.wait(20)
        broken.end(*broken.workers)
        held = broken.job(job).state
    broken.worker()
    broken.wait_until_done(FOLLOWED_SECONDS)

    done = broken.job(job)
    assert held is JobState.RUNNING
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    assert charges_of(broken, str(job.payment_id)) == 1
    assert the_payment(broken.office, job.payment_id).state is PaymentState.WAITING


def test_a_frozen_worker_is_overtaken_and_changes_nothing_when_it_thaws(broken: Rig) -> None:
    frozen = broken.workers
    with broken.gate.shut():
        job = broken.charge()
        assert broken.gate.arrived.wait(20)
        for worker in frozen:
            worker.signal(signal.SIGSTOP)
    broken.worker()
    broken.wait_until_done(FOLLOWED_SECONDS)
    overtaken = broken.job(job)
    for worker in frozen:
        worker.signal(signal.SIGCONT)
    broken.letters(20)
    broken.wait_until_done(FOLLOWED_SECONDS)

    assert (overtaken.state, overtaken.attempts) == (JobState.DONE, 2)
    assert broken.job(job).finished_at == overtaken.finished_at
    assert charges_of(broken, str(job.payment_id)) == 1


def test_a_job_that_kills_its_worker_ends_dead_and_stops_no_other(broken: Rig) -> None:
    with broken.gate.shut(holds_all=True):
        poison = broken.charge()
        broken.change(poison, attempts_max=2)
        mails = broken.mails(10)
        wait_until(
            lambda: broken.job(poison).state is JobState.DEAD,
            seconds_max=2 * FOLLOWED_SECONDS,
            why=lambda: str(broken.job(poison)),
        )
        broken.wait_until_done(FOLLOWED_SECONDS)

    assert broken.job(poison).last_error == "its worker died"
    assert {broken.job(mail).state for mail in mails} == {JobState.DONE}
    assert charges_of(broken, str(poison.payment_id)) == 0


def test_workers_that_are_asked_to_stop_finish_and_lose_nothing(broken: Rig) -> None:
    broken.letters(300)
    wait_until(lambda: broken.jobs()[JobState.DONE] > 0)
    stopping = broken.workers
    started_at = time.monotonic()
    for worker in stopping:
        worker.process.send_signal(signal.SIGTERM)
    codes = [worker.process.wait(30) for worker in stopping]
    took = time.monotonic() - started_at
    broken.worker()
    broken.wait_until_done(30 + FOLLOWED_SECONDS)

    assert set(codes) == {0}
    assert took < 20
    assert broken.attempts_of(ReadLetter) == {1}
    assert set(broken.ended().values()) == {1}


def test_workers_whose_clocks_are_five_minutes_off_keep_to_the_lease(broken: Rig) -> None:
    broken.end(*broken.workers)
    broken.worker(skew_seconds=-300)
    broken.worker(skew_seconds=300)
    jobs = [broken.charge(), *broken.mails(20)]
    broken.wait_until_done(FOLLOWED_SECONDS)
    broken.end(*broken.workers)

    assert {(broken.job(job).state, broken.job(job).attempts) for job in jobs} == {
        (JobState.DONE, 1)
    }
    assert set(broken.ended().values()) == {1}
