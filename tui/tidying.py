"""When memory is tidied: not while a program starts, and never all of it while a guest waits.

Python looks through every object it keeps track of now and then, to find what nobody refers to any
more. A desk or a dashboard keeps 130,000, most of them made while it was loaded and never let go:
measured, a look at them all took 90 ms, at every fortieth guest or under somebody's keys, and a
fifth of the time until the first picture.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def untidied() -> Iterator[Callable[[], None]]:
    """Tidy nothing in the block until the function that it is given says that all is loaded.

    What there is by then is not looked at again before the block ends: it stays, whatever it is. It
    may be said again, when more was loaded.
    """
    was_tidied = gc.isenabled()
    gc.disable()

    def loaded() -> None:
        gc.freeze()
        gc.enable()

    try:
        yield loaded
    finally:
        gc.unfreeze()
        (gc.enable if was_tidied else gc.disable)()
