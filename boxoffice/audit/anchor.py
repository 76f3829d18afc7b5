"""Anchors: heads of the chain kept outside the database, in a file that another may hold."""

import json
from datetime import datetime
from pathlib import Path

from boxoffice.audit.verify import Verified
from boxoffice.errors import BadFile
from boxoffice.files import publish
from boxoffice.text import shown
from boxoffice.times import iso

_SIZE_MAX = 64 * 2**20  # bytes


def read_anchors(path: Path) -> dict[int, str]:
    """Return the heads in a file of anchors, by the number of their seal; none when it is new.

    Raises:
        BadFile: it is no file of anchors, or names two heads of one seal.
    """
    found: dict[int, str] = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            told = json.loads(line)
            n, head = int(told["seal"]), str(told["head"])
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise BadFile(f"{shown(str(path))} holds no anchor here.", line=number) from error
        if found.setdefault(n, head) != head:
            raise BadFile(f"{shown(str(path))} names two heads of seal {n}.", line=number)
    return found


def keep_anchor(path: Path, verified: Verified, *, now: datetime) -> None:
    """Add the newest head to a file of anchors, unless it stands there.

    Raises:
        BadFile: the file cannot be written.
    """
    before = _lines(path)
    if verified.seals == 0 or verified.seals in read_anchors(path):
        return
    told = {"seal": verified.seals, "entries": verified.count, "head": verified.head}
    line = json.dumps(told | {"at": iso(now)})
    publish(path, [f"{text}\n".encode() for text in (*before, line)])


def _lines(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_SIZE_MAX).splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise BadFile(f"{shown(str(path))} cannot be read.") from error
