"""A terminal that goes away takes its program along, also where no signal tells of it."""

import os
import select
import signal
import sys
from threading import Thread


def end_with_the_terminal() -> None:
    """Watch the terminal from a thread of its own; once it is gone, end as a hang-up does.

    A window that is closed sends SIGHUP, but only to programs whose controlling terminal it was.
    Another one would draw for nobody, and never end.
    """
    if sys.stdin.isatty():
        watch = Thread(target=_watch, args=(sys.stdin.fileno(),), name="hang-up", daemon=True)
        watch.start()


def _watch(fileno: int) -> None:
    line = select.poll()
    line.register(fileno, 0)  # nothing but what is always told: that the other side is gone
    line.poll()
    os.kill(os.getpid(), signal.SIGHUP)
