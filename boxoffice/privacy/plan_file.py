"""The plan of an erasing as a file: rows by their ids, files by their paths, and no person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from boxoffice.errors import BadFile, NotFound, Refused
from boxoffice.files import publish
from boxoffice.privacy.erase import KEPT
from boxoffice.privacy.files import HoldingFile
from boxoffice.privacy.find import Found
from boxoffice.text import inert_json, shown
from boxoffice.times import iso

_SCHEMA = "plan/1"
_ACT = "privacy.erase"
_SIZE_MAX = 64 * 2**20  # bytes
_AGAIN = "make one: boxoffice privacy erase WHO"


@dataclass(frozen=True, slots=True)
class ErasePlan:
    """A plan read back: the world it was made for, and the files it removes."""

    digest: str
    files: frozenset[str]


def write_plan(
    found: Found, files: Sequence[HoldingFile], out: Path, *, by: str, now: datetime
) -> None:
    """Write a plan, for its owner's eyes alone.

    Raises:
        BadFile: it cannot be written.
    """
    told = {
        "schema": _SCHEMA,
        "act": _ACT,
        "made_at": iso(now),
        "by": by,
        "counts": found.counts,
        "rows": [
            {"table": h.table, "key": h.name, "columns": list(h.columns), "theirs": h.is_theirs}
            for h in found.hits.values()
        ],
        "files": [{"kind": file.kind, "path": str(file.path)} for file in files],
        "kept": [{"what": what, "why": why} for what, why in KEPT],
        "world": {"digest": found.digest},
    }
    lines = json.dumps(told, indent=2, ensure_ascii=False).split("\n")
    publish(out, [inert_json(line).encode() + b"\n" for line in lines])


def read_plan(path: Path) -> ErasePlan:
    """Read a plan back.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no plan of an erasing.
    """
    try:
        told = json.loads(path.read_bytes()[:_SIZE_MAX])
        is_ours = told["schema"] == _SCHEMA and told["act"] == _ACT
        digest = str(told["world"]["digest"])
        files = frozenset(str(file["path"]) for file in told["files"])
    except FileNotFoundError:
        raise NotFound("file", shown(str(path)), hint=_AGAIN) from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise BadFile(f"{shown(str(path))} is no plan of an erasing.", hint=_AGAIN) from error
    if not is_ours:
        raise BadFile(f"{shown(str(path))} is no plan of an erasing.", hint=_AGAIN)
    return ErasePlan(digest, files)


def must_fit(plan: ErasePlan, found: Found) -> None:
    """Check that what is found now is what the plan was made for.

    Raises:
        Refused: something came or went since, or another person is named.
    """
    if plan.digest != found.digest:
        raise Refused(
            "the plan is of another person, or something about them has changed since.",
            hint=_AGAIN,
            code="plan.stale",
        )
