"""Apply the plan of an import: orders by the hundred in one transaction, and each one once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from boxoffice.audit.record import record_all
from boxoffice.bulk.many import keeping_many
from boxoffice.bulk.plan_file import KeptPlan, read_plan, world_of
from boxoffice.bulk.plan_files import result_beside, result_file, result_line
from boxoffice.db import Database, WriteSession
from boxoffice.errors import DatabaseBusy, EventNotOnSale, Refused
from boxoffice.events.models import EventState
from boxoffice.events.queries import EventView, event_view, tiers_of
from boxoffice.ids import new_id
from boxoffice.inserts import insert_rows
from boxoffice.orders.importing import (
    BroughtIn,
    ImportedOrder,
    Sale,
    bring_in,
    known_external_ids,
)
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey

Progress = Callable[[int, int], None]  # orders looked at, orders in all

_PLAN_AGAIN = "plan again: boxoffice order import plan FILE"


@dataclass(slots=True)
class Applied:
    """What became of a plan, and the file that says it order by order."""

    event: str
    result: Path
    orders: int
    made: int = 0
    already: int = 0  # in from an earlier time, or from a run of this plan that was stopped
    refused: int = 0
    tickets: int = 0  # of the orders that were made


@dataclass(frozen=True)
class Importer:
    """Who brings orders in, with what."""

    database: Database
    actor: Actor
    key: TicketKey
    clock: Callable[[], datetime]
    mails: bool = False  # whether the tickets are promised to their buyers
    progress: Progress = field(default=lambda _count, _total: None)
    # Orders of one transaction. More would be a little faster, and a sale would wait longer.
    together: int = 200


def apply_import(importer: Importer, path: Path) -> Applied:
    """Bring in the orders of the plan at `path`, and write what became of each beside it.

    However often it is stopped, in whatever way: the next run adds what is missing, and nothing
    else. An order that is refused (its places are gone) does not stop the others: where the orders
    of one transaction do not fit together, each of them is tried by itself.

    Raises:
        Forbidden: the actor may not import.
        NotFound: there is no such plan, or its event is gone.
        BadFile: it is no plan, or its orders are not its own.
        EventNotOnSale: the event is cancelled.
        Refused: `plan.stale`; prices, tiers or places are not what they were.
        Busy: the same plan is being applied now.
    """
    importer.actor.must(Permission.IMPORT)
    plan = read_plan(path)
    with result_file(path) as result, keeping_many():
        with importer.database.reading() as session:
            event = event_view(session, plan.event, now=importer.clock())
            known = known_external_ids(session, event.id)
            tiers = {tier.name: tier for tier in tiers_of(session, event.id)}
        _refuse_stale(plan, event, known)
        result.truncate()
        done = Applied(event.slug, result_beside(path), len(plan.orders))
        sale = Sale(event.id, tiers, importer.key, mails=importer.mails)
        for first in range(0, len(plan.orders), importer.together):
            some = plan.orders[first : first + importer.together]
            fresh = [order for order in some if order.external_id not in known]
            told = _applied(importer, fresh, sale)
            lines = [_told(order, told.get(order.external_id), known, done) for order in some]
            result.write(b"".join(lines))
            for count in range(first + 1, first + len(some) + 1):
                importer.progress(count, len(plan.orders))
    return done


def _refuse_stale(plan: KeptPlan, event: EventView, known: Mapping[str, str]) -> None:
    """Stop when the world has moved in a way that matters to the orders still to come."""
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nothing is brought in any more.")
    planned = plan.world.get("tiers")
    planned = planned if isinstance(planned, dict) else {}
    now = world_of(event, planned)
    if now["digest"] != plan.world.get("digest"):
        moved = [name for name in planned if now["tiers"].get(name) != planned[name]]
        what = f"{', '.join(moved)} changed" if moved else "the event is another one"
        raise Refused(
            f"{what} since the plan was made.", hint=_PLAN_AGAIN, code="plan.stale", moved=moved
        )
    needed: dict[str, int] = {}
    for order in plan.orders:
        if order.external_id not in known:
            for tier, count in order.places.items():
                needed[tier] = needed.get(tier, 0) + count
    left = {tier.name: tier.places_left for tier in event.tiers}
    short = [name for name, count in needed.items() if count > left.get(name, 0)]
    total = sum(needed.values())
    if short or total > event.places_left:
        where, has = (short[0], left.get(short[0], 0)) if short else (event.slug, event.places_left)
        wants = needed[short[0]] if short else total
        raise Refused(
            f"{where} has {has} places left; the plan still needs {wants}.",
            hint=_PLAN_AGAIN,
            code="plan.stale",
            moved=short,
        )


def _applied(
    importer: Importer, orders: Sequence[ImportedOrder], sale: Sale
) -> dict[str, BroughtIn | Refused]:
    """Bring in some orders, and return what became of each, by its external id."""
    if not orders:
        return {}
    now = importer.clock()
    try:
        with importer.database.writing() as session:
            book = partial(_paid_elsewhere, session, importer.actor, now=now)
            made = bring_in(session, importer.actor, orders, sale, now=now, book=book)
    except EventNotOnSale:
        raise
    except (Refused, DatabaseBusy) as refusal:
        if len(orders) > 1:  # one of them is in the way: each is judged by itself
            told: dict[str, BroughtIn | Refused] = {}
            for order in orders:
                told |= _applied(importer, [order], sale)
            return told
        if isinstance(refusal, DatabaseBusy):
            raise
        return {orders[0].external_id: refusal}
    return {order.external_id: one for order, one in zip(orders, made, strict=True)}


def _told(
    order: ImportedOrder,
    became: BroughtIn | Refused | None,
    known: Mapping[str, str],
    done: Applied,
) -> bytes:
    """Count one order, and return its line of the results."""
    if isinstance(became, Refused):
        done.refused += 1
        return _line(order, "refused", None, code=became.case, problem=became.message)
    if became is None or not became.is_new:
        done.already += 1
        return _line(order, "already", known[order.external_id] if became is None else became.code)
    done.made += 1
    done.tickets += sum(line.quantity for line in order.lines)
    return _line(order, "made", became.code)


def _paid_elsewhere(
    session: WriteSession, actor: Actor, made: Sequence[BroughtIn], *, now: datetime
) -> None:
    """Write down that somebody else has the money of some orders."""
    payments: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "order_id": order.id,
            "method": Method.EXTERNAL,
            "state": PaymentState.SETTLED,
            "provider": "import",
            "amount_minor": order.total.minor,
            "paid_minor": order.total.minor,
            "refunded_minor": 0,
            "currency": order.total.currency,
            "instalments": 1,
            "is_in_cash": False,
            "created_at": now,
            "paid_at": now,
        }
        for order in made
    ]
    insert_rows(session, Payment, payments)
    facts = (
        (
            row["order_id"],
            {
                "payment": str(row["id"]),
                "method": row["method"],
                "amount_minor": row["amount_minor"],
            },
        )
        for row in payments
    )
    record_all(session, actor, "payment.take", "order", facts, now=now)


def _line(order: ImportedOrder, outcome: str, made: str | None, **more: str) -> bytes:
    told: dict[str, Any] = {
        "rows": list(order.rows),
        "external_id": order.external_id,
        "outcome": outcome,
        "order": made,
        **more,
    }
    return result_line(told)
