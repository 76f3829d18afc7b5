"""The doors of an event: made from its file, found by name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete
from sqlalchemy import select as columns
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.models import DoorList, DoorListTier
from boxoffice.door.rules import Policy
from boxoffice.errors import NotFound
from boxoffice.events.apply import Change
from boxoffice.events.file import EventPlan, ListPlan
from boxoffice.events.models import Event
from boxoffice.events.queries import tiers_of
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.times import iso

MAIN = "main"

# Made once: every scan asks them.
_LISTS = (
    select(DoorList)
    .where(DoorList.event_id == bindparam("event_id"))
    .order_by(col(DoorList.turn), col(DoorList.name))
)
_TIERS = columns(col(DoorListTier.tier_id)).where(col(DoorListTier.list_id) == bindparam("list_id"))


def apply_lists(
    session: WriteSession, actor: Actor, event: Event, plan: EventPlan, *, now: datetime
) -> list[Change]:
    """Make the door lists of an event what its file says, and return what changed.

    Without any list in file or database an event gets one, `main`, admitting every tier once.

    Raises:
        Forbidden: the actor may not edit events.
    """
    actor.must(Permission.EDIT_EVENT)
    known = {row.name: row for row in lists_of(session, event.id)}
    wanted = plan.lists
    if not wanted and not known:
        wanted = (ListPlan(MAIN, (), Policy.ONCE, None, None),)
    tier_ids = {tier.name: tier.id for tier in tiers_of(session, event.id)}
    changes: list[Change] = []
    # A door the file leaves alone keeps its place: the first one is where guests are scanned.
    named = {door.name for door in wanted}
    after = max((row.turn + 1 for row in known.values() if row.name not in named), default=0)
    for turn, door in enumerate(wanted, start=after):
        row = known.get(door.name)
        if row is None:
            row = DoorList(id=new_id(), event_id=event.id, name=door.name)
            session.add(row)
            changes.append(Change("add", "list", door.name))
            write_list(session, row, door, turn, [tier_ids[name] for name in door.tiers])
        else:
            changes += _changes(session, row, door, turn, tier_ids)
    if changes:
        record(
            session,
            actor,
            "door.apply_lists",
            "event",
            event.id,
            now=now,
            changes=[f"{change.act} {change.field}".strip() for change in changes],
        )
    return changes


def lists_of(session: ReadSession, event_id: UUID) -> list[DoorList]:
    """Return the rows of an event's doors, as the organizer ordered them."""
    return list(session.exec(_LISTS, params={"event_id": event_id}).all())


def list_named(session: ReadSession, event: Event, name: str | None) -> DoorList:
    """Return one door of an event; without a name, its only or first one.

    Raises:
        NotFound: the event has no such door.
    """
    rows = lists_of(session, event.id)
    for row in rows:
        if name is None or row.name == name:
            return row
    known = ", ".join(row.name for row in rows)
    raise NotFound("list", (name or MAIN)[:80], hint=f"{event.slug} has: {known}" if known else "")


def tiers_admitted(session: ReadSession, list_id: UUID) -> frozenset[UUID]:
    """Return the tiers a door is limited to; none means every tier."""
    return frozenset(session.connection().execute(_TIERS, {"list_id": list_id}).scalars())


def _changes(
    session: WriteSession, row: DoorList, door: ListPlan, turn: int, tier_ids: dict[str, UUID]
) -> list[Change]:
    names = {tier_id: name for name, tier_id in tier_ids.items()}
    before = {
        "policy": str(row.policy),
        "opens_at": iso(row.opens_at),
        "closes_at": iso(row.closes_at),
        "tiers": sorted(names[tier_id] for tier_id in tiers_admitted(session, row.id)),
        "room": row.room,
        "takes_payment": row.takes_payment,
    }
    after = {
        "policy": door.policy,
        "opens_at": iso(door.opens_at),
        "closes_at": iso(door.closes_at),
        "tiers": sorted(door.tiers),
        "room": door.room,
        "takes_payment": door.takes_payment,
    }
    changes = [
        Change("change", "list", row.name, name, before[name], after[name])
        for name in before
        if before[name] != after[name]
    ]
    if changes:
        write_list(session, row, door, turn, [tier_ids[name] for name in door.tiers])
    return changes


def write_list(
    session: WriteSession, row: DoorList, door: ListPlan, turn: int, tier_ids: list[UUID]
) -> None:
    """Make a row, which is in the session, what the organizer wants it to be."""
    row.policy = Policy(door.policy)
    row.opens_at, row.closes_at, row.turn = door.opens_at, door.closes_at, turn
    row.room, row.takes_payment = door.room, door.takes_payment
    session.flush()
    session.connection().execute(delete(DoorListTier).where(col(DoorListTier.list_id) == row.id))
    for tier_id in tier_ids:
        session.add(DoorListTier(list_id=row.id, tier_id=tier_id))
    session.flush()
