"""Run `boxoffice` as people and programs do: in this process, or as a process of its own."""

import io
import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.making import LOTE, SECRET, SLUG

TOKEN = "a-token-of-more-than-thirty-two-characters"
PATIENCE_SECONDS = 60  # then a process that hangs is killed, and its test fails

EVENT = f"""
[event]
slug = "{SLUG}"
title = "Noite das Farmácias"
venue = "Clube"
starts_at = "2099-12-01T19:00"
fee_percent = 10

[[tier]]
name = "{LOTE}"
price = "100,00"
quota = 10

[[tier]]
name = "Lote 2"
price = "150,00"
quota = 10
after = "{LOTE}"

[[tier]]
name = "Meia"
price = "50,00"
quota = 5
category = "half"

[[list]]
name = "main"

[[list]]
name = "vip"
tiers = ["Meia"]

[[list]]
name = "early"
opens_at = "2099-12-01T18:00"
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    raw_out: bytes
    raw_err: bytes

    @property
    def out(self) -> str:
        """The answer."""
        return self.raw_out.decode()

    @property
    def err(self) -> str:
        """The talk beside it."""
        return self.raw_err.decode()

    @property
    def rows(self) -> list[Any]:
        """The answer as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """The answer as one object on one line, of a command that went well."""
        assert self.code == 0, self.err
        (row,) = self.rows
        return row

    @property
    def error(self) -> Any:
        """The refusal as an object on stderr, of a command that answered nothing."""
        assert self.out == ""
        assert "Traceback" not in self.err
        told = json.loads(self.err)
        assert set(told) == {"error"}
        return told["error"]


class Commands:
    """The program, on one database and one home. Settings of the tests' own machine are left out.

    The first text is split as a shell does it; what follows is passed as it is.
    """

    def __init__(self, database_url: str, home: Path, **more: str) -> None:
        """Give the settings, by name."""
        given = {"home": str(home), "database_url": database_url, "secret_key": SECRET.hex()}
        self.home = home
        self.settings = {f"BOXOFFICE_{n.upper()}": value for n, value in (given | more).items()}

    def __call__(self, line: str, *words: str, stdin: bytes = b"") -> Ran:
        """Run a command in this process."""
        from boxoffice.cli.main import main  # noqa: PLC0415  (0.1 s, only with a command)
        from boxoffice.log import log  # noqa: PLC0415  (the same)

        out, err = _stream(), _stream()
        before = log.handlers[:]
        with (
            patch.dict(os.environ, self.environment(), clear=True),
            patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                code = main([*shlex.split(line), *words])
            finally:
                for handler in log.handlers:
                    handler.close()
                log.handlers[:] = before
        return Ran(code, _bytes(out), _bytes(err))

    def process(
        self,
        line: str,
        *words: str,
        stdin: bytes = b"",
        more: dict[str, str] | None = None,
        cwd: Path | None = None,
        stdout: int = subprocess.PIPE,
    ) -> Ran:
        """Run a command as a process, to its end."""
        ran = subprocess.run(  # noqa: S603  (our own program)
            [*_PROGRAM, *shlex.split(line), *words],
            input=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self.environment() | (more or {}),
            timeout=PATIENCE_SECONDS,
            check=False,
            cwd=cwd,
        )
        return Ran(ran.returncode, ran.stdout or b"", ran.stderr)

    @contextmanager
    def started(self, line: str, *words: str) -> "Iterator[subprocess.Popen[bytes]]":
        """Start a command as a process, with pipes; it is gone when the block ends."""
        with subprocess.Popen(  # noqa: S603  (our own program)
            [*_PROGRAM, *shlex.split(line), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(),
        ) as process:
            watchdog = threading.Timer(PATIENCE_SECONDS, process.kill)
            watchdog.start()
            try:
                yield process
            finally:
                watchdog.cancel()
                process.kill()

    @contextmanager
    def serving(self, line: str, *words: str) -> "Iterator[tuple[subprocess.Popen[bytes], str]]":
        """Start a server; yield its process and its address once it listens."""
        with self.started(line, *words) as process:
            assert process.stderr is not None
            said = process.stderr.readline().decode()
            assert said.startswith("listening on "), said + process.stderr.read().decode()
            yield process, said.removeprefix("listening on ").strip()

    def listening(self) -> "AbstractContextManager[tuple[subprocess.Popen[bytes], str]]":
        """Start the listener on a free port; yield its process and its address."""
        return self.serving("webhook serve --port 0")

    def words(self, line: str) -> list[str]:
        """Return a command as an operating system starts it."""
        return [*_PROGRAM, *shlex.split(line)]

    def environment(self) -> dict[str, str]:
        """Return the environment a command runs in."""
        kept = {name: v for name, v in os.environ.items() if not name.startswith("BOXOFFICE_")}
        return kept | self.settings

    def setting(self, **more: str) -> "Commands":
        """Return the same program with other settings."""
        made = Commands("", self.home)
        made.settings = self.settings | {f"BOXOFFICE_{n.upper()}": v for n, v in more.items()}
        return made

    def has_event(self, text: str = EVENT) -> None:
        """Apply an event file and put its event on sale."""
        path = self.home / "event.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        applied = self("event apply --yes --json", str(path))
        assert self("event publish", applied.json["event"]["slug"]).code == 0

    def sells(self, line: str = "", *words: str) -> Any:
        """Sell over the counter, and return the order with its payment."""
        wanted = "" if "--tier" in line else f"--tier '{LOTE}' "
        return self(f"order sell -e {SLUG} {wanted}--json {line}", *words).json


_PROGRAM = (sys.executable, "-c", "from boxoffice.cli.main import run; run()")


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")


def _bytes(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue()
