"""Read ahead: a thread fetches the next blocks while the last ones are written.

A server works on the next rows while we write these; without it, each waits for the other.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")

_BLOCKS = 4  # that are held at once: memory stays flat
_LOOK_SECONDS = 0.2  # how soon a reader notices that nobody wants more


@contextmanager
def reading_ahead(blocks: Iterable[T]) -> Iterator[Iterator[T]]:
    """Yield the blocks as a thread of their own reads them; it is gone when the block ends.

    What goes wrong in the thread is raised where its block would have come.
    """
    read: Queue[tuple[T | None, BaseException | None]] = Queue(_BLOCKS)
    is_over = threading.Event()

    def put(block: T | None, error: BaseException | None = None) -> None:
        while not is_over.is_set():
            try:
                read.put((block, error), timeout=_LOOK_SECONDS)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for block in blocks:
                put(block)
                if is_over.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  (it is raised where somebody waits for it)
            put(None, error)
        else:
            put(None)

    thread = threading.Thread(target=work, name="export-reader", daemon=True)
    thread.start()
    try:
        yield _taken(read)
    finally:
        is_over.set()
        _drain(read)
        thread.join()


def _taken(read: "Queue[tuple[T | None, BaseException | None]]") -> Iterator[T]:
    while True:
        block, error = read.get()
        if error is not None:
            raise error
        if block is None:
            return
        yield block


def _drain(read: "Queue[tuple[T | None, BaseException | None]]") -> None:
    while True:
        try:
            read.get_nowait()
        except Empty:
            return
