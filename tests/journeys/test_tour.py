"""The tour is typed as it stands, and answers as it says."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
_BLOCK = re.compile(r"^```(console|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PORTS = ("8799", "8787")
_MARK = "::the next command::"


@dataclass
class Typed:
    """A command of the tour, and the lines it should answer with."""

    command: str
    answer: list[str] = field(default_factory=list)


def read_tour(text: str) -> tuple[str, list[Typed]]:
    """Return the event's file and the commands of the tour, in order."""
    toml = ""
    commands: list[Typed] = []
    for kind, block in _BLOCK.findall(text):
        if kind == "toml":
            toml = block
            continue
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append(Typed(line.removeprefix("$ ")))
            else:
                commands[-1].answer.append(line)
    return toml, commands


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def script(commands: list[Typed]) -> str:
    """Return the commands as one shell script; after a server's, it waits for the server's port."""
    lines = []
    for typed in commands:
        lines.append(f"status=$?; printf '\\n%s\\n' '{_MARK}'; (exit $status)")
        port = re.search(r"--port (\d+)", typed.command)
        is_server = typed.command.endswith(" &") and port is not None
        if not is_server or port is None:
            lines.append(typed.command)
        else:
            server = typed.command.removesuffix(" &")
            lines.append(f"{server} >>servers.log 2>&1 &")
            lines.append(
                f"for i in $(seq 600); do (exec 3<>/dev/tcp/127.0.0.1/{port[1]}) 2>/dev/null "
                "&& break; sleep 0.05; done"
            )
    return "\n".join(["exec 2>&1", *lines, ""])


def matches(expected: str, told: str) -> bool:
    """Say whether a line is what the tour says, where `…` is anything."""
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, told) is not None


@pytest.fixture
def answers(tmp_path: Path) -> list[tuple[Typed, list[str]]]:
    """Each command of the tour with what it answered, typed in one shell in an empty folder."""
    text = TOUR.read_text(encoding="utf-8")
    for port in _PORTS:
        text = text.replace(port, str(free_port()))
    toml, commands = read_tour(text)
    (tmp_path / "event.toml").write_text(toml, encoding="utf-8")
    bash = shutil.which("bash")
    assert bash is not None
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("BOXOFFICE_")
    }
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    with subprocess.Popen(  # noqa: S603  (the tour is ours)
        [bash, "-c", script(commands)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as shell:
        assert shell.stdout is not None
        told = ""
        try:
            while told.count(_MARK) < len(commands) or shell.poll() is None:
                line = shell.stdout.readline()
                if not line:
                    break
                told += line
        finally:
            os.killpg(shell.pid, signal.SIGTERM)  # the two servers
    parts = told.split(f"\n{_MARK}\n")[1:]
    assert len(parts) == len(commands), told
    return [(typed, part.splitlines()) for typed, part in zip(commands, parts, strict=True)]


def test_every_command_of_the_tour_answers_as_it_says(
    answers: list[tuple[Typed, list[str]]],
) -> None:
    for typed, told in answers:
        for expected in typed.answer:
            assert any(matches(expected, line) for line in told), (typed, told)
        for line in told:
            is_wanted = any(matches(expected, line) for expected in typed.answer)
            assert is_wanted or not line.startswith("error:"), (typed, told)
