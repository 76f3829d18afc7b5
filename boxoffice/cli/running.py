"""Run a command line of ours inside a program of ours, and return what it said."""

import io
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.house import Answer, Run

# Race: two acts at once. What a command says goes through the process's own streams, so one
# command runs after the other.
_ONE = threading.Lock()


def runner(config: Path | None, answer: "Callable[[int, str, str], Answer]") -> "Run":
    """Return what runs one command line, with the settings file of this one.

    The command finds no terminal: it draws nothing, and asks nothing but what was `typed` for it.
    What it says is returned as `answer(exit code, stdout, stderr)`. It may block; call it in a
    thread.
    """
    before = [] if config is None else ["--config", str(config)]

    def run(words: Sequence[str], typed: str = "", /) -> "Answer":
        from boxoffice.cli.main import main

        out, err = _Said(), _Said()
        with _ONE, redirect_stdout(out), redirect_stderr(err):
            terminal, sys.stdin = sys.stdin, io.StringIO(typed)
            try:
                code = main([*before, *words])
            finally:
                sys.stdin = terminal
        return answer(code, out.getvalue(), err.getvalue())

    return run


class _Said(io.StringIO):
    """A stream in memory that names no file, and is no terminal."""

    def fileno(self) -> int:
        """Return the real stdout's number: what flushes to it finds it empty."""
        return sys.__stdout__.fileno() if sys.__stdout__ is not None else 1
