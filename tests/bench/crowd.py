"""Many hands at once: processes that do the same thing over and over for a while."""

import multiprocessing
import random
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from tests.bench.harness import Sample

Step = Callable[[], object]
Work = Callable[[Step], list[float]]

_WARM_STEPS = 4  # statements compiled, plans prepared, pages read
_GET_READY_SECONDS_MAX = 60.0
_FORK = multiprocessing.get_context("fork")  # what is imported once need not be again


def crowd(make_step: Callable[[], Step], *, hands: int, seconds: float) -> Sample:
    """Let `hands` processes repeat a step for `seconds`. Each makes its own, with its own line.

    Call it while this process has no threads: the hands are forked.

    Raises:
        RuntimeError: one of them failed; its trace is on stderr.
    """
    all_waits = _all_waits(make_step, partial(_hurry, seconds=seconds), hands)
    # Who waits long ends late: each hand's steps are counted against its own time.
    rate = sum(len(waits) / sum(waits) for waits in all_waits)
    waits = tuple(wait for each in all_waits for wait in each)
    return Sample(len(waits), len(waits) / rate, waits)


def paced(make_step: Callable[[], Step], *, hands: int, rate: float, seconds: float) -> Sample:
    """Let `hands` processes do together `rate` steps a second, whether or not they keep up.

    A wait is counted from the moment at which its step was due: who is late pays for it.

    Raises:
        RuntimeError: one of them failed; its trace is on stderr.
    """
    count = round(rate * seconds / hands)
    work = partial(_keep_pace, every=hands / rate, count=count)
    all_waits = _all_waits(make_step, work, hands)
    waits = tuple(wait for each in all_waits for wait in each)
    return Sample(len(waits), seconds, waits)


def _all_waits(make_step: Callable[[], Step], work: Work, hands: int) -> list[list[float]]:
    """Fork the hands, let them work at the same time, and return the waits of each."""
    gate = _FORK.Barrier(hands)
    lines = [_FORK.Pipe(duplex=False) for _ in range(hands)]
    workers = [
        _FORK.Process(target=_work, args=(make_step, work, gate, tell), daemon=True)
        for _, tell in lines
    ]
    for worker in workers:
        worker.start()
    for _, tell in lines:
        tell.close()
    try:
        return [_hear(heard) for heard, _ in lines]
    finally:
        for worker in workers:
            worker.join(_GET_READY_SECONDS_MAX)
            worker.kill()


def _hear(line: Connection) -> list[float]:
    try:
        waits: list[float] = line.recv()
    except EOFError:
        raise RuntimeError("one of the hands failed") from None
    return waits


def _work(make_step: Callable[[], Step], work: Work, gate: Barrier, tell: Connection) -> None:
    step = make_step()
    for _ in range(_WARM_STEPS):
        step()
    gate.wait(_GET_READY_SECONDS_MAX)
    tell.send(work(step))


def _hurry(step: Step, *, seconds: float) -> list[float]:
    """Repeat a step for `seconds`."""
    waits: list[float] = []
    start = time.perf_counter()
    over = start + seconds
    while start < over:
        step()
        end = time.perf_counter()
        waits.append(end - start)
        start = end
    return waits


def _keep_pace(step: Step, *, every: float, count: int) -> list[float]:
    """Do a step `every` so many seconds; the hands begin at moments of their own."""
    waits: list[float] = []
    first = time.perf_counter() + random.uniform(0, every)  # noqa: S311  (it spreads them)
    for turn in range(count):
        due = first + turn * every
        time.sleep(max(0.0, due - time.perf_counter()))
        step()
        waits.append(time.perf_counter() - due)
    return waits
