"""Many hands at once: processes that do the same thing over and over for a while."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from tests.bench.harness import Sample

Step = Callable[[], object]

_WARM_STEPS = 4  # statements compiled, plans prepared, pages read
_GET_READY_SECONDS_MAX = 60.0
_FORK = multiprocessing.get_context("fork")  # what is imported once need not be again


def crowd(make_step: Callable[[], Step], *, hands: int, seconds: float) -> Sample:
    """Let `hands` processes repeat a step for `seconds`. Each makes its own, with its own line.

    Call it while this process has no threads: the hands are forked.

    Raises:
        RuntimeError: one of them failed; its trace is on stderr.
    """
    gate = _FORK.Barrier(hands)
    lines = [_FORK.Pipe(duplex=False) for _ in range(hands)]
    workers = [
        _FORK.Process(target=_work, args=(make_step, gate, seconds, tell), daemon=True)
        for _, tell in lines
    ]
    for worker in workers:
        worker.start()
    for _, tell in lines:
        tell.close()
    try:
        all_waits = [_hear(heard) for heard, _ in lines]
    finally:
        for worker in workers:
            worker.join(_GET_READY_SECONDS_MAX)
            worker.kill()
    # Who waits long ends late: each hand's steps are counted against its own time.
    rate = sum(len(waits) / sum(waits) for waits in all_waits)
    waits = tuple(wait for each in all_waits for wait in each)
    return Sample(len(waits), len(waits) / rate, waits)


def _hear(line: Connection) -> list[float]:
    try:
        waits: list[float] = line.recv()
    except EOFError:
        raise RuntimeError("one of the hands failed") from None
    return waits


def _work(make_step: Callable[[], Step], gate: Barrier, seconds: float, tell: Connection) -> None:
    step = make_step()
    for _ in range(_WARM_STEPS):
        step()
    waits: list[float] = []
    gate.wait(_GET_READY_SECONDS_MAX)
    over = time.perf_counter() + seconds
    start = time.perf_counter()
    while start < over:
        step()
        end = time.perf_counter()
        waits.append(end - start)
        start = end
    tell.send(waits)
