"""The file of a backup: a ZIP with the database, a manifest, and the secret key when asked for."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from boxoffice.errors import BadFile, NotFound
from boxoffice.text import shown

SCHEMA = "backup/1"
DATABASE, MANIFEST, KEY = "database", "manifest.json", "secret.key"
_READ_BYTES = 2**20
_MANIFEST_MAX = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup. `counts` are the rows of each table."""

    made_at: str
    backend: str  # sqlite or postgresql
    migration: str
    bytes: int
    sha256: str
    counts: dict[str, int] = field(default_factory=dict)
    has_key: bool = False
    schema: str = SCHEMA


def write_archive(out: Path, database: Path, manifest: Manifest, key: str | None) -> None:
    """Write the file. Its table of contents comes last: half a file is no file at all."""
    with zipfile.ZipFile(out, "x", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.write(database, DATABASE)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")
        if key is not None:
            archive.writestr(KEY, key)


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says it holds.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no backup, or was cut off.
    """
    with _opened(path) as archive, archive.open(MANIFEST) as file:
        return _manifest(path, file.read(_MANIFEST_MAX))


def read_key(path: Path) -> str:
    """Return the secret key of a backup that was made with it.

    Raises:
        BadFile: it holds none.
    """
    with _opened(path) as archive:
        return archive.read(KEY).decode("ascii")


def unpack(path: Path, manifest: Manifest, out: BinaryIO) -> None:
    """Write the database of a backup to `out`, and hold it against the manifest.

    Raises:
        BadFile: its bytes are not those that were written.
    """
    digest, size = hashlib.sha256(), 0
    with _opened(path) as archive:
        for part in _parts(path, archive):
            digest.update(part)
            size += len(part)
            out.write(part)
    if (size, digest.hexdigest()) != (manifest.bytes, manifest.sha256):
        raise BadFile(f"{shown(str(path))} is damaged: its bytes are not those that were written.")


def weighed(path: Path) -> tuple[int, str]:
    """Return the size and the SHA-256 of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _parts(path: Path, archive: zipfile.ZipFile) -> Iterator[bytes]:
    try:
        with archive.open(DATABASE) as file:
            while part := file.read(_READ_BYTES):
                yield part
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise BadFile(f"{shown(str(path))} is damaged, and cannot be read whole.") from error


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup. What is none is refused, whichever part of it is missing."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise NotFound("file", shown(str(path)), hint="make one: boxoffice backup") from None
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise _no_backup(path) from error


def _manifest(path: Path, raw: bytes) -> Manifest:
    try:
        manifest = Manifest(**json.loads(raw))
    except (ValueError, TypeError, RecursionError) as error:
        raise _no_backup(path) from error
    if manifest.schema != SCHEMA:
        raise _no_backup(path)
    return manifest


def _no_backup(path: Path) -> BadFile:
    return BadFile(f"{shown(str(path))} is no backup of ours, or was cut off.")
