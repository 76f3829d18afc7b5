"""`boxoffice up`: the office size on one machine, without Docker."""

import fcntl
import json
import os
import signal
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe

import typer

from boxoffice.cli import show
from boxoffice.cli.opening import settings_of
from boxoffice.db import private_file
from boxoffice.errors import Busy, Misconfigured, Refused
from boxoffice.office import opened
from boxoffice.servers.children import Child, Children, until
from boxoffice.servers.postgres import Postgres
from boxoffice.servers.redis import Redis
from boxoffice.settings import FILE_NAME, PREFIX, Settings
from boxoffice.text import shown

_PROGRAM = (sys.executable, "-c", "from boxoffice.cli.main import run; run()")
_COLOURS = {"postgres": 34, "redis": 31, "migrate": 37, "listener": 32, "worker": 33, "beat": 35}
_LOOK_SECONDS = 0.2
_READY_SECONDS_MAX = 60.0


def up(ctx: typer.Context, *, port: int, concurrency: int) -> None:
    """Start everything, keep it running, and end it in order on Ctrl-C or SIGTERM.

    Raises:
        Refused: it is up in this home already, or home holds a box office on SQLite.
        Misconfigured: servers are set elsewhere, or their wheels are not installed.
        Busy: a server did not start.
    """
    settings = settings_of(ctx)
    home = settings.home
    is_over = threading.Event()
    with _alone(home):
        _must_be_free(settings)
        postgres, redis = Postgres(home), Redis(home)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: is_over.set())
        postgres.prepare()
        children = Children(_say)
        try:
            _start_server(children, postgres)
            _start_server(children, redis)
            written = _write_settings(settings, postgres.url, redis.url)
            if not is_over.is_set():
                _start_programs(children, ctx, settings, written, port, concurrency)
                _tell(home, written)
            while not is_over.wait(_LOOK_SECONDS):
                children.look()
        finally:
            children.stop()
            show.talk("everything is down; the data stays. Again: boxoffice up")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold this home.

    Raises:
        Refused: another `boxoffice up` holds it.
    """
    path = home / "up.lock"
    private_file(path)
    with path.open("r+") as lock:
        try:
            # Race: two of us in one home. The kernel gives one of them the lock, while it lives.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                f"boxoffice is up in {home} already.",
                hint="see how it stands: boxoffice doctor",
                code="up.running",
            ) from error
        yield


def _must_be_free(settings: Settings) -> None:
    in_home = settings.home / FILE_NAME
    for name in ("database_url", "redis_url"):
        value = settings.values[name]
        if value.text is not None and value.origin != str(in_home):
            raise Misconfigured(
                f"{PREFIX}{name.upper()} is set ({value.origin}), and `up` brings its own.",
                hint="unset it, or start boxoffice job worker, job beat and webhook serve yourself",
            )
    if settings.get("database_url") is not None:
        return
    with opened(settings) as office:
        is_used = office.database.schema() is not None  # an empty file is no box office
    if is_used:
        raise Refused(
            f"{settings.home} holds a box office on SQLite, which `up` would hide.",
            hint="set BOXOFFICE_HOME to another folder",
            code="up.sqlite_here",
        )


def _start_server(children: Children, server: Postgres | Redis) -> None:
    child = server.child()
    children.start(child)
    if not until(lambda: server.is_ready, child, seconds_max=_READY_SECONDS_MAX):
        raise Busy(
            f"{child.name} did not start.",
            hint="what it said stands above",
            code="up.not_started",
        )


def _start_programs(
    children: Children,
    ctx: typer.Context,
    settings: Settings,
    written: dict[str, str],
    port: int,
    concurrency: int,
) -> None:
    """Migrate, then start our own programs."""
    config = ctx.find_root().obj
    front = [*_PROGRAM, *(["--config", str(Path(config).absolute())] if config else [])]
    given = {f"{PREFIX}{name.upper()}": text for name, text in written.items()}
    if f"{PREFIX}ASAAS_WEBHOOK_TOKEN_FILE" in os.environ:
        given.pop(f"{PREFIX}ASAAS_WEBHOOK_TOKEN", None)
    environment = os.environ | given | {f"{PREFIX}HOME": str(settings.home)}
    environment["PYTHONUNBUFFERED"] = "1"

    def program(name: str, *words: str) -> Child:
        return Child(name, [*front, *words], environment)

    migrate = program("migrate", "init")
    once = Children(_say)
    once.start(migrate)
    assert migrate.process is not None, "it was just started"
    if migrate.process.wait() != 0:
        raise Busy(
            "the database could not be migrated.",
            hint="what it said stands above",
            code="up.not_started",
        )
    children.start(program("listener", "webhook", "serve", "--port", str(port)))
    children.start(program("worker", "job", "worker", "--concurrency", str(concurrency)))
    children.start(program("beat", "job", "beat"))


def _write_settings(settings: Settings, database_url: str, redis_url: str) -> dict[str, str]:
    """Write in home what other terminals need, keeping what stands there; return it."""
    path = settings.home / FILE_NAME
    found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    written = {"database_url": database_url, "redis_url": redis_url}
    if settings.get("asaas_webhook_token") is None:
        written["asaas_webhook_token"] = token_urlsafe(32)  # letters carry one; none has come yet
    lines = ["# Written by `boxoffice up`, for other terminals."]
    lines += [f"{name} = {json.dumps(text)}" for name, text in (found | written).items()]
    draft = path.with_suffix(".draft")
    private_file(draft)
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.rename(path)
    return written


def _tell(home: Path, written: dict[str, str]) -> None:
    show.talk(f"database  {written['database_url']}")
    show.talk(f"redis     {written['redis_url']}")
    show.talk(f"In other terminals: export BOXOFFICE_HOME={home}")
    show.talk("Ctrl-C ends everything; the data stays.")


def _say(name: str, line: str) -> None:
    """Print one line of one program, behind its name."""
    prefix = f"{name:<8} │"
    if show.is_coloured():
        prefix = f"\x1b[{_COLOURS.get(name, 36)}m{prefix}\x1b[0m"
    sys.stdout.write(f"{prefix} {shown(line)}\n")
    sys.stdout.flush()
