"""Files that are whole or not there: written beside their name, kept, then named."""

import os
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from boxoffice.errors import BadFile


def publish(
    path: Path,
    parts: Iterable[bytes],
    *,
    mode: int = 0o600,
    before_naming: Callable[[], None] = lambda: None,
) -> int:
    """Write `parts` to `path` and return how many bytes they had. `-` is standard output.

    A reader sees the old file or the new one, never a half. A path that is something else than a
    regular file (a device, a pipe) is written straight: renaming over it would destroy it. A new
    file gets `mode`; one that was there keeps its own. `before_naming` is called when all is
    written, and the old file still has the name.

    Raises:
        BadFile: the folder is not there, or nothing can be written.
    """
    try:
        if str(path) == "-":
            return _write(sys.stdout.buffer, parts)
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                return _write(file, parts)
        target = path.resolve()
        # By chance, not by process: what a killed run left behind is in nobody's way.
        draft = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")
        try:
            with os.fdopen(
                os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb"
            ) as file:
                if target.exists():
                    os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
                size = _write(file, parts)
                os.fsync(file.fileno())
            before_naming()
            draft.rename(target)
            _keep_name(target.parent)
        finally:
            draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadFile(f"{path} cannot be written: {error.strerror}.") from error
    return size


def _write(file: BinaryIO, parts: Iterable[bytes]) -> int:
    size = 0
    for part in parts:
        file.write(part)
        size += len(part)
    file.flush()
    return size


def _keep_name(folder: Path) -> None:
    """Make a rename outlive a power cut: the folder itself is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
