"""The plan of an event's end as two files: one to look at, and beside it a line an order."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from boxoffice.bulk.cancel_plan import CancelPlan, told_of
from boxoffice.bulk.plan_files import beside, not_a_plan, pretty, publish_alone, read_plan_file
from boxoffice.errors import BadFile
from boxoffice.text import inert_json, shown
from boxoffice.times import iso

SCHEMA = "plan/1"
ACT = "event.cancel"
MADE_BY = "boxoffice event cancel SLUG"

_PLAN_SIZE_MAX = 2**20  # bytes


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

    publish_alone(rows_beside(out), rows())
    told = {"schema": SCHEMA, "act": ACT} | told_of(plan)
    told |= {
        "made_at": iso(now),
        "by": by,
        "orders": {"count": len(plan.orders), "sha256": digest.hexdigest()},
        "world": {"digest": plan.digest},
    }
    publish_alone(out, pretty(told))


def read_cancel(path: Path) -> KeptCancel:
    """Read a plan back, with its orders.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no plan of an event's end, or the orders beside it are not its own.
    """
    raw = read_plan_file(path, made_by=MADE_BY)
    rows = read_plan_file(rows_beside(path), made_by=MADE_BY)
    try:
        told = json.loads(raw[:_PLAN_SIZE_MAX])
        is_ours = told["schema"] == SCHEMA and told["act"] == ACT
        event, world, digest = told["event"], told["world"]["digest"], told["orders"]["sha256"]
        orders = tuple(str(json.loads(line)["order"]) for line in rows.splitlines())
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise not_a_plan(path, made_by=MADE_BY) from error
    if not is_ours or not isinstance(event, str) or not isinstance(world, str):
        raise not_a_plan(path, made_by=MADE_BY)
    if hashlib.sha256(rows).hexdigest() != digest:
        problem = f"{shown(rows_beside(path).name)} is not what {shown(path.name)} was made with."
        raise BadFile(problem, hint=f"make one: {MADE_BY}")
    return KeptCancel(event, world, orders)


def rows_beside(plan: Path) -> Path:
    """Return where the orders of a plan lie."""
    return beside(plan, "orders.jsonl")
