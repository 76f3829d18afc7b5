"""How far long work has come, on stderr: for who waits at a terminal, and for nobody else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_QUIET_SECONDS = 1.0  # what takes less says nothing


@contextmanager
def counting(what: str, *, is_wanted: bool = True) -> Iterator[Callable[[int], None]]:
    """Count up `what` on stderr while a block works; a second of it is not worth a word."""
    if not (is_wanted and sys.stderr.isatty()):
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    words = TextColumn("{task.completed:,.0f} " + what)
    bars = Progress(words, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
    task = bars.add_task("", total=None)
    began = time.monotonic()

    def count(done: int) -> None:
        if time.monotonic() - began > _QUIET_SECONDS:
            bars.start()  # twice is once
            bars.update(task, completed=done)

    try:
        yield count
    finally:
        bars.stop()
