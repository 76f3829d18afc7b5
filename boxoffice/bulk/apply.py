"""Apply the plan of an import: each order in a transaction of its own, and each one once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from boxoffice.audit.record import record
from boxoffice.bulk.plan_file import KeptPlan, read_plan, world_of
from boxoffice.bulk.plan_files import result_beside, result_file, result_line
from boxoffice.db import Database, WriteSession
from boxoffice.errors import EventNotOnSale, Refused
from boxoffice.events.models import EventState, Tier
from boxoffice.events.queries import EventView, event_view, tiers_of
from boxoffice.ids import new_id
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


def apply_import(importer: Importer, path: Path) -> Applied:
    """Bring in the orders of the plan at `path`, and write what became of each beside it.

    However often it is stopped, in whatever way: the next run adds what is missing, and nothing
    else. An order that is refused (its places are gone) does not stop the others.

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
    with result_file(path) as result:
        with importer.database.reading() as session:
            event = event_view(session, plan.event, now=importer.clock())
            known = known_external_ids(session, event.id)
            tiers = {tier.name: tier for tier in tiers_of(session, event.id)}
        _refuse_stale(plan, event, known)
        result.truncate()
        done = Applied(event.slug, result_beside(path), len(plan.orders))
        for count, order in enumerate(plan.orders, start=1):
            code = known.get(order.external_id)
            if code is not None:
                done.already += 1
                result.write(_line(order, "already", code))
            else:
                result.write(_apply_one(importer, order, event, tiers, done))
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


def _apply_one(
    importer: Importer,
    order: ImportedOrder,
    event: EventView,
    tiers: Mapping[str, Tier],
    done: Applied,
) -> bytes:
    """Bring in one order, all of it or nothing; count it, and return its line of the results."""
    now = importer.clock()
    sale = Sale(event.id, tiers, importer.key, mails=importer.mails)
    try:
        with importer.database.writing() as session:
            made = bring_in(session, importer.actor, order, sale, now=now)
            if made.is_new:
                _paid_elsewhere(session, importer.actor, made, now=now)
    except EventNotOnSale:
        raise
    except Refused as refusal:
        done.refused += 1
        return _line(order, "refused", None, code=refusal.case, problem=refusal.message)
    if not made.is_new:
        done.already += 1
        return _line(order, "already", made.code)
    done.made += 1
    done.tickets += sum(order.places.values())
    return _line(order, "made", made.code)


def _paid_elsewhere(session: WriteSession, actor: Actor, made: BroughtIn, *, now: datetime) -> None:
    """Write down that somebody else has the money of an order."""
    payment = Payment(
        id=new_id(),
        order_id=made.id,
        method=Method.EXTERNAL,
        state=PaymentState.SETTLED,
        provider="import",
        amount_minor=made.total.minor,
        paid_minor=made.total.minor,
        currency=made.total.currency,
        created_at=now,
        paid_at=now,
    )
    session.add(payment)
    record(
        session,
        actor,
        "payment.take",
        "order",
        made.id,
        now=now,
        payment=str(payment.id),
        method=payment.method,
        amount_minor=payment.amount_minor,
    )


def _line(order: ImportedOrder, outcome: str, made: str | None, **more: str) -> bytes:
    told: dict[str, Any] = {
        "rows": list(order.rows),
        "external_id": order.external_id,
        "outcome": outcome,
        "order": made,
        **more,
    }
    return result_line(told)
