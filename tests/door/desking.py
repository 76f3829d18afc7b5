"""Desks for the tests: enrolled, with a snapshot and a journal, and a clock of their own."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.alone import LoneDesk
from boxoffice.door.desks import DeskView, enrol, invite
from boxoffice.door.journal import Fact, Journal
from boxoffice.door.known import Snapshot
from boxoffice.door.merge import Merged, merge
from boxoffice.door.models import Conflict, Entry, Scan, Source
from boxoffice.door.queries import gate_at, gate_of_list
from boxoffice.door.rules import Asked, Verdict
from boxoffice.door.scan import Shown, new_nonce
from boxoffice.door.snapshot import make_snapshot, open_snapshot
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.staff.rules import Actor, Role
from boxoffice.tickets.models import Ticket
from tests.making import DOOR, SLUG

LEAD = Actor("lia", Role.DOOR_LEAD)


class LoneGate:
    """A desk that was enrolled, pulled a snapshot and lost the line. Its clock may be off."""

    def __init__(
        self, office: BoxOffice, folder: Path, name: str, *, off: timedelta = timedelta(0)
    ) -> None:
        self.office, self.name, self.off = office, name, off
        self.view = enrolled(office, name)
        raw = snapshot_of(office)
        keys = {office.ticket_key.key_id: office.ticket_key.public_key}
        journal = Journal(folder / f"{name}.jsonl")
        self.desk = LoneDesk(Snapshot(open_snapshot(raw, keys)), journal, f"desk {name}")

    @property
    def facts(self) -> list[Fact]:
        """All that it wrote down."""
        return self.desk.journal.facts

    def now(self) -> datetime:
        """What its clock says."""
        return self.office.now() + self.off

    def scan(self, text: str, nonce: str | None = None, asked: Asked | None = None) -> Verdict:
        """Show a code."""
        what = Shown(text, nonce or new_nonce(), Source.SCANNER, asked or Asked())
        return self.desk.scan(what, gate=self.name, now=self.now()).verdict

    def upload(
        self, facts: Sequence[Fact] | None = None, *, within: WriteSession | None = None
    ) -> Merged:
        """Send the journal, or a part of it."""
        office = self.office
        with nullcontext(within) if within else office.writing() as session:
            return merge(
                session,
                self.view.actor,
                gate_of_list(session, self.view.list_id, gate=self.name),
                self.view.id,
                self.facts if facts is None else facts,
                sent_at=self.now(),
                now=office.now(),
            )


def enrolled(office: BoxOffice, name: str = "A", *, role: Role = Role.DOOR) -> DeskView:
    """Enrol a desk at the first door."""
    with office.writing() as session:
        gate = gate_at(session, SLUG, None)
        until = office.now() + timedelta(days=1)
        code = invite(
            session, office.actor, gate, name, role=role, expires_at=until, now=office.now()
        )
        return enrol(session, code, now=office.now())[1]


def snapshot_of(office: BoxOffice, door: str | None = None) -> bytes:
    """Take a snapshot of a door."""
    with office.reading() as session:
        gate = gate_at(session, SLUG, door)
        return make_snapshot(session, DOOR, gate, office.ticket_key, now=office.now())


def conflicts(office: BoxOffice) -> list[tuple[str, str]]:
    """Return what is open: the kind, and the ticket or the desk's own number of the scan."""
    names = _names(office)
    with office.reading() as session:
        found = session.exec(
            select(Conflict, Scan).join(Scan, Scan.id == Conflict.scan_id)  # type: ignore[arg-type]
        ).all()
    return sorted(
        (str(row.kind), names[row.ticket_id] if row.ticket_id else str(scan.desk_sequence))
        for row, scan in found
        if row.resolved_at is None
    )


def state(session: ReadSession) -> object:
    """Return all that must not depend on the order of uploads; ids of rows are left out."""
    scans = {row.id: row for row in session.exec(select(Scan)).all()}
    entries = session.exec(select(Entry)).all()
    found = session.exec(select(Conflict)).all()
    return (
        sorted(
            (s.nonce, str(s.verdict), str(s.server_verdict), s.scanned_at, str(s.desk_id))
            for s in scans.values()
        ),
        sorted(
            (str(e.ticket_id), e.slot, scans[e.scan_id].nonce, e.entered_at, str(e.left_at))
            for e in entries
        ),
        sorted(
            (
                c.code,
                str(c.kind),
                scans[c.scan_id].nonce,
                scans[c.other_scan_id].nonce if c.other_scan_id else "",
                c.could_know,
                c.detail,
            )
            for c in found
        ),
    )


def _names(office: BoxOffice) -> dict[UUID, str]:
    with office.reading() as session:
        rows = session.exec(
            select(Ticket.id, Order.code, Ticket.number).join(Order, Order.id == Ticket.order_id)  # type: ignore[arg-type]
        ).all()
    return {ticket_id: f"{code}-{number}" for ticket_id, code, number in rows}
