"""Questions about the door: counts, and the gate a desk stands at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam
from sqlalchemy import select as columns
from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.gate import Gate
from boxoffice.door.models import DoorList, DoorListTier, Entry, Scan
from boxoffice.door.rules import Direction, Verdict, VerdictClass
from boxoffice.events.models import Event
from boxoffice.events.queries import event_by_slug
from boxoffice.tickets.models import Ticket, TicketState

# Made once, and one question for event, list and tiers: every scan asks it.
_GATES: Select[*tuple[Any, ...]] = (
    columns(
        col(DoorList.id), col(DoorList.name), col(DoorList.policy), col(DoorList.opens_at),
        col(DoorList.closes_at), col(DoorList.room), col(DoorList.takes_payment),
        col(Event.id), col(Event.slug), col(Event.timezone), col(Event.state),
        col(DoorListTier.tier_id),
    )
    .join(Event, col(Event.id) == DoorList.event_id)
    .join(DoorListTier, col(DoorListTier.list_id) == DoorList.id, isouter=True)
    .order_by(col(DoorList.turn), col(DoorList.name))
)  # fmt: skip
_GATES_OF_EVENT = _GATES.where(col(Event.slug) == bindparam("slug"))
_GATE_OF_LIST = _GATES.where(col(DoorList.id) == bindparam("list_id"))


@dataclass(frozen=True, slots=True)
class DoorStats:
    """The numbers of one door."""

    event: str
    list: str
    expected: int  # valid tickets this door admits
    admitted: int  # tickets that came in at least once, undone ones apart
    inside: int  # of these, who has not gone out
    scans: int
    verdicts: dict[str, int]

    def of_class(self, family: VerdictClass) -> int:
        """Count the scans whose verdict is of one class."""
        return sum(n for verdict, n in self.verdicts.items() if Verdict(verdict).family is family)


def gate_at(session: ReadSession, event: str, name: str | None, *, gate: str = "") -> Gate:
    """Return the door `name` of an event, for a desk called `gate`.

    Raises:
        NotFound: there is no such event or door.
    """
    asked = {"slug": event}
    is_text = event.isprintable()  # PostgreSQL refuses to look for what holds a NUL
    rows = session.line.execute(_GATES_OF_EVENT, asked).all() if is_text else []
    of_list = [row for row in rows if row[1] == (rows[0][1] if name is None else name)]
    if not of_list:
        from boxoffice.door.lists import list_named  # noqa: PLC0415  (no desk waits for its writers)

        list_named(session, event_by_slug(session, event), name)  # says what is not there
    return _gate(of_list, gate)


def gate_of_list(session: ReadSession, list_id: UUID, *, gate: str = "") -> Gate:
    """Return the door of a list that is known to be there, for a desk called `gate`."""
    rows = session.line.execute(_GATE_OF_LIST, {"list_id": list_id}).all()
    return _gate(rows, gate)


def door_stats(session: ReadSession, gate: Gate) -> DoorStats:
    """Count who is expected, who came, and what the door said."""
    tiers = gate.tier_ids
    valid = (
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.event_id == gate.event_id, Ticket.state == TicketState.VALID)
    )
    if tiers:
        valid = valid.where(col(Ticket.tier_id).in_(tiers))
    entries = select(func.count(func.distinct(col(Entry.ticket_id)))).where(
        Entry.list_id == gate.list_id
    )
    rows = session.exec(
        select(Scan.verdict, func.count())
        .where(Scan.list_id == gate.list_id, Scan.direction != Direction.UNDO)
        .group_by(col(Scan.verdict))
    ).all()
    verdicts = {str(verdict): count for verdict, count in sorted(rows)}
    return DoorStats(
        event=gate.slug,
        list=gate.list_name,
        expected=session.exec(valid).one(),
        admitted=session.exec(entries).one(),
        inside=session.exec(entries.where(col(Entry.left_at).is_(None))).one(),
        scans=sum(verdicts.values()),
        verdicts=verdicts,
    )


def _gate(rows: Sequence[Row[*tuple[Any, ...]]], name: str) -> Gate:
    values: tuple[Any, ...] = tuple(rows[0])[:-1]
    tier_ids = frozenset(row[-1] for row in rows if row[-1] is not None)
    return Gate(*(*values, tier_ids, name))
