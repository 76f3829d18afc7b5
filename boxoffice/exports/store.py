"""Where the files of an export go: the port to a store, and the folders of this machine."""

import fcntl
import glob
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from boxoffice.errors import BadFile, BadValue, Busy
from boxoffice.files import publish
from boxoffice.text import shown

MANIFEST_MAX = 1_000_000  # bytes
STDOUT = Path("-")
_LOOK_SECONDS = 0.1  # how often who waits for a lock looks again


class Store(Protocol):
    """A place for whole files: one that is being written is not there yet."""

    def told(self, out: Path) -> str:
        """Return the address of a file, as it is remembered and shown."""

    def keeps(self, out: Path) -> bool:
        """Say whether what is written there can be read again: a pipe cannot, nor can stdout."""

    def only_one(
        self, out: Path, told: str, *, wait_seconds: float = 0
    ) -> AbstractContextManager[None]:
        """Hold a file for one run. `told` is its address as it was asked for, dates and all.

        Raises:
            Busy: another run holds it, and did so for `wait_seconds`.
            BadFile: it cannot be written.
        """

    def publish(
        self, out: Path, parts: Iterable[bytes], *, before_naming: Callable[[], None] = ...
    ) -> int:
        """Write a file whole and return its size in bytes; see `boxoffice.files.publish`.

        Raises:
            BadFile: it cannot be written.
            Unavailable: the store does not answer now.
        """

    def remove(self, out: Path) -> None:
        """Delete a file, unless it is gone already.

        Raises:
            BadFile: it cannot be deleted.
            Unavailable: the store does not answer now.
        """

    def digest_of(self, out: Path) -> str | None:
        """Return the SHA-256 of a file, in hex; `None`: it is not there."""

    def manifest_of(self, out: Path) -> dict[str, Any] | None:
        """Return what the manifest beside a file says; `None`: there is none to be read."""

    def link(self, out: Path, *, seconds: int) -> str:
        """Return an address that opens a file for so long, without a key.

        Raises:
            BadValue: files of this store have no such address.
        """


def manifest_beside(file: Path) -> Path:
    """Return where the manifest of a file lies."""
    return file.with_name(file.name + ".manifest.json")


def read_manifest(raw: bytes) -> dict[str, Any] | None:
    """Read a manifest; `None`: it is none."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


class FileStore:
    """Files of this machine; `-` is standard output."""

    def told(self, out: Path) -> str:
        """Return the whole path."""
        return str(STDOUT) if out == STDOUT else str(out.absolute())

    def keeps(self, out: Path) -> bool:
        """Say whether it is, or will be, a regular file."""
        return out != STDOUT and (out.is_file() or not out.exists())

    @contextmanager
    def only_one(self, out: Path, told: str, *, wait_seconds: float = 0) -> Iterator[None]:
        """Hold the lock of an output file: the kernel frees it, however we end.

        Files that are named for their moment share one lock, that of their export.
        """
        is_named = told == self.told(out)
        name = out.name if is_named else hashlib.sha256(told.encode()).hexdigest()[:16]
        handle = self._lock_file(out, f".{name}.lock")
        if handle is None:
            yield
            return
        try:
            # Race: cron starts before the last run has ended. The second leaves, or waits its turn.
            if not _locked(handle, wait_seconds):
                raise Busy(
                    f"another run is writing {shown(out.name)} now.",
                    hint="try again later, or wait for it: --wait 60s",
                    code="export.locked",
                )
            _tidy(out)
            yield
        finally:
            os.close(handle)

    def publish(
        self,
        out: Path,
        parts: Iterable[bytes],
        *,
        before_naming: Callable[[], None] = lambda: None,
    ) -> int:
        """Write a file, and give it its name when it is whole."""
        return publish(out, parts, before_naming=before_naming)

    def remove(self, out: Path) -> None:
        """Delete a file."""
        try:
            out.unlink(missing_ok=True)
        except OSError as error:
            raise BadFile(f"{out} cannot be deleted: {error.strerror}.") from error

    def digest_of(self, out: Path) -> str | None:
        """Read the file, and return its digest."""
        if not out.is_file():
            return None
        with out.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def manifest_of(self, out: Path) -> dict[str, Any] | None:
        """Read the manifest beside a file."""
        try:
            with manifest_beside(out).open("rb") as file:
                return read_manifest(file.read(MANIFEST_MAX))
        except OSError:
            return None

    def link(self, out: Path, *, seconds: int) -> str:
        """Refuse: what lies on this machine is read on this machine."""
        del seconds
        hint = "export it to a bucket: --out s3://bucket/key"
        raise BadValue("the file", f"{shown(str(out))} lies in no bucket.", hint=hint)

    def _lock_file(self, out: Path, name: str) -> int | None:
        """Open the file whose lock `out` is guarded by; devices, pipes and stdout have none."""
        try:
            if not self.keeps(out) or not out.parent.is_dir():
                return None
            return os.open(out.with_name(name), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise BadFile(f"{out} cannot be written: {error.strerror}.") from error


def _locked(handle: int, wait_seconds: float) -> bool:
    """Take a lock, and say whether we have it. No call of the kernel waits so long and no more."""
    until = time.monotonic() + wait_seconds
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        left = until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, _LOOK_SECONDS))


def _tidy(out: Path) -> None:
    """Delete the drafts of runs that were killed: under the lock nobody else is writing one."""
    for name in (out.name, manifest_beside(out).name):
        for draft in out.parent.glob(f".{glob.escape(name[:200])}.????????.tmp"):
            with suppress(OSError):  # it is in nobody's way
                draft.unlink()


FILES = FileStore()
