"""The rush at the door: every ticket is shown, some twice, some forged, at several desks."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select as columns
from sqlmodel import col

from boxoffice.demo.stage import Stage
from boxoffice.door.desks import invite
from boxoffice.door.lists import lists_of, tiers_admitted
from boxoffice.door.queries import gate_at
from boxoffice.events.models import CodeScheme
from boxoffice.events.queries import event_by_slug
from boxoffice.orders.models import Order
from boxoffice.rehearsal.crew import Crew, Said, Step
from boxoffice.rehearsal.drill import Drill, dealt, forged_count, line_at_the_door
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import Ticket, TicketState

_GRACE_SECONDS = 60.0  # for what was begun in time
_DESK_HOURS = 12
_NOT_SHOWN = "not_shown"
_TICKETS = (
    columns(
        col(Ticket.id), col(Ticket.generation), col(Ticket.tier_id), col(Ticket.number),
        col(Order.buyer_email),
    )
    .join(Order, col(Order.id) == Ticket.order_id)
    .where(col(Ticket.state) == TicketState.VALID)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rush:
    """What came of it."""

    door: str  # the list that the desks stood at
    heard: Mapping[str, Counter[str]]  # by code
    said: list[Said]
    synced: list[Said]
    seconds: float

    @property
    def verdicts(self) -> Counter[str]:
        """How often the door said what."""
        return sum(self.heard.values(), Counter[str]())


def rush(
    on: Stage,
    crew: Crew,
    drill: Drill,
    slug: str,
    *,
    ahead: float,
    on_step: Callable[[Step], None],
) -> Rush:
    """Open the doors, for as long as the sale at most; desks without a line sync at the end."""
    door, codes = _expected(on, slug)
    stranger = TicketKey(random.Random(drill.seed).randbytes(32))  # noqa: S311  (opens nothing)
    forged = [stranger.short(UUID(int=n), 0) for n in range(1, forged_count(len(codes)) + 1)]
    line = line_at_the_door(drill, codes, forged)
    alone = _enrolled(on, crew, drill, slug, door, ahead=ahead)
    began = time.time()
    ends = began + drill.seconds
    task = {"do": "scan", "event": slug, "list": door, "ends": ends, "ahead": ahead}
    said = crew.do(
        [
            task | {"codes": mine, "gate": f"gate {number}"}
            for number, mine in enumerate(dealt(line, drill.desks), start=1)
        ],
        until=ends + _GRACE_SECONDS,
        on_step=on_step,
    )
    seconds = time.time() - began
    sync = {"do": "sync", "ahead": ahead}
    tasks = [sync if number < drill.offline else None for number in range(drill.desks)]
    synced = crew.do(tasks, until=time.time() + _GRACE_SECONDS) if alone else []
    heard: dict[str, Counter[str]] = {}
    for step in (step for one in said for step in one.steps if step["said"] != _NOT_SHOWN):
        heard.setdefault(step["code"], Counter())[step["said"]] += 1
    return Rush(door, heard, said, synced, seconds)


def _expected(on: Stage, slug: str) -> tuple[str, list[str]]:
    """Return the list that admits the most, and the code of every ticket that is paid for.

    They stand in the order of their buyers, which is the crowd's own.
    """
    office = on.office
    with office.reading() as session:
        event = event_by_slug(session, slug)
        rows = session.connection().execute(_TICKETS.where(col(Ticket.event_id) == event.id)).all()
        tiers_of = {
            row.name: tiers_admitted(session, row.id) for row in lists_of(session, event.id)
        }
    tier_of = Counter(tier_id for _, _, tier_id, _, _ in rows)
    door = max(
        tiers_of,
        key=lambda name: sum(
            n for tier, n in tier_of.items() if not tiers_of[name] or tier in tiers_of[name]
        ),
    )
    key = office.ticket_key
    make = key.signed if event.code_scheme is CodeScheme.SIGNED else key.short
    ordered = sorted(rows, key=lambda row: (len(row[4]), row[4], row[3]))
    return door, [make(ticket_id, generation) for ticket_id, generation, *_ in ordered]


def _enrolled(
    on: Stage, crew: Crew, drill: Drill, slug: str, door: str, *, ahead: float
) -> list[Said]:
    """Enrol the desks that will have no line, with a fresh snapshot each."""
    tasks: list[dict[str, Any] | None] = [None] * drill.desks
    office = on.office
    for number in range(drill.offline):
        with office.writing() as session:
            code = invite(
                session,
                office.actor,
                gate_at(session, slug, door),
                f"gate {number + 1}",
                expires_at=office.now() + timedelta(hours=_DESK_HOURS),
                now=office.now(),
            )
        tasks[number] = {
            "do": "enrol",
            "code": code,
            "listener": on.listener_url,
            "folder": str(on.folder / f"desk-{number + 1}"),
            "ahead": ahead,
        }
    if not drill.offline:
        return []
    return crew.do(tasks, until=time.time() + _GRACE_SECONDS)
