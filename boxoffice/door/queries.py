"""Questions about the door: counts, and the gate a desk stands at."""

from dataclasses import dataclass

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.door.lists import list_named, tiers_admitted
from boxoffice.door.models import Entry, Scan
from boxoffice.door.rules import Direction, Verdict, VerdictClass
from boxoffice.door.scan import Gate
from boxoffice.events.queries import event_by_slug
from boxoffice.tickets.models import Ticket, TicketState


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
    row = event_by_slug(session, event)
    return Gate(list_named(session, row, name), row, gate)


def door_stats(session: ReadSession, gate: Gate) -> DoorStats:
    """Count who is expected, who came, and what the door said."""
    tiers = tiers_admitted(session, gate.row.id)
    valid = (
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.event_id == gate.event.id, Ticket.state == TicketState.VALID)
    )
    if tiers:
        valid = valid.where(col(Ticket.tier_id).in_(tiers))
    entries = select(func.count(func.distinct(col(Entry.ticket_id)))).where(
        Entry.list_id == gate.row.id
    )
    rows = session.exec(
        select(Scan.verdict, func.count())
        .where(Scan.list_id == gate.row.id, Scan.direction != Direction.UNDO)
        .group_by(col(Scan.verdict))
    ).all()
    verdicts = {str(verdict): count for verdict, count in sorted(rows)}
    return DoorStats(
        event=gate.event.slug,
        list=gate.row.name,
        expected=session.exec(valid).one(),
        admitted=session.exec(entries).one(),
        inside=session.exec(entries.where(col(Entry.left_at).is_(None))).one(),
        scans=sum(verdicts.values()),
        verdicts=verdicts,
    )
