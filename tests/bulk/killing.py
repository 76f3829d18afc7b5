"""Kill who applies a plan: a real process, a real SIGKILL."""

import multiprocessing
import signal
import time
from collections.abc import Callable
from pathlib import Path

from boxoffice.bulk.plan_files import result_beside
from boxoffice.office import BoxOffice
from tests.races.clerks import Seat

PATIENCE_SECONDS = 30

Apply = Callable[[BoxOffice, Path], object]


def killed_after(office: BoxOffice, path: Path, count: int, apply: Apply) -> None:
    """Apply the plan in a process, and kill it once its results have so many lines."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    seat = Seat(0, office.settings.database_url, office.settings.home, office.now())
    process = context.Process(target=_work, args=(seat, path, apply))
    process.start()
    until = time.monotonic() + PATIENCE_SECONDS
    result = result_beside(path)
    while process.is_alive() and time.monotonic() < until:
        if result.exists() and result.read_bytes().count(b"\n") >= count:
            break
        process.join(0.001)  # leaves the core to the one who works
    process.kill()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode == -signal.SIGKILL, "it had ended before it was killed"


def _work(seat: Seat, path: Path, apply: Apply) -> None:
    apply(seat.open(), path)
