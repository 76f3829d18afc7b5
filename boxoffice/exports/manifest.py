"""The manifest beside an exported file: what is in it, and whether it is still so."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxoffice.errors import BadFile
from boxoffice.exports.store import MANIFEST_MAX, manifest_beside, read_manifest
from boxoffice.text import shown

SCHEMA = "manifest/1"
_READ_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Verified:
    """What a manifest says of a file, and what is wrong with it: nothing, when it is whole."""

    file: Path
    said: dict[str, Any]
    problem: str


def manifest_bytes(content: dict[str, Any]) -> bytes:
    """Write a manifest for people and programs."""
    told = {"schema": SCHEMA, **content}
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def verified(file: Path) -> Verified:
    """Compare a file with its manifest, byte by byte.

    Raises:
        BadFile: the file cannot be read, or what lies beside it is no manifest.
    """
    beside = manifest_beside(file)
    if not file.is_file():
        return Verified(file, {}, "the file is not there")
    if not beside.is_file():
        return Verified(file, {}, "there is no manifest beside it: its run was cut off")
    said = _read(beside)
    size, digest = _weighed(file)
    if size != said["bytes"]:
        return Verified(file, said, f"it has {size} bytes; the manifest says {said['bytes']}")
    if digest != said["sha256"]:
        return Verified(file, said, "its bytes are not those that were written")
    return Verified(file, said, "")


def _read(beside: Path) -> dict[str, Any]:
    try:
        with beside.open("rb") as opened:
            said = read_manifest(opened.read(MANIFEST_MAX))
    except OSError as error:
        raise BadFile(f"{shown(str(beside))} cannot be read: {error.strerror}.") from error
    if said is None or said.get("schema") != SCHEMA:
        raise _no_manifest(beside)
    if not isinstance(said.get("bytes"), int) or not isinstance(said.get("sha256"), str):
        raise _no_manifest(beside)
    return said


def _no_manifest(beside: Path) -> BadFile:
    return BadFile(f"{shown(str(beside))} is no manifest of ours.", hint="run the export again")


def _weighed(file: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as opened:
            while part := opened.read(_READ_BYTES):
                digest.update(part)
                size += len(part)
    except OSError as error:
        raise BadFile(f"{shown(str(file))} cannot be read: {error.strerror}.") from error
    return size, digest.hexdigest()
