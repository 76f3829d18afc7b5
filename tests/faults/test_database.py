"""A database that goes away, and programs that tick twice."""

import signal

from sqlmodel import col, func, select

from boxoffice.outbox.models import JobState, Slot
from tests.faults.rig import LEASE_SECONDS, Rig, wait_until

AFTER_SECONDS = LEASE_SECONDS + 40.0


def slots(broken: Rig) -> int:
    """Count the slots of the shortest schedule."""
    with broken.office.reading() as session:
        return session.exec(
            select(func.count()).select_from(Slot).where(col(Slot.schedule) == "orders.expire")
        ).one()


def test_a_database_that_restarts_under_work_loses_no_job(broken: Rig) -> None:
    broken.letters(300)
    wait_until(lambda: broken.jobs()[JobState.DONE] > 0)
    broken.restart(broken.postgres, signal.SIGINT)
    jobs = [broken.charge(), *broken.mails(10)]
    broken.wait_until_done(AFTER_SECONDS)

    assert {broken.job(job).state for job in jobs} == {JobState.DONE}
    assert set(broken.ended().values()) == {1}


def test_two_beats_do_no_harm(broken: Rig) -> None:
    broken.beat()
    before = broken.jobs()[JobState.DONE]
    broken.letters(200)
    mails = broken.mails(10)
    broken.wait_until_done(AFTER_SECONDS)

    assert broken.jobs()[JobState.DONE] >= before + 210
    assert {broken.job(mail).attempts for mail in mails} == {1}
    assert set(broken.ended().values()) == {1}


def test_a_killed_beat_leaves_its_slots_to_the_next(broken: Rig) -> None:
    beat = next(program for program in broken.programs if "beat" in program.log.name)
    wait_until(lambda: slots(broken) > 0)
    broken.end(beat)
    mails = broken.mails(5)
    broken.beat()
    broken.wait_until_done(AFTER_SECONDS)

    assert {broken.job(mail).state for mail in mails} == {JobState.DONE}
