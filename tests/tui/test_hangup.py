"""A program whose terminal went away ends, whether or not a signal told it."""

import os
import pty
import signal
import subprocess
import sys

PROGRAM = """
import time
from tui.hangup import end_with_the_terminal
end_with_the_terminal()
print("watching", flush=True)
time.sleep(60)
"""


def test_a_program_ends_with_a_terminal_that_sends_no_signal() -> None:
    ours, theirs = pty.openpty()
    # In a session of its own no terminal controls it, so none sends it SIGHUP.
    with subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-c", PROGRAM], stdin=theirs, stdout=theirs, start_new_session=True
    ) as program:
        os.close(theirs)
        assert os.read(ours, 100).startswith(b"watching")

        os.close(ours)

        assert program.wait(30) == -signal.SIGHUP


def test_a_program_ends_with_the_pipe_of_a_server_that_was_killed() -> None:
    with subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == b"watching\n"

        program.stdin.close()

        assert program.wait(30) == -signal.SIGHUP
