"""Letters over real HTTP: the listener against a bare route, and what it weighs when idle."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from boxoffice.ids import new_id
from tests.bench.crowd import crowd, paced
from tests.bench.databases import KINDS, POSTGRES
from tests.bench.harness import Bench, Row, at_least, at_most, duel, megabytes, plain
from tests.bench.startup import environment
from tests.faults.rig import rig

_ROOT = Path(__file__).parents[2]
_BOXOFFICE = str(Path(sys.executable).with_name("boxoffice"))
_TOKEN = "a-token-for-measuring-0123456789abcdef"
_LISTENING = re.compile(rb"listening on http://127\.0\.0\.1:(\d+)")
_HANDS = 8
_RATE = 200  # letters in a second
_REDIS = {"up": None, "frozen": signal.SIGSTOP, "killed": signal.SIGKILL}
_PACE_NOTE = "a worker and a beat read them meanwhile, on the same two cores"
_STOP_SECONDS_MAX = 15


def letters(bench: Bench) -> Iterator[Row]:
    """Compare the real command, jobs beside it and all, with one insert behind one route."""
    for kind in KINDS:
        url = bench.databases.empty(kind)
        settings = environment(url, bench.folder) | {"BOXOFFICE_ASAAS_WEBHOOK_TOKEN": _TOKEN}
        ours = [_BOXOFFICE, "webhook", "serve", "--port", "0"]
        with (
            _served([sys.executable, "-m", "tests.bench.bare", url], settings) as (bare_port, _),
            _served(ours, settings) as (port, pid),
        ):
            _post(port)()
            if kind == POSTGRES:
                idle = megabytes(pid)
                yield plain("listener, idle: memory", "MB", idle, [idle], at_most(110, "MB"))
            seconds = bench.pick(6, 20) / 10
            met = duel(
                partial(crowd, partial(_post, bare_port), hands=_HANDS, seconds=seconds),
                partial(crowd, partial(_post, port), hands=_HANDS, seconds=seconds),
                rounds=bench.pick(3, 5),
            )
            note = "its jobs run beside it, in the same process"
            name = f"letters, {kind}, {_HANDS} connections"
            yield met.rates(name, at_least(0.5), note)
            yield met.waits(f"{name}: p99", 99, None)


def paces(bench: Bench) -> Iterator[Row]:
    """Send letters at a steady pace to an office with workers, with Redis and without."""
    with rig() as office:
        office.worker()
        office.beat()
        settings = office.environment | {"BOXOFFICE_ASAAS_WEBHOOK_TOKEN": _TOKEN}
        with _served([_BOXOFFICE, "webhook", "serve", "--port", "0"], settings) as (port, _):
            for state, number in _REDIS.items():
                if number is not None:
                    assert office.redis.process is not None
                    office.redis.process.send_signal(number)
                seconds = bench.pick(2, 8)
                step = partial(_post, port)
                rounds = [
                    paced(step, hands=_HANDS, rate=_RATE, seconds=seconds)
                    for _ in range(bench.pick(1, 5))
                ]
                waits = [sample.wait(99) * 1e3 for sample in rounds]
                name = f"letters, {POSTGRES}, {_RATE} /s, Redis {state}: p99"
                yield plain(name, "ms", median(waits), waits, at_most(50, "ms"), note=_PACE_NOTE)


def _post(port: int) -> Callable[[], None]:
    """Return a step that sends a new letter over one kept line and waits until it is kept."""
    line = socket.create_connection(("127.0.0.1", port))
    line.settimeout(_STOP_SECONDS_MAX)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def step() -> None:
        content = {"id": f"evt_{new_id().hex}", "event": "ACCOUNT_STATUS_CHANGED"}
        body = json.dumps(content | {"account": "x" * 1_500}).encode()
        head = (
            "POST /webhooks/asaas HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"asaas-access-token: {_TOKEN}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        line.sendall(head.encode() + body)
        answer = b""
        while not answer.endswith(b"\r\n\r\n{}"):
            part = line.recv(4096)
            assert part, "the line stays open"
            answer += part
        assert answer.startswith(b"HTTP/1.1 200"), answer

    return step


@contextmanager
def _served(command: list[str], settings: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Run a server until the block ends; yield its port and its process."""
    with subprocess.Popen(  # noqa: S603  (our own programs)
        command, cwd=_ROOT, env=settings, stderr=subprocess.PIPE
    ) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            found = _LISTENING.search(said)
            assert found, said + server.stderr.read()
            yield int(found[1]), server.pid
        finally:
            server.terminate()
            server.wait(_STOP_SECONDS_MAX)
