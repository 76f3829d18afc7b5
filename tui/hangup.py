"""A terminal that goes away takes its program along, also where no signal tells of it."""

import os
import select
import signal
import sys
import time
from threading import Thread

_GOODBYE_SECONDS = 3.0  # a server that closes its pipe in order has said so, and is obeyed first


def end_with_the_terminal() -> None:
    """Watch the terminal from a thread of its own; once it is gone, end as a hang-up does.

    A window that is closed sends SIGHUP, but only to programs whose controlling terminal it was.
    Another one would draw for nobody, and never end: so would one that a server of pages drew
    through pipes, and that was killed.
    """
    grace = 0.0 if sys.stdin.isatty() else _GOODBYE_SECONDS
    watch = Thread(target=_watch, args=(sys.stdin.fileno(), grace), name="hang-up", daemon=True)
    watch.start()


def _watch(fileno: int, grace: float) -> None:
    line = select.poll()
    line.register(fileno, 0)  # nothing but what is always told: that the other side is gone
    line.poll()
    time.sleep(grace)
    os.kill(os.getpid(), signal.SIGHUP)
