"""The hands of a rehearsal, as real processes: told what to do, listened to, ended."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from boxoffice.settings import PREFIX, Settings

Step = Mapping[str, Any]

_READY_SECONDS_MAX = 60.0
_END_SECONDS_MAX = 5.0
_MODULE = "boxoffice.rehearsal.hand"


@dataclass(slots=True)
class Said:
    """What one hand said of one task."""

    steps: list[Step] = field(default_factory=list)
    is_done: bool = False
    cpu_seconds: float = 0.0
    statements: list[tuple[str, int, float]] = field(default_factory=list)


class Crew:
    """So many hands. They start with the block, and none is left when it ends."""

    def __init__(self, count: int, settings: Settings, folder: Path) -> None:
        """Get ready; nothing is started yet."""
        self._count = count
        self._folder = folder
        given = {
            PREFIX + name.upper(): value.text
            for name, value in settings.values.items()
            if value.text is not None and value.origin != "default"
        }
        kept = {name: v for name, v in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = kept | given
        self._hands: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        """Start them, and wait until each is ready."""
        try:
            for number in range(self._count):
                self._hands.append(self._start(number))
            self._all_say([None] * self._count, time.time() + _READY_SECONDS_MAX, lambda _: None)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them: politely, then not."""
        self._end()

    def do(
        self,
        tasks: Sequence[Mapping[str, Any] | None],
        *,
        until: float,
        on_step: Callable[[Step], None] = lambda _: None,
    ) -> list[Said]:
        """Have each hand do its own task, and return what each said. `None` is nothing to do.

        Raises:
            RuntimeError: a hand failed, or was not done at the moment `until`.
        """
        return self._all_say(tasks, until, on_step, are_told=True)

    def _all_say(
        self,
        tasks: Sequence[Mapping[str, Any] | None],
        until: float,
        on_step: Callable[[Step], None],
        *,
        are_told: bool = False,
    ) -> list[Said]:
        said = [Said(is_done=are_told and task is None) for task in tasks]
        listeners = []
        for hand, task, one in zip(self._hands, tasks, said, strict=False):
            if one.is_done:
                continue
            assert hand.stdin is not None, "it was started with pipes"
            assert hand.stdout is not None, "it was started with pipes"
            if task is not None:
                hand.stdin.write(json.dumps(task).encode() + b"\n")
                hand.stdin.flush()
            thread = threading.Thread(target=_listen, args=(hand.stdout, one, on_step), daemon=True)
            thread.start()
            listeners.append(thread)
        for thread in listeners:
            thread.join(max(0.0, until - time.time()))
        for number, one in enumerate(said):
            if not one.is_done:
                raise RuntimeError(f"hand {number} of the rehearsal failed: {self._last(number)}")
        return said

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        with self._log(number).open("wb") as log:
            return subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-P", "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for us: we end them
            )

    def _log(self, number: int) -> Path:
        return self._folder / f"hand-{number}.log"

    def _last(self, number: int) -> str:
        return self._log(number).read_text(encoding="utf-8", errors="replace")[-300:].strip()

    def _end(self) -> None:
        for hand in self._hands:
            if hand.stdin is not None:
                hand.stdin.close()  # it has nothing more to read, and ends by itself
            hand.terminate()
        for hand in self._hands:
            try:
                hand.wait(_END_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                hand.kill()
                hand.wait()
            if hand.stdout is not None:
                hand.stdout.close()
        self._hands = []


def _listen(lines: IO[bytes], said: Said, on_step: Callable[[Step], None]) -> None:
    """Hear one hand until it is done."""
    for line in lines:
        step = json.loads(line)
        if step.get("done"):
            said.is_done = True
            said.cpu_seconds = step.get("cpu", 0.0)
            said.statements = [(text, n, s) for text, n, s in step.get("statements", ())]
            return
        said.steps.append(step)
        on_step(step)
