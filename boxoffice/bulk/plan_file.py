"""A plan as two files: one to look at, and beside it the rows that would be brought in."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from boxoffice.bulk.many import making_many
from boxoffice.bulk.plan import ImportPlan
from boxoffice.bulk.plan_files import beside, not_a_plan, pretty, publish_alone, read_plan_file
from boxoffice.errors import BadFile
from boxoffice.events.queries import EventView
from boxoffice.orders.importing import ImportedOrder
from boxoffice.orders.place import Wanted
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.people import Person, masked_document, masked_email
from boxoffice.text import shown
from boxoffice.times import iso

SCHEMA = "plan/1"
ACT = "order.import"
MADE_BY = "boxoffice order import plan FILE --event SLUG"

_AS_LINE = json.JSONEncoder(ensure_ascii=False).encode
_FACTS = tuple(each.name for each in fields(Person))
_FACTS_OF = attrgetter(*_FACTS)
_FIRST_ORDERS = 5
_PROBLEMS_MAX = 1_000  # in the plan file; the counts tell of all
_PLAN_SIZE_MAX = 16 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan read back: the orders, and the world that it was made for."""

    event: str
    orders: tuple[ImportedOrder, ...]
    world: dict[str, Any]


def told_of(plan: ImportPlan) -> dict[str, Any]:
    """Return a plan as programs see it. Documents and addresses are masked."""
    places = plan.places
    return {
        "schema": SCHEMA,
        "act": ACT,
        "event": plan.event.slug,
        "counts": {
            "rows": len(plan.sheet.rows) + len(plan.sheet.spoilt),
            "bad": plan.bad_rows,
            "orders": len(plan.orders),
            "tickets": sum(places.values()),
            "already": plan.already,
            "with_email": sum(1 for order in plan.orders if order.buyer.email),
        },
        "money": {"total_minor": plan.total_minor, "currency": plan.event.currency},
        "tiers": [
            {
                "name": tier.name,
                "quantity": places[tier.name],
                "price_minor": tier.price.minor,
                "places_left": tier.places_left,
            }
            for tier in plan.event.tiers
            if tier.name in places
        ],
        "columns": plan.sheet.columns,
        "ignored": list(plan.sheet.ignored),
        "first": [
            {
                "external_id": order.external_id,
                "buyer_name": order.buyer.name,
                "buyer_email": masked_email(order.buyer.email),
                "buyer_document": masked_document(order.buyer.document),
                "tickets": sum(order.places.values()),
                "rows": list(order.rows),
            }
            for order in plan.orders[:_FIRST_ORDERS]
        ],
        "problems": [
            {"line": p.line, "column": p.column, "problem": p.what, "hint": p.hint}
            for p in plan.problems[:_PROBLEMS_MAX]
        ],
    }


def write_plan(plan: ImportPlan, out: Path, *, source: str, by: str, now: datetime) -> None:
    """Write `plan` to `out`, and its orders to a file beside it. Both are the owner's alone.

    The orders go first: killed in between, the old plan no longer fits them, and is refused.

    Raises:
        BadFile: they cannot be written.
    """
    digest = hashlib.sha256()

    def rows() -> Iterator[bytes]:
        for order in plan.orders:
            line = _AS_LINE(_told(order)).encode() + b"\n"
            digest.update(line)
            yield line

    publish_alone(rows_beside(out), rows())
    told = told_of(plan) | {
        "source": {"file": shown(source), "format": plan.sheet.format},
        "made_at": iso(now),
        "by": by,
        "orders": {"count": len(plan.orders), "sha256": digest.hexdigest()},
        "world": world_of(plan.event, plan.places),
    }
    publish_alone(out, pretty(told))


def rows_beside(plan: Path) -> Path:
    """Return where the orders of a plan lie."""
    return beside(plan, "orders.jsonl")


def world_of(event: EventView, tiers: Collection[str]) -> dict[str, Any]:
    """Return what must not have changed when a plan is applied, for the tiers that it sells."""
    matters: dict[str, Any] = {
        "event": str(event.id),
        "currency": event.currency,
        "tiers": {
            tier.name: {"id": str(tier.id), "price_minor": tier.price.minor}
            for tier in event.tiers
            if tier.name in tiers
        },
    }
    digest = hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()
    return matters | {"digest": digest}


def read_plan(path: Path) -> KeptPlan:
    """Read a plan back, with its orders.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no plan of an import, or the orders beside it are not its own.
    """
    raw = read_plan_file(path, made_by=MADE_BY)
    rows = read_plan_file(rows_beside(path), made_by=MADE_BY)
    try:
        told = json.loads(raw[:_PLAN_SIZE_MAX])
        is_ours = told["schema"] == SCHEMA and told["act"] == ACT
        event, world, digest = told["event"], dict(told["world"]), told["orders"]["sha256"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise not_a_plan(path, made_by=MADE_BY) from error
    if not is_ours or not isinstance(event, str):
        raise not_a_plan(path, made_by=MADE_BY)
    if hashlib.sha256(rows).hexdigest() != digest:
        problem = f"{shown(rows_beside(path).name)} is not what {shown(path.name)} was made with."
        raise BadFile(problem, hint="plan again: boxoffice order import plan FILE")
    try:
        with making_many():
            orders = tuple(_order(json.loads(line)) for line in rows.splitlines())
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise not_a_plan(path, made_by=MADE_BY) from error
    return KeptPlan(event, orders, world)


def _order(told: Any) -> ImportedOrder:
    """Read one order.

    Raises:
        ValueError, LookupError, TypeError: it is not as we wrote it.
    """
    lines = tuple(
        Wanted(line["tier"], line["quantity"], tuple(_person(holder) for holder in line["holders"]))
        for line in told["lines"]
    )
    if not lines or not all(1 <= line.quantity <= QUANTITY_MAX for line in lines):
        raise ValueError
    name, note, rows = told["external_id"], told["note"], tuple(told["rows"])
    if not isinstance(name, str) or not isinstance(note, str):
        raise TypeError
    return ImportedOrder(name, _person(told["buyer"]), lines, note=note, rows=rows)


def _person(told: Any) -> Person:
    person = Person(**told)
    if not all(isinstance(value, str) for value in told.values()):
        raise TypeError
    return person


def _told(order: ImportedOrder) -> dict[str, Any]:
    """Return one order as `_order` reads it. `asdict` would take five times as long."""
    return {
        "external_id": order.external_id,
        "buyer": _facts(order.buyer),
        "lines": [
            {
                "tier": line.tier,
                "quantity": line.quantity,
                "holders": [_facts(holder) for holder in line.holders],
            }
            for line in order.lines
        ],
        "note": order.note,
        "rows": order.rows,
    }


def _facts(person: Person) -> dict[str, str]:
    return dict(zip(_FACTS, _FACTS_OF(person), strict=True))
