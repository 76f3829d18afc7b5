"""Ask until something is so, and no longer than there is patience for."""

import time
from collections.abc import Callable


def until(is_so: Callable[[], bool], *, seconds: float, every: float) -> bool:
    """Ask again and again; return whether it came to be so within `seconds`."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() >= end:
            return False
        time.sleep(every)
    return True
