"""Apply the plan of an event's end: the sale stops first, then each order ends, and once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.bulk.campaign_reclaim import CODES_AT_ONCE
from boxoffice.bulk.cancel_file import KeptCancel, read_cancel
from boxoffice.bulk.cancel_plan import held_campaigns, must_be_endable, plan_cancel
from boxoffice.bulk.plan_files import result_beside, result_file, result_line
from boxoffice.db import Database
from boxoffice.errors import NotFound, Refused
from boxoffice.events.apply import locked_event
from boxoffice.events.models import EventState
from boxoffice.events.queries import event_by_slug
from boxoffice.orders.queries import order_by_code
from boxoffice.payments.end_order import end_order
from boxoffice.payments.ending import Ending
from boxoffice.payments.owed import list_owed
from boxoffice.promos.reclaim import Released, call_off_some
from boxoffice.staff.rules import Actor, Permission

VERB = "event.cancelled"

_EVERY = 10_000_000  # orders


@dataclass(slots=True)
class Cancelled:
    """What became of a plan, and the file that says it order by order."""

    event: str
    currency: str
    result: Path
    orders: int
    ended: int = 0
    already: int = 0  # ended earlier, by itself or by a run of this plan that was stopped
    refused: int = 0
    by_hand: int = 0  # of them all: money that a person has still to give back
    bank: int = 0  # left alone: the buyer's bank decides
    asked_minor: int = 0
    by_hand_minor: int = 0
    codes: int = 0  # of guests, taken back now
    places: int = 0  # that those codes held

    @property
    def needs_a_hand(self) -> bool:
        """Whether something is left that a person has to do, or to look at."""
        return bool(self.refused or self.by_hand or self.bank)


@dataclass(frozen=True)
class Canceller:
    """Who ends an event, with what."""

    database: Database
    actor: Actor
    clock: Callable[[], datetime]
    progress: Callable[[int, int], None] = field(default=lambda _count, _total: None)


def apply_cancel(canceller: Canceller, path: Path) -> Cancelled:
    """End the event of the plan at `path` with all of its orders, and write what became of each.

    Codes that guests have not redeemed are taken back after the orders, and the guests told.

    However often it is stopped, in whatever way: the next run ends what is left, and nothing
    twice. An order that is refused does not stop the others.

    Raises:
        Forbidden: the actor may not cancel events.
        NotFound: there is no such plan, or its event is gone.
        BadFile: it is no plan, or its orders are not its own.
        WrongState: the event cannot be cancelled from where it is.
        Refused: `plan.stale`; orders or their money are not what they were.
        Busy: the same plan is being applied now.
    """
    canceller.actor.must(Permission.CANCEL_EVENT)
    plan = read_cancel(path)
    with result_file(path) as result:
        currency = _stop_the_sale(canceller, plan)
        result.truncate()
        done = Cancelled(plan.event, currency, result_beside(path), len(plan.orders))
        with canceller.database.reading() as session:
            campaigns = held_campaigns(session, event_by_slug(session, plan.event).id)
        total = len(plan.orders) + sum(codes for _, _, codes in campaigns)
        for count, code in enumerate(plan.orders, start=1):
            result.write(_end(canceller, code, done))
            canceller.progress(count, total)
        for campaign_id, name, _ in campaigns:
            result.write(_call_off(canceller, campaign_id, name, done, total))
        with canceller.database.reading() as session:
            owed = list_owed(session, limit=_EVERY, event=plan.event)
        ours = set(plan.orders)
        amounts = [each.amount.minor for each in owed if each.code in ours]
        done.by_hand, done.by_hand_minor = len(amounts), sum(amounts)
    return done


def _stop_the_sale(canceller: Canceller, plan: KeptCancel) -> str:
    """Cancel the event, unless an earlier run of this plan has; the world must be the plan's.

    Return the event's currency.
    """
    with canceller.database.writing() as session:
        # Race: a sale at this moment. It is seen here, or it meets a cancelled event: it takes the
        # same rows, and its places only while the event is not cancelled.
        event = locked_event(session, plan.event)
        if event is None:
            raise NotFound("event", plan.event[:64], hint="see them all: boxoffice event list")
        begun = session.exec(
            select(AuditEntry)
            .where(AuditEntry.subject == f"event:{event.id}", AuditEntry.verb == VERB)
            .order_by(col(AuditEntry.at))
        )
        if any(entry.facts.get("plan") == plan.world for entry in begun):
            return event.currency
        must_be_endable(event)
        if plan_cancel(session, canceller.actor, plan.event).digest != plan.world:
            raise Refused(
                f"orders of {event.slug} or their money changed since the plan was made.",
                hint=f"plan again: boxoffice event cancel {event.slug}",
                code="plan.stale",
            )
        before, event.state = event.state, EventState.CANCELLED
        record(
            session,
            canceller.actor,
            VERB,
            "event",
            event.id,
            now=canceller.clock(),
            before=before,
            plan=plan.world,
            orders=len(plan.orders),
        )
        return event.currency


def _end(canceller: Canceller, code: str, done: Cancelled) -> bytes:
    """End one order, all of it or nothing; count it, and return its line of the results."""
    try:
        with canceller.database.writing() as session:
            order = order_by_code(session, code)
            due = end_order(session, canceller.actor, order.id, now=canceller.clock())
    except (Refused, NotFound) as refusal:
        done.refused += 1
        told = {"order": code, "outcome": "refused", "code": refusal.case}
        return result_line(told | {"problem": refusal.message})
    done.already += due.ending is Ending.OVER
    done.bank += due.ending is Ending.BANK
    done.ended += due.ending not in {Ending.OVER, Ending.BANK}
    done.asked_minor += due.asked_minor
    outcome = "already" if due.ending is Ending.OVER else due.ending
    told = {"order": code, "outcome": outcome}
    return result_line(told | {"asked_minor": due.asked_minor, "by_hand_minor": due.by_hand_minor})


def _call_off(
    canceller: Canceller, campaign_id: UUID, name: str, done: Cancelled, total: int
) -> bytes:
    """Take the codes of a campaign back, some at a time; return its line of the results."""
    released = Released()
    while True:
        with canceller.database.writing() as session:
            now = canceller.clock()
            some = call_off_some(
                session, canceller.actor, campaign_id, limit=CODES_AT_ONCE, now=now
            )
        if not some.codes:
            break
        released += some
        done.codes += some.codes
        done.places += some.places
        canceller.progress(min(done.orders + done.codes, total), total)
    told = {"campaign": name, "outcome": "called_off"}
    return result_line(told | {"codes": released.codes, "places": released.places})
