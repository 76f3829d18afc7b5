"""Add and edit door lists one by one; an event's file does it for all of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.lists import list_named, lists_of, tiers_admitted, write_list
from boxoffice.door.models import DoorList
from boxoffice.errors import BadValue, Refused
from boxoffice.events.apply import locked_event
from boxoffice.events.file import list_plan
from boxoffice.events.models import Event
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.times import iso


@dataclass(frozen=True, slots=True)
class ListView:
    """A door list as people and programs see it."""

    event: str
    name: str
    policy: str
    tiers: tuple[str, ...]  # none: every tier
    opens_at: datetime | None
    closes_at: datetime | None
    room: int | None
    takes_payment: bool


def add_list(
    session: WriteSession, actor: Actor, event: str, given: Mapping[str, Any], *, now: datetime
) -> ListView:
    """Add a door to an event, after those it has. `given` is what an event file may say of one.

    Raises:
        Forbidden: the actor may not edit events.
        NotFound: there is no such event.
        BadValue: a value makes no sense, or names no tier.
        Refused: the event has a list of this name.
    """
    actor.must(Permission.EDIT_EVENT)
    locked_event(session, event)
    of_event = event_by_slug(session, event)
    plan = list_plan(given, of_event.timezone, now=now)
    known = lists_of(session, of_event.id)
    if any(row.name == plan.name for row in known):
        raise Refused(
            f"{event} has a list {plan.name} already.",
            hint=f"change it: boxoffice door list edit {plan.name} -e {event}",
            code="list.exists",
        )
    row = DoorList(id=new_id(), event_id=of_event.id, name=plan.name)
    session.add(row)
    turn = max((row.turn + 1 for row in known), default=0)
    write_list(session, row, plan, turn, _tier_ids(session, of_event, plan.tiers))
    record(session, actor, "door.add_list", "list", row.id, now=now)
    return _view(session, of_event, row)


def edit_list(
    session: WriteSession,
    actor: Actor,
    event: str,
    name: str,
    given: Mapping[str, Any],
    *,
    now: datetime,
) -> ListView:
    """Change what `given` names of a door, and leave the rest. `None` takes a value away.

    Raises:
        Forbidden: the actor may not edit events.
        NotFound: there is no such event or list.
        BadValue: a value makes no sense, or names no tier.
    """
    actor.must(Permission.EDIT_EVENT)
    of_event = event_by_slug(session, event)
    row = list_named(session, of_event, name)
    before = _view(session, of_event, row)
    current = {
        "name": before.name,
        "policy": before.policy,
        "tiers": list(before.tiers),
        "opens_at": iso(before.opens_at),
        "closes_at": iso(before.closes_at),
        "room": before.room,
        "takes_payment": before.takes_payment,
    }
    wanted = {key: value for key, value in (current | dict(given)).items() if value is not None}
    plan = list_plan(wanted, of_event.timezone, now=now)
    write_list(session, row, plan, row.turn, _tier_ids(session, of_event, plan.tiers))
    after = _view(session, of_event, row)
    changed = [key for key in current if getattr(before, key) != getattr(after, key)]
    if changed:
        record(session, actor, "door.edit_list", "list", row.id, now=now, changes=changed)
    return after


def list_views(session: ReadSession, event: str, name: str | None = None) -> list[ListView]:
    """Return the doors of an event, or the one called `name`.

    Raises:
        NotFound: there is no such event or list.
    """
    of_event = event_by_slug(session, event)
    rows = lists_of(session, of_event.id)
    if name is not None:
        rows = [list_named(session, of_event, name)]
    return [_view(session, of_event, row) for row in rows]


def _view(session: ReadSession, event: Event, row: DoorList) -> ListView:
    admitted = tiers_admitted(session, row.id)
    return ListView(
        event=event.slug,
        name=row.name,
        policy=row.policy,
        tiers=tuple(tier.name for tier in tiers_of(session, event.id) if tier.id in admitted),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        room=row.room,
        takes_payment=row.takes_payment,
    )


def _tier_ids(session: ReadSession, event: Event, names: Sequence[str]) -> list[UUID]:
    ids = {tier.name: tier.id for tier in tiers_of(session, event.id)}
    for name in names:
        if name not in ids:
            known = ", ".join(ids)
            raise BadValue("list.tiers", f"names no tier: {name[:80]!r}.", hint=f"there: {known}")
    return [ids[name] for name in dict.fromkeys(names)]
