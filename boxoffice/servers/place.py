"""Where a server keeps its data and its socket, and as whom it runs."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from boxoffice.errors import Misconfigured

_SOCKET_MAX = 107  # bytes of a path that a Unix socket may have
_SOCKET_NAME_BYTES = 20
_FOR_ALL = Path("/var/lib/boxoffice")


@dataclass(frozen=True, slots=True)
class Account:
    """As whom a server runs: ourselves, or `nobody` where we are root and it refuses root."""

    uid: int
    gid: int
    is_ours: bool

    @property
    def options(self) -> dict[str, Any]:
        """What a process that is started needs to be told."""
        return {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": []}


def account() -> Account:
    """Return as whom PostgreSQL runs: it refuses root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_ours=True)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, is_ours=False)


def data_folder(home: Path, name: str, owner: Account) -> Path:
    """Make the folder of one server: in home, or where `nobody` can reach it when home is closed.

    Raises:
        Misconfigured: a folder of that name is somebody else's.
    """
    folder = home / name
    if not owner.is_ours and not may_pass(home):
        _FOR_ALL.mkdir(parents=True, exist_ok=True, mode=0o711)
        folder = _FOR_ALL / f"{name}-{_short(home)}"
    return _private(folder, owner)


def socket_folder(data: Path, owner: Account) -> Path:
    """Return a folder for a server's socket: its own, or a shorter one where that is too long.

    Raises:
        Misconfigured: a folder of that name is somebody else's.
    """
    if len(os.fsencode(data)) + _SOCKET_NAME_BYTES <= _SOCKET_MAX:
        return data
    return _private(Path(tempfile.gettempdir()) / f"boxoffice-{owner.uid}-{_short(data)}", owner)


def wheel(package: str) -> Path:
    """Return the folder of an installed wheel, without loading it.

    Raises:
        Misconfigured: it is not installed.
    """
    found = find_spec(package)
    if found is None or found.origin is None:
        raise Misconfigured(
            "the servers for `boxoffice up` are not installed.",
            hint="run: pip install 'boxoffice[office]'",
        )
    return Path(found.origin).resolve().parent


def may_pass(path: Path) -> bool:
    """Say whether everybody may go through a folder and all above it."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))


def _private(folder: Path, owner: Account) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if found.st_uid not in {owner.uid, os.geteuid()} or not stat.S_ISDIR(found.st_mode):
        raise Misconfigured(f"{folder} belongs to somebody else.", hint="choose another home")
    os.chown(folder, owner.uid, owner.gid)
    folder.chmod(0o700)
    return folder


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]
