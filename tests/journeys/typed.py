"""Pages that are typed as they stand: their commands in one shell, beside what they should answer.

A line of a `console` block that begins with `$ ` is a command, the lines after it are its answer,
and `…` in an answer is anything. A block with a title is a file of that name to save first; a
`toml` block without one is `event.toml`.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(
    r"^```(console|toml|csv|text)(?: title=\"([\w.]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_PORT = re.compile(r"--port (\d+)")
_MARK = "::the next command::"


@dataclass
class Typed:
    """A command of a page, and the lines it should answer with."""

    command: str
    answer: list[str] = field(default_factory=list)


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Return the kind, the title and the text of each block of a page that is typed or saved."""
    return [(kind, title, block) for kind, title, block in _BLOCK.findall(text)]


def section(text: str, heading: str) -> str:
    """Return what stands under a heading of the second rank."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def read_page(text: str) -> tuple[dict[str, str], list[Typed]]:
    """Return the files that a page has its reader save, and its commands, in order."""
    files: dict[str, str] = {}
    commands: list[Typed] = []
    for kind, title, block in blocks(text):
        if kind == "toml" or title:
            files[title or "event.toml"] = block
        if kind != "console":
            continue
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append(Typed(line.removeprefix("$ ")))
            else:
                commands[-1].answer.append(line)
    return files, commands


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
        port = _PORT.search(typed.command)
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
    """Say whether a line is what the page says, where `…` is anything."""
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, told) is not None


def type_page(text: str, folder: Path) -> list[tuple[Typed, list[str]]]:
    """Type a page in one shell in an empty folder; return each command with what it answered."""
    for port in dict.fromkeys(_PORT.findall(text)):
        text = text.replace(port, str(free_port()))
    files, commands = read_page(text)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    bash = shutil.which("bash")
    assert bash is not None
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("BOXOFFICE_")
    }
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    with subprocess.Popen(  # noqa: S603  (the pages are ours)
        [bash, "-c", script(commands)],
        cwd=folder,
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
            os.killpg(shell.pid, signal.SIGTERM)  # the servers of the page
    parts = told.split(f"\n{_MARK}\n")[1:]
    assert len(parts) == len(commands), told
    return [(typed, part.splitlines()) for typed, part in zip(commands, parts, strict=True)]


def disagreements(answers: list[tuple[Typed, list[str]]]) -> list[str]:
    """Return each command that does not answer as its page says, with what it said instead."""
    wrong = []
    for typed, told in answers:
        missing = [line for line in typed.answer if not any(matches(line, one) for one in told)]
        refused = [
            line
            for line in told
            if line.startswith("error:")
            and not any(one.startswith("error:") and matches(one, line) for one in typed.answer)
        ]
        if missing or refused:
            wrong.append("\n".join([f"$ {typed.command}", *told, f"wanted: {missing}"]))
    return wrong
