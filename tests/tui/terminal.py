"""The real program on a real terminal: a pseudo-terminal of our own, keys in, bytes out."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 60.0
_PROGRAM = (sys.executable, "-c", "from boxoffice.cli.main import run; run()")
_ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])")
_STEP_SECONDS = 0.15  # a person's keys do not come back to back
_NEXT_SECONDS = 0.5  # until who reads what is drawn goes on with the next field


class Terminal:
    """A terminal somebody sits at. It remembers what was drawn, and in what order."""

    def __init__(self, line: int, process: "subprocess.Popen[bytes]") -> None:
        self._line = line
        self.process = process
        self._drawn = b""

    def read(self, seconds: float = 0.05) -> None:
        """Take what the program draws, for so long."""
        over = time.monotonic() + seconds
        while (left := over - time.monotonic()) > 0:
            ready, _, _ = select.select([self._line], [], [], left)
            if not ready:
                continue
            try:
                self._drawn += os.read(self._line, 65_536)
            except OSError:  # the program has gone, and its end of the line with it
                return

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            os.write(self._line, key.encode())
            self.read(_STEP_SECONDS)

    def fill(self, *fields: str) -> None:
        """Type into one field after the other, Enter after each."""
        self.read(_NEXT_SECONDS)
        for text in fields:
            for letter in text:
                os.write(self._line, letter.encode())
                self.read(0.01)
            self.read(_STEP_SECONDS)
            self.press("\r")
            self.read(_NEXT_SECONDS)

    def until_drawn(self, text: str) -> None:
        """Wait until a text is drawn that was not there before; forget what came before it."""
        wanted = text.encode()
        self._until(lambda: wanted in _ESCAPES.sub(b"", self._drawn), text)
        self._drawn = b""

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        self._until(is_so, "")

    def _until(self, is_so: Callable[[], bool], wanted: str) -> None:
        over = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            seen = _ESCAPES.sub(b"", self._drawn).decode("utf-8", "replace")
            assert time.monotonic() < over, f"{wanted!r} was not drawn:\n{seen[-3_000:]}"
            self.read(0.1)


@contextmanager
def at_a_terminal(
    environment: dict[str, str], *words: str, columns: int = 80, rows: int = 24
) -> Iterator[Terminal]:
    """Start the program on a terminal of its own; it is gone when the block ends."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    given = environment | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with subprocess.Popen(  # noqa: S603  (our own program)
        [*_PROGRAM, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=given,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(ours, process)
        finally:
            process.kill()
            os.close(ours)
