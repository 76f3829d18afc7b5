"""Look over a door before it opens: is all there, and what mends what is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.gate import Gate
from boxoffice.door.lists import lists_of, tiers_admitted
from boxoffice.door.models import Conflict, Desk
from boxoffice.events.models import Category, Event, EventState
from boxoffice.events.queries import tiers_of
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import PublicKey, Ticket, TicketState

CLOCK_OFF_SECONDS_MAX = 2  # what the database and this machine may differ by


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and the command that mends it."""

    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """A door, its numbers and its problems."""

    gate: Gate
    tiers: tuple[str, ...]
    keys: tuple[str, ...]
    clock_off_seconds: int
    tickets: dict[str, int]  # of the tiers this door admits, by state
    half_price: int  # of these, valid ones that need a proof
    desks: int
    problems: tuple[Problem, ...]


def preflight(
    session: ReadSession, actor: Actor, gate: Gate, key_id: str | None, *, now: datetime
) -> Preflight:
    """Look over the door at `gate`. `key_id` is the key of this machine, if it has one.

    Raises:
        Forbidden: the actor may not scan.
    """
    actor.must(Permission.SCAN)
    tiers = tiers_of(session, gate.event_id)
    admitted = [tier for tier in tiers if not gate.tier_ids or tier.id in gate.tier_ids]
    counted = session.exec(
        select(Ticket.tier_id, Ticket.state, func.count())
        .where(Ticket.event_id == gate.event_id)
        .group_by(col(Ticket.tier_id), col(Ticket.state))
    ).all()
    mine = {tier.id: tier for tier in admitted}
    tickets = {str(state): 0 for state in TicketState}
    half_price = 0
    for tier_id, state, count in counted:
        if tier_id in mine:
            tickets[str(state)] += count
            if state is TicketState.VALID and mine[tier_id].category is Category.HALF:
                half_price += count
    desks = session.exec(select(Desk).where(Desk.list_id == gate.list_id)).all()
    working = [row for row in desks if row.enrolled_at and not row.revoked_at]
    clock_off = round((_database_clock(session) - now).total_seconds())
    problems = [
        *_of_event(session, gate, tickets, now=now),
        *_of_tiers(session, gate, {tier.id: tier.name for tier in tiers}),
        *_of_keys(session, gate, key_id),
        *_of_desks(session, gate, working),
    ]
    if abs(clock_off) > CLOCK_OFF_SECONDS_MAX:
        text = f"the clocks of this machine and of the database differ by {abs(clock_off)} s"
        problems.append(Problem(text, "timedatectl set-ntp true"))
    return Preflight(
        gate=gate,
        tiers=tuple(tier.name for tier in admitted),
        keys=tuple(session.exec(select(PublicKey.key_id).order_by(col(PublicKey.key_id))).all()),
        clock_off_seconds=clock_off,
        tickets=tickets,
        half_price=half_price,
        desks=len(working),
        problems=tuple(problems),
    )


def _of_event(
    session: ReadSession, gate: Gate, tickets: dict[str, int], *, now: datetime
) -> Iterator[Problem]:
    event = session.get_one(Event, gate.event_id)
    edit = f"boxoffice door list edit {gate.list_name} -e {gate.slug}"
    if gate.event_state is EventState.CANCELLED:
        yield Problem("the event is cancelled: nobody comes in", "boxoffice event list")
    if gate.event_state is EventState.DRAFT:
        yield Problem("the event is a draft", f"boxoffice event publish {gate.slug}")
    if not tickets[TicketState.VALID]:
        yield Problem("no valid ticket comes in here", f"boxoffice order list --event {gate.slug}")
    if gate.closes_at is not None and gate.closes_at <= now:
        yield Problem("this door has closed", f"{edit} --closes-at +6h")
    if gate.opens_at is not None and gate.opens_at > event.starts_at:
        yield Problem("this door opens after the event has begun", f"{edit} --opens-at TIME")
    if tickets[TicketState.HELD] and not gate.takes_payment:
        text = f"{tickets[TicketState.HELD]} tickets are not paid, and this door takes no payment"
        yield Problem(text, f"{edit} --takes-payment")


def _of_tiers(session: ReadSession, gate: Gate, names: dict[object, str]) -> Iterator[Problem]:
    admitted: set[object] = set()
    for row in lists_of(session, gate.event_id):
        admitted |= tiers_admitted(session, row.id) or set(names)
    for tier_id, name in names.items():
        if tier_id not in admitted:
            mend = f"boxoffice door list add {name!r} --tier {name!r} -e {gate.slug}"
            yield Problem(f"no door admits the tier {name}", mend)


def _of_keys(session: ReadSession, gate: Gate, key_id: str | None) -> Iterator[Problem]:
    known = set(session.exec(select(PublicKey.key_id)).all())
    used = set(
        session.exec(select(Ticket.key_id).where(Ticket.event_id == gate.event_id).distinct()).all()
    )
    if used - known - {None}:
        yield Problem(
            "tickets were made with a key that is not in the database", "boxoffice doctor"
        )
    if key_id is None:
        yield Problem("this machine has no secret key: it cannot sign a snapshot", "boxoffice init")
    elif known and key_id not in known:
        yield Problem("this machine's secret key is not the one tickets have", "boxoffice doctor")


def _of_desks(session: ReadSession, gate: Gate, desks: list[Desk]) -> Iterator[Problem]:
    event = session.get_one(Event, gate.event_id)
    for desk in desks:
        if desk.expires_at < (event.ends_at or event.starts_at):
            text = f"the desk {desk.name} expires before the event ends"
            yield Problem(text, f"boxoffice desk enrol -e {gate.slug} --list {gate.list_name}")
    open_count = session.exec(
        select(func.count())
        .select_from(Conflict)
        .where(Conflict.list_id == gate.list_id, col(Conflict.resolved_at).is_(None))
    ).one()
    if open_count:
        text = f"{open_count} conflicts of desks are open"
        yield Problem(text, f"boxoffice door conflicts -e {gate.slug}")


def _database_clock(session: ReadSession) -> datetime:
    told = session.connection().exec_driver_sql("SELECT CURRENT_TIMESTAMP").scalar_one()
    if isinstance(told, datetime):
        return told
    return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
