"""Redis that is flushed, killed or frozen: it delays a job, and loses none."""

import signal
import time

import httpx
import pytest

from boxoffice.outbox.models import JobState, Part
from boxoffice.outbox.pulse import pulses
from boxoffice.payments.models import Letter
from tests.commands import TOKEN, Commands
from tests.faults.rig import Rig, wait_until
from tests.making import a_sale, rows

AFTER_SECONDS = 40.0  # a ring nobody heard (10 s), the work itself, and a slow machine


def note(broken: Rig) -> str:
    """Return what the beat says of how jobs are run."""
    with broken.office.reading() as session:
        return next((p.note for p in pulses(session) if p.part is Part.BEAT), "")


def test_a_flushed_redis_loses_no_job(broken: Rig) -> None:
    for worker in broken.workers:
        worker.signal(signal.SIGSTOP)
    broken.letters(300)
    wait_until(lambda: broken.jobs()[JobState.SENT] >= 300, why=lambda: str(broken.jobs()))
    broken.flush()
    for worker in broken.workers:
        worker.signal(signal.SIGCONT)
    broken.wait_until_done(AFTER_SECONDS)

    assert broken.jobs()[JobState.DONE] >= 300
    assert set(broken.ended().values()) == {1}


def test_a_redis_that_is_killed_twice_under_work_loses_no_job(broken: Rig) -> None:
    mails = broken.mails(10)
    for _ in range(2):
        broken.letters(200)
        broken.restart(broken.redis, signal.SIGKILL)
    broken.wait_until_done(AFTER_SECONDS)

    assert {broken.job(mail).state for mail in mails} == {JobState.DONE}
    assert set(broken.ended().values()) == {1}


def test_a_frozen_redis_slows_no_sale_and_celery_takes_over_when_it_thaws(broken: Rig) -> None:
    assert broken.redis.process is not None
    broken.redis.process.send_signal(signal.SIGSTOP)
    try:
        slowest = 0.0
        for _ in range(20):
            started_at = time.monotonic()
            a_sale(broken.office)
            slowest = max(slowest, time.monotonic() - started_at)
        broken.wait_until_done(AFTER_SECONDS)
        wait_until(lambda: note(broken).startswith("redis is silent"), why=lambda: note(broken))
    finally:
        broken.redis.process.send_signal(signal.SIGCONT)
    wait_until(lambda: note(broken) == "rings workers", why=lambda: note(broken))
    broken.letters(50)
    broken.wait_until_done(AFTER_SECONDS)

    assert slowest < 1.0
    assert set(broken.ended().values()) == {1}


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["frozen", "killed"])
def test_letters_are_taken_and_read_while_redis_is(broken: Rig, number: signal.Signals) -> None:
    names = {f"evt_{number.name}_{turn}" for turn in range(30)}
    settings = broken.office.settings
    boxoffice = Commands(settings.database_url, broken.home / "listener").setting(
        redis_url=str(settings.get("redis_url")), asaas_webhook_token=TOKEN
    )
    headers = {"asaas-access-token": TOKEN}
    with (
        boxoffice.listening() as (_, address),
        httpx.Client(base_url=address, trust_env=False, headers=headers) as gateway,
        broken.without_redis(number),
    ):
        answers = {
            gateway.post(
                "/webhooks/asaas", json={"id": name, "event": "PAYMENT_VIEWED"}
            ).status_code
            for name in names
        }
        broken.wait_until_done(AFTER_SECONDS)

    assert answers == {200}
    outcomes = {letter.event_key: letter.outcome for letter in rows(broken.office, Letter)}
    assert {outcomes.get(name) for name in names} == {"names no charge"}


def test_a_burst_is_done_once_each(broken: Rig) -> None:
    broken.letters(1_500)
    broken.wait_until_done(90)

    assert set(broken.ended().values()) == {1}
