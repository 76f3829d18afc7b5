"""Many objects that stay: Python looks for no cycles among them while they are made, or used.

Orders by the hundred thousand are no rubbish, and hold no cycle. Each look at them would cost as
much again as to make them: a third of an import was spent so.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def making_many() -> Iterator[None]:
    """Put the search for cycles off until the block ends: what it makes, stays."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def keeping_many() -> Iterator[None]:
    """Have no search for cycles, in the block, look at what is there already."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
