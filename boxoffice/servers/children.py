"""The programs of one office: started, told apart in one pane, started again, and ended."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Say = Callable[[str, str], None]  # who says it, and one line

_AGAIN_SECONDS_MAX = 30.0
_STEADY_SECONDS = 60.0  # who ran for so long begins anew at a second
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One program that is kept running."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    patience_seconds: float = 25.0  # how long it may take to end by itself
    options: dict[str, Any] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    wait_seconds: float = 1.0

    @property
    def is_running(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None


class Children:
    """The programs in the order they were started; they end in the reverse of it."""

    def __init__(self, say: Say) -> None:
        """Pass every line of every program to `say`."""
        self._say = say
        self._all: list[Child] = []

    def start(self, child: Child) -> None:
        """Start a program, and keep it running from now on."""
        self._all.append(child)
        self._run(child)

    def look(self) -> None:
        """Start again what ended by itself: at once, then with doubling waits."""
        for child in self._all:
            if child.is_running or child.process is None:
                continue
            ran_seconds = time.monotonic() - child.started_at
            if ran_seconds > _STEADY_SECONDS:
                child.wait_seconds = 1.0
            if ran_seconds >= child.wait_seconds:
                self._say("up", f"{child.name} ended ({child.process.returncode}); started again")
                child.wait_seconds = min(child.wait_seconds * 2, _AGAIN_SECONDS_MAX)
                self._run(child)

    def stop(self) -> None:
        """End every program by its number: politely, then not. Those started last end first."""
        for child in reversed(self._all):
            if child.process is None or not child.is_running:
                continue
            child.process.send_signal(child.stop_signal)
            try:
                child.process.wait(child.patience_seconds)
            except subprocess.TimeoutExpired:
                self._say("up", f"{child.name} would not end, and was killed")
                child.process.kill()
                child.process.wait()

    def _run(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603  (our own programs, and those of the wheels)
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=child.environment,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us: we end them in order
            preexec_fn=_end_with(child.stop_signal),  # noqa: PLW1509  (one system call, no lock)
            **child.options,
        )
        threading.Thread(
            target=self._listen, args=(child.name, child.process), name=child.name, daemon=True
        ).start()

    def _listen(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None, "it was started with a pipe"
        with contextlib.closing(process.stdout) as lines:
            for line in lines:
                self._say(name, line.decode("utf-8", "replace").rstrip())


def _end_with(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what a new process does first, so that it ends when we are killed; Linux alone can."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # loaded here: after the fork it might wait for a lock for ever
    return lambda: library.prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)


def until(
    is_so: Callable[[], bool], child: Child, *, seconds_max: float, step_seconds: float = 0.05
) -> bool:
    """Wait until something is so, as long as the program runs; return whether it came to be."""
    for _ in count():
        if is_so():
            return True
        if not child.is_running or time.monotonic() - child.started_at > seconds_max:
            return False
        time.sleep(step_seconds)
    raise AssertionError("counting has no end")


def environment(**more: str) -> dict[str, str]:
    """Return what a server is told of its surroundings: little."""
    return {"LC_ALL": "C", "PATH": os.defpath} | more
