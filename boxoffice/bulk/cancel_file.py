"""The plan of an event's end as two files: one to look at, and beside it a line an order."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from boxoffice.bulk.cancel_plan import CancelPlan, told_of
from boxoffice.errors import BadFile, NotFound
from boxoffice.files import publish
from boxoffice.text import inert_json, shown
from boxoffice.times import iso

SCHEMA = "plan/1"
ACT = "event.cancel"

_PLAN_SIZE_MAX = 2**20  # bytes
_PLAN_AGAIN = "make one: boxoffice event cancel SLUG"


@dataclass(frozen=True, slots=True)
class KeptCancel:
    """A plan read back: the orders it ends, by code, and the world that it was made for."""

    event: str
    world: str
    orders: tuple[str, ...]


def write_cancel(plan: CancelPlan, out: Path, *, by: str, now: datetime) -> None:
    """Write `plan` to `out`, and its orders to a file beside it. Both are the owner's alone.

    The orders go first: killed in between, the old plan no longer fits them, and is refused.

    Raises:
        BadFile: they cannot be written.
    """
    digest = hashlib.sha256()

    def rows() -> Iterator[bytes]:
        for order in plan.orders:
            line = inert_json(json.dumps(asdict(order), ensure_ascii=False)).encode() + b"\n"
            digest.update(line)
            yield line

    _publish_alone(rows_beside(out), rows())
    told = {"schema": SCHEMA, "act": ACT} | told_of(plan)
    told |= {
        "made_at": iso(now),
        "by": by,
        "orders": {"count": len(plan.orders), "sha256": digest.hexdigest()},
        "world": {"digest": plan.digest},
    }
    lines = json.dumps(told, indent=2, ensure_ascii=False).split("\n")
    _publish_alone(out, [inert_json(line).encode() + b"\n" for line in lines])


def read_cancel(path: Path) -> KeptCancel:
    """Read a plan back, with its orders.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no plan of an event's end, or the orders beside it are not its own.
    """
    raw, rows = _read(path), _read(rows_beside(path))
    try:
        told = json.loads(raw[:_PLAN_SIZE_MAX])
        is_ours = told["schema"] == SCHEMA and told["act"] == ACT
        event, world, digest = told["event"], told["world"]["digest"], told["orders"]["sha256"]
        orders = tuple(str(json.loads(line)["order"]) for line in rows.splitlines())
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise _not_a_plan(path) from error
    if not is_ours or not isinstance(event, str) or not isinstance(world, str):
        raise _not_a_plan(path)
    if hashlib.sha256(rows).hexdigest() != digest:
        problem = f"{shown(rows_beside(path).name)} is not what {shown(path.name)} was made with."
        raise BadFile(problem, hint=_PLAN_AGAIN)
    return KeptCancel(event, world, orders)


def rows_beside(plan: Path) -> Path:
    """Return where the orders of a plan lie."""
    return plan.with_name(plan.name + ".orders.jsonl")


def result_beside(plan: Path) -> Path:
    """Return where the results of a plan lie."""
    return plan.with_name(plan.name + ".result.jsonl")


def result_line(told: dict[str, Any]) -> bytes:
    """Return one line of a result file."""
    return inert_json(json.dumps(told, ensure_ascii=False)).encode() + b"\n"


def _not_a_plan(path: Path) -> BadFile:
    return BadFile(f"{shown(str(path))} is not the plan of an event's end.", hint=_PLAN_AGAIN)


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise _not_a_plan(path)
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound("file", shown(str(path)), hint=_PLAN_AGAIN) from None
    except (OSError, ValueError) as error:
        raise BadFile(f"{shown(str(path))} cannot be read.") from error


def _publish_alone(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that nobody else may read, not even where an older one was shown around."""
    try:
        if path.is_file():
            path.chmod(0o600)
    except OSError as error:
        raise BadFile(f"{shown(str(path))} cannot be written: {error.strerror}.") from error
    publish(path, parts)
