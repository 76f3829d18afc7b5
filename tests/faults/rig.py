"""A whole office to break: PostgreSQL, Redis, a gateway, workers and beats, each a real process."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, update
from sqlmodel import col, func, select
from starlette.types import ASGIApp, Receive, Scope, Send

from boxoffice.db import changed
from boxoffice.ids import new_id
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets, ExpireOrder, OpenCharge, Promise
from boxoffice.outbox.models import Heartbeat, Job, JobState
from boxoffice.outbox.pulse import pulses
from boxoffice.payments.letters import keep_letter
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from boxoffice.servers.children import Child, Children, until
from boxoffice.servers.postgres import Postgres
from boxoffice.servers.redis import Redis
from boxoffice.settings import Settings
from boxoffice.staff.rules import SYSTEM
from tasks.bell import redis_of
from tests.making import SECRET, a_sale, a_tier, an_event, an_order, started
from tests.services.switch import Switch, switch

LEASE_SECONDS = 8  # whoever dies with a job is followed so soon in here
PATIENCE_SECONDS = 180.0  # only against hanging: what must come in time is told its own

_OPEN = (JobState.WAITING, JobState.SENT, JobState.RUNNING)
_SKEWED = Path(__file__).with_name("skewed.py")


class Gate:
    """A gateway that can be told to keep its answers back: it obeys, and says nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = threading.Event()
        self._open.set()
        self._holds_all = False
        self.arrived = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or keep the answer to a new charge back."""
        is_held = self._holds_all or scope.get("path") == "/v3/payments"
        is_new = self._holds_all or scope.get("method") == "POST"
        if not (is_held and is_new) or self._open.is_set():
            await self._app(scope, receive, send)
            return

        async def hold(_message: object) -> None:
            self.arrived.set()
            await asyncio.to_thread(self._open.wait, PATIENCE_SECONDS)

        await self._app(scope, receive, hold)

    @contextmanager
    def shut(self, *, holds_all: bool = False) -> Iterator[None]:
        """Keep answers back for the length of a block: those to new charges, or all."""
        self._holds_all = holds_all
        self.arrived.clear()
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()


@dataclass
class Program:
    """One of our own programs, in a process group of its own."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to every process it made."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End it and its processes at once."""
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()


@dataclass
class Rig:
    """The office, and hands to break it with."""

    home: Path
    environment: dict[str, str]
    office: BoxOffice
    postgres: Child
    redis: Child
    gate: Gate
    sandbox: Sandbox
    programs: list[Program] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def start(self, *words: str, skew_seconds: int = 0, **more: str) -> Program:
        """Start `boxoffice job …`, with more settings, where a clock is wrong by so much."""
        log = self.home / f"{next(self.numbers)}-{words[0]}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, _SKEWED, str(skew_seconds), "job", *words],
                env=self.environment | more,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.programs.append(Program(process, log))
        return self.programs[-1]

    def worker(self, *, skew_seconds: int = 0) -> Program:
        """Start a worker, and wait until it listens."""
        return self.alive(self.start("worker", skew_seconds=skew_seconds))

    def beat(self) -> Program:
        """Start a beat, and wait until it ticks."""
        return self.alive(self.start("beat"))

    def alive(self, program: Program) -> Program:
        """Wait until a program has a heartbeat."""
        tail = f":{program.process.pid}"

        def is_seen() -> bool:
            with self.office.reading() as session:
                return any(pulse.name.endswith(tail) for pulse in pulses(session))

        wait_until(is_seen, why=program.log.read_text)
        return program

    @property
    def workers(self) -> list[Program]:
        """The workers that were started and not killed."""
        return [program for program in self.programs if "worker" in program.log.name]

    def end(self, *programs: Program) -> None:
        """Kill programs, all of them when none is named."""
        for program in programs or tuple(self.programs):
            program.kill()
            self.programs.remove(program)

    def mend(self) -> None:
        """Have a beat and two workers run and listen; who was killed before is forgotten."""
        alive = [program for program in self.programs if program.process.poll() is None]
        self.programs = alive
        self.forget()
        words = ["beat"] * (1 - (len(alive) - len(self.workers))) + ["worker"] * (
            2 - len(self.workers)
        )
        for program in [*alive, *(self.start(word) for word in words)]:
            self.alive(program)  # a worker that lost its Redis is silent until it listens again

    def forget(self) -> None:
        """Forget the heartbeats of programs that were killed."""
        names = [f"%:{program.process.pid}" for program in self.programs]
        with self.office.writing() as session:
            gone = [~col(Heartbeat.name).like(name) for name in names]
            changed(session, delete(Heartbeat).where(*gone))

    def letters(self, count: int) -> None:
        """Keep letters that name no charge: jobs that only our own database knows of."""
        for first in range(0, count, 100):
            with self.office.writing() as session:
                for _ in range(first, min(first + 100, count)):
                    content = {"id": f"evt_{new_id().hex}", "event": "ACCOUNT_STATUS_CHANGED"}
                    body = json.dumps(content).encode()
                    keep_letter(session, SYSTEM, "asaas", body, content, now=self.office.now())

    def mails(self, count: int) -> list[Promise]:
        """Sell, and promise the tickets by mail."""
        return [DeliverTickets(a_sale(self.office).id) for _ in range(count)]

    def charge(self) -> OpenCharge:
        """Place an order whose charge is to be opened at the gateway."""
        return OpenCharge(started(self.office, an_order(self.office).id))

    def jobs(self) -> Counter[str]:
        """Count the jobs by state, those that were put off too; an expiry has its own time."""
        with self.office.reading() as session:
            found = session.exec(
                select(Job.state, func.count())
                .where(col(Job.kind) != ExpireOrder.kind)
                .group_by(col(Job.state))
            ).all()
        return Counter(dict(found))

    def job(self, job: Promise) -> Job:
        """Return the row of one job."""
        with self.office.reading() as session:
            return session.exec(select(Job).where(Job.dedupe_key == job.dedupe_key)).one()

    def attempts_of(self, kind: type[Promise]) -> set[int]:
        """Return how often jobs of a kind were tried."""
        with self.office.reading() as session:
            return set(session.exec(select(Job.attempts).where(Job.kind == kind.kind)).all())

    def change(self, job: Promise, **values: object) -> None:
        """Change the row of one job."""
        with self.office.writing() as session:
            where = col(Job.dedupe_key) == job.dedupe_key
            changed(session, update(Job).where(where).values(**values))

    def wait_until_done(self, seconds_max: float) -> float:
        """Wait until no job is due or in hand; return after how many seconds none was."""
        started_at = time.monotonic()

        def is_done() -> bool:
            found = self.jobs()  # asked once: between two looks a job may move
            return not any(found[state] for state in _OPEN)

        wait_until(
            is_done,
            seconds_max=seconds_max,
            why=lambda: str(self.jobs()),
        )
        return time.monotonic() - started_at

    def ended(self) -> Counter[str]:
        """Count, by job, how often a worker wrote down that it was done."""
        lines = [json.loads(line) for line in self.log_lines()]
        return Counter(line["job_id"] for line in lines if line["fact"] == "job done")

    def log_lines(self) -> list[str]:
        """Return the log that all programs share."""
        path = self.home / "boxoffice.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def flush(self) -> None:
        """Let Redis forget everything."""
        with closing(redis_of(self.office.settings)) as line:
            line.flushall()

    @contextmanager
    def without_redis(self, number: signal.Signals) -> Iterator[None]:
        """Freeze or kill Redis for the length of a block."""
        assert self.redis.process is not None
        self.redis.process.send_signal(number)
        try:
            yield
        finally:
            if number is signal.SIGSTOP:
                self.redis.process.send_signal(signal.SIGCONT)
            else:
                self.restart(self.redis, number)

    def restart(self, server: Child, number: signal.Signals) -> None:
        """End a server with a signal, and start it again."""
        assert server.process is not None
        server.process.send_signal(number)
        server.process.wait(PATIENCE_SECONDS)
        _start(Children(lambda _name, line: self.said.append(line)), server)


def _start(children: Children, child: Child) -> None:
    children.start(child)
    is_ready = _READY[child.name]
    assert until(is_ready, child, seconds_max=PATIENCE_SECONDS), f"{child.name} did not start"


_READY: dict[str, Callable[[], bool]] = {}


@contextmanager
def rig() -> Iterator[Rig]:
    """Build an office in a folder of its own; everything is gone when the block ends."""
    home = Path(tempfile.mkdtemp(prefix="boxoffice-faults-"))
    home.chmod(0o711)  # the server of root is `nobody`'s
    said: list[str] = []
    children = Children(lambda _name, line: said.append(line))
    try:
        postgres, redis = Postgres(home), Redis(home)
        _READY.update(postgres=lambda: postgres.is_ready, redis=lambda: redis.is_ready)
        postgres.prepare()
        servers = postgres.child(), redis.child()
        for child in servers:
            _start(children, child)
        upgrade(postgres.url)
        with switch() as gateway, closing(Sandbox()) as sandbox:
            yield from _running(
                home,
                postgres.url,
                redis.url,
                gateway=gateway,
                sandbox=sandbox,
                servers=servers,
                said=said,
            )
    finally:
        children.stop()
        shutil.rmtree(home, ignore_errors=True)


def _running(
    home: Path,
    database_url: str,
    redis_url: str,
    *,
    gateway: Switch,
    sandbox: Sandbox,
    servers: tuple[Child, Child],
    said: list[str],
) -> Iterator[Rig]:
    gate = Gate(create_app(sandbox))
    gateway.app = gate
    given = {
        "home": str(home),
        "database_url": database_url,
        "redis_url": redis_url,
        "secret_key": SECRET.hex(),
        "asaas_url": f"{gateway.url}/v3",
        "asaas_api_key": API_KEY,
        "job_lease_seconds": str(LEASE_SECONDS),
    }
    ours = {f"BOXOFFICE_{name.upper()}": value for name, value in given.items()}
    others = {name: v for name, v in os.environ.items() if not name.startswith("BOXOFFICE_")}
    root = str(Path(__file__).parents[2])
    office = BoxOffice(Settings.read(ours))
    an_event(office, a_tier(quota=100_000), starts_at="2099-12-01T20:00")
    made = Rig(home, others | ours | {"PYTHONPATH": root}, office, *servers, gate, sandbox)
    made.said = said
    try:
        yield made
    finally:
        made.end()
        office.close()


def wait_until(
    is_so: Callable[[], bool],
    *,
    seconds_max: float = PATIENCE_SECONDS,
    why: Callable[[], str] = lambda: "",
) -> None:
    """Look again and again until something is so.

    Raises:
        AssertionError: it was not so in time; the message is what `why` says.
    """
    over_at = time.monotonic() + seconds_max
    while not is_so():
        assert time.monotonic() < over_at, f"not so after {seconds_max} s: {why()}"
        time.sleep(0.05)
