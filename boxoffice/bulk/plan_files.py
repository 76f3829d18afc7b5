"""The files of a plan: read whole, their owner's alone, and the results kept under a lock."""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from boxoffice.errors import BadFile, Busy, NotFound
from boxoffice.files import publish
from boxoffice.text import inert_json, shown

_AS_LINE = json.JSONEncoder(ensure_ascii=False).encode


def beside(plan: Path, ending: str) -> Path:
    """Return where a file that belongs to a plan lies."""
    return plan.with_name(f"{plan.name}.{ending}")


def result_beside(plan: Path) -> Path:
    """Return where the results of a plan lie."""
    return beside(plan, "result.jsonl")


def read_plan_file(path: Path, *, made_by: str) -> bytes:
    """Return the bytes of a file of a plan that the command `made_by` has written.

    Raises:
        NotFound: there is no such file.
        BadFile: it is a folder or a device, or cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise not_a_plan(path, made_by=made_by)
        return path.read_bytes()
    except FileNotFoundError:
        hint = f"make a plan first: {made_by}"
        raise NotFound("file", shown(str(path)), hint=hint) from None
    except (OSError, ValueError) as error:
        raise BadFile(f"{shown(str(path))} cannot be read.") from error


def not_a_plan(path: Path, *, made_by: str) -> BadFile:
    """Return the refusal of a file that the command `made_by` has not written."""
    noun = re.split(" plan| [A-Z]", made_by.removeprefix("boxoffice "))[0]
    problem = f"{shown(path.name)} is not a plan of `{noun}`."
    return BadFile(problem, hint=f"make one: {made_by}")


def publish_alone(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that nobody else may read, not even where an older one was shown around.

    Raises:
        BadFile: it cannot be written.
    """
    try:
        if path.is_file():
            path.chmod(0o600)
    except OSError as error:
        raise BadFile(f"{shown(str(path))} cannot be written: {error.strerror}.") from error
    publish(path, parts)


def pretty(told: Mapping[str, Any]) -> list[bytes]:
    """Return a plan as the lines of a JSON file that people look at; nothing in it acts."""
    lines = json.dumps(told, indent=2, ensure_ascii=False).split("\n")
    return [inert_json(line).encode() + b"\n" for line in lines]


def result_line(told: Mapping[str, Any]) -> bytes:
    """Return one line of a result file."""
    return inert_json(_AS_LINE(told)).encode() + b"\n"


@contextmanager
def result_file(plan: Path) -> Iterator[IO[bytes]]:
    """Open the results of a plan for writing anew, and hold its lock.

    Raises:
        BadFile: it cannot be written.
        Busy: the same plan is being applied now (`plan.locked`).
    """
    path = result_beside(plan)
    try:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BadFile(f"{shown(str(path))} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "wb", buffering=0) as file:
        try:
            # Race: one plan applied twice at once. The rows would be right; the results not.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"{shown(plan.name)} is being applied now.",
                hint="wait for that run, then look at its results",
                code="plan.locked",
            ) from error
        yield file
