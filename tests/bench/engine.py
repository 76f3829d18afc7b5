"""Jobs through the outbox, Redis and workers, against Celery's own no-op on the same Redis."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from celery import Celery

from boxoffice.ids import new_id
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.models import JobState
from boxoffice.outbox.promise import promise
from boxoffice.settings import Settings
from tasks.bell import CeleryBell, redis_of
from tasks.dispatch import Dispatcher
from tasks.engine import key_prefix, make_app
from tests.bench.harness import (
    Bench,
    Row,
    Sample,
    at_least,
    at_most,
    duel,
    megabytes,
    percentile,
    plain,
    steps,
    whole,
)
from tests.faults.rig import Rig, rig, wait_until

_IDLE = "idle"
_HANDS = 2  # processes of each worker
_SECONDS_MAX = 120


def engine(bench: Bench) -> Iterator[Row]:
    """Compare letters that name no charge, rung for and read, with tasks that do nothing."""
    count = bench.pick(200, 1_000)
    with rig() as office, _idle_worker(office) as idle:
        worker = office.worker()
        yield from _children(worker.process.pid)
        with closing(CeleryBell(office.office.settings)) as bell:
            met = duel(
                partial(_nothing, office, idle, count),
                partial(_ours, office, bell, count),
                rounds=bench.pick(3, 5),
            )
        yield met.rates(
            "jobs through Redis and workers", at_least(0.4), f"{_HANDS} processes on each side"
        )
        waits = _promises(office, count)
        middle = percentile(waits, 50)
        yield plain("a promise in a sale", "ms", middle, waits, at_most(1, "ms"))


def _children(pid: int) -> Iterator[Row]:
    """Weigh the processes of a worker that has nothing to do."""
    paths = Path(f"/proc/{pid}/task").glob("*/children")
    held = [megabytes(int(child)) for path in paths for child in path.read_text().split()]
    if held:
        yield plain("worker child, idle: memory", "MB", max(held), held, at_most(110, "MB"))


@contextmanager
def _idle_worker(office: Rig) -> Iterator[Celery]:
    """Run a worker of nothing, and yield the app that rings it."""
    environment = office.environment | {"BOXOFFICE_INSTANCE": _IDLE}
    words = ["-m", "celery", "-A", "tests.bench.idle", "--quiet", "worker"]
    process = subprocess.Popen(  # noqa: S603  (Celery's own program)
        [sys.executable, *words, f"--concurrency={_HANDS}", "--without-gossip", "--without-mingle"],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ours = {name: v for name, v in environment.items() if name.startswith("BOXOFFICE_")}
    try:
        with closing(make_app(Settings.read(ours))) as app:
            yield app
    finally:
        process.terminate()
        process.wait()


def _nothing(office: Rig, app: Celery, count: int) -> Sample:
    return whole(count, partial(_ring_for_nothing, office, app, count))


def _ring_for_nothing(office: Rig, app: Celery, count: int) -> None:
    queue = app.conf.task_default_queue
    for _ in range(count):
        app.send_task("idle.nothing", (str(new_id()),), queue=queue, retry=False)
    prefix = key_prefix(_IDLE)
    with closing(redis_of(office.office.settings)) as line:
        wait_until(
            lambda: not line.exists(prefix + queue, f"{prefix}unacked"), seconds_max=_SECONDS_MAX
        )


def _ours(office: Rig, bell: CeleryBell, count: int) -> Sample:
    office.letters(count)
    return whole(count, partial(_ring, office, bell))


def _ring(office: Rig, bell: CeleryBell) -> None:
    dispatcher = Dispatcher(office.office, bell)

    def is_done() -> bool:
        dispatcher.tick()
        states = office.jobs()
        return not any(states[each] for each in (JobState.WAITING, JobState.SENT, JobState.RUNNING))

    wait_until(is_done, seconds_max=_SECONDS_MAX)


def _promises(office: Rig, count: int) -> tuple[float, ...]:
    """Return the milliseconds that each promise adds to a transaction."""
    with office.office.writing() as session:
        now = office.office.now()
        done = steps(count, lambda: promise(session, DeliverTickets(new_id()), now=now))
        session.rollback()
    return tuple(wait * 1e3 for wait in done.waits)
