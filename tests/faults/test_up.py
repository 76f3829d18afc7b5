"""`boxoffice up` as a user runs it: started, used from another terminal, stopped, started again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.faults.rig import wait_until
from tests.making import SLUG

STOP_SECONDS = 180  # only against hanging


@pytest.fixture
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="boxoffice-up-"))
    made.chmod(0o711)  # the server of root is `nobody`'s
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def up(office: Commands) -> "Iterator[tuple[subprocess.Popen[bytes], list[str]]]":
    """Start everything; yield the process and what it says. What is left at the end is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from boxoffice.cli.main import run; run()", "up", "--port", "0"],
        env=office.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said: list[str] = []

    def listen() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            said.extend(line.decode() for line in lines)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield process, said
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)
        listener.join(STOP_SECONDS)


def running_in(home: Path) -> list[str]:
    """Return the programs whose words or settings name a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(home).encode() in told:
                found.append(entry.name)
    return found


def is_well(office: Commands) -> bool:
    """Whether the doctor finds nothing wrong."""
    return office("doctor --json").code == 0


def test_it_starts_sells_stops_and_goes_on(home: Path) -> None:
    office = Commands("", home)
    del office.settings["BOXOFFICE_DATABASE_URL"]
    with up(office) as (process, said):
        wait_until(lambda: is_well(office), why=lambda: "".join(said))
        office.has_event()
        office.sells("--buyer-email ana@example.com")
        watched = office("job watch --until-empty --timeout 120")
        second = office("up")
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOP_SECONDS)
    left = running_in(home)
    with up(office) as (_, said):
        wait_until(lambda: is_well(office), why=lambda: "".join(said))
        found = office(f"order list -e {SLUG} --json").rows

    assert (watched.code, second.code, code) == (0, 5, 0)
    assert "is up in" in second.err
    assert len(list((home / "mail" / "new").iterdir())) == 1
    assert left == []
    assert len(found) == 1
