"""A terminal for tests: a real program in a pseudo-terminal, with keys in and bytes out."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

PATIENCE_SECONDS = 60.0
_PROGRAM = (sys.executable, "-c", "from boxoffice.cli.main import run; run()")
_ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])")
_STEP_SECONDS = 0.15  # a person's keys do not come back to back
_NEXT_SECONDS = 0.5  # until who reads what is drawn goes on with the next field


class Terminal:
    """A program in a terminal of its own. What it writes is kept as bytes."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], size: tuple[int, int]
    ) -> None:
        columns, rows = size
        self.keys, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        more = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(  # noqa: S603  (our own program)
            command, stdin=other, stdout=other, stderr=other, env=environment | more,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  (no threads)
        )  # fmt: skip
        os.close(other)
        self.written = b""

    def type(self, text: bytes) -> None:
        """Send bytes as fast as the terminal takes them, reading what comes meanwhile."""
        while text:
            _, can_write, _ = select.select([], [self.keys], [], 0)
            if can_write:
                text = text[os.write(self.keys, text[:256]) :]
            self.read(0.0)

    def read(self, seconds: float) -> None:
        """Read what is written within some seconds."""
        until = time.monotonic() + seconds
        while self._take(max(0.0, until - time.monotonic())):
            pass

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Read until something is so."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < until, self.written[-2_000:]
            self._take(0.05)

    def wait_for(self, text: str) -> None:
        """Read until a text was written."""
        self.wait(lambda: text.encode() in self.written)

    def press(self, *keys: str) -> None:
        """Press keys as a person does, one after the other."""
        for key in keys:
            self.type(key.encode())
            self.read(_STEP_SECONDS)

    def fill(self, *fields: str) -> None:
        """Type into one field after the other, Enter after each."""
        self.read(_NEXT_SECONDS)
        for text in fields:
            for letter in text:
                self.type(letter.encode())
                self.read(0.01)
            self.read(_STEP_SECONDS)
            self.press("\r")
            self.read(_NEXT_SECONDS)

    def wait_for_drawn(self, text: str) -> None:
        """Read until a text is drawn that was not there before; forget what came before it."""
        self.wait(lambda: text.encode() in _ESCAPES.sub(b"", self.written))
        self.written = b""

    def _take(self, seconds: float) -> bool:
        """Read once, when there is anything within some seconds; say whether there was."""
        ready, _, _ = select.select([self.keys], [], [], seconds)
        if not ready:
            return False
        try:
            self.written += os.read(self.keys, 65_536)
        except OSError:  # the program has ended
            return False
        return True

    def close(self) -> None:
        """End the program, and give the terminal back."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.keys)


@contextmanager
def terminal(
    command: Sequence[str], environment: dict[str, str], size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """Run a program in a terminal; it is gone when the block ends."""
    made = Terminal(command, environment, size)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def at_the_dashboard(environment: dict[str, str]) -> Iterator[Terminal]:
    """Start our program as somebody does who types nothing but its name."""
    with terminal(_PROGRAM, environment) as made:
        yield made
