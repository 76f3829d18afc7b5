"""What a screen at the door may ask: a `Desk`, on the database or over a line."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from boxoffice.door.journal import GATE_MAX
from boxoffice.door.models import Source
from boxoffice.door.queries import DoorStats, door_stats, gate_at
from boxoffice.door.rules import Asked
from boxoffice.door.scan import Shown, new_nonce, scan
from boxoffice.door.search import Hit, search
from boxoffice.door.words import Admission
from boxoffice.errors import DatabaseSilent
from boxoffice.office import BoxOffice
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in
from boxoffice.tickets.code import short_text


class Mode(StrEnum):
    """How a desk judges at the moment."""

    LOCAL = "local"  # on the database itself
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """What the head and the foot of the screen say."""

    mode: Mode
    event: str
    list: str
    gate: str
    snapshot_at: datetime | None  # none: there is no snapshot
    unsent: int
    trouble: str = ""  # why the line is not used, when a person must mend it


@dataclass(frozen=True, slots=True)
class Approval:
    """A supervisor who lends a permission, once: the name and the PIN as they were typed."""

    supervisor: str
    pin: str = field(repr=False)


class Desk(Protocol):
    """Plain questions. Each may raise a refusal; none lets the door wait for long."""

    def scan(
        self,
        text: str,
        *,
        nonce: str,
        asked: Asked,
        source: Source,
        approval: Approval | None = None,
    ) -> Admission:
        """Judge what was shown. The nonce is made before the first try."""

    def undo(self, ticket: str = "", reason: str = "", approval: Approval | None = None) -> str:
        """Take the admission of a ticket back, or this desk's last; return the ticket's name."""

    def may(self, permission: Permission) -> bool:
        """Say whether who works here may do it without a supervisor."""

    def doors(self) -> Sequence[str]:
        """List the doors that this desk may stand at, by their lists' names."""

    def move(self, list_name: str, gate: str) -> None:
        """Stand at another door of the event, or be called another gate, from now on."""

    def group(self, name: str, asked: Asked) -> Sequence[Admission]:
        """Let the rest of an order in."""

    def search(self, text: str) -> Sequence[Hit]:
        """Find people; under three letters nobody."""

    def stats(self) -> DoorStats:
        """Count who is in."""

    def warm(self) -> None:
        """Load what the first scan needs. Nobody is judged, and nothing changes."""

    def status(self) -> DeskStatus:
        """Say how the desk judges, without asking anybody."""

    def close(self) -> None:
        """Let the line or the database go."""


class LocalDesk:
    """A desk on the database itself."""

    def __init__(self, office: BoxOffice, event: str, list_name: str | None, gate: str) -> None:
        """Find the door.

        Raises:
            NotFound: there is no such event or list.
        """
        self._office, self._event, self._gate = office, event, gate
        with office.reading() as session:
            self._list = gate_at(session, event, list_name).list_name

    def scan(
        self,
        text: str,
        *,
        nonce: str,
        asked: Asked,
        source: Source,
        approval: Approval | None = None,
    ) -> Admission:
        """Judge what was shown."""
        what = Shown(text, nonce, source, asked)
        by = approved(self._office, approval, Permission.OVERRIDE_DOOR)
        try:
            return self._scan(what, by)
        except DatabaseSilent:
            return self._scan(what, by)  # it may have been kept: the nonce then answers as it did

    def undo(self, ticket: str = "", reason: str = "", approval: Approval | None = None) -> str:
        """Take the admission of a ticket back, or this operator's last one at this gate."""
        from boxoffice.door.undo import undo  # noqa: PLC0415  (what is rare is loaded when used)

        office, by = self._office, approved(self._office, approval, Permission.UNDO_SCAN)
        with office.writing() as session:
            at = gate_at(session, self._event, self._list, gate=self._gate)
            name, now = ticket or None, office.now()
            return undo(session, office.actor, at, name, reason=reason, approved_by=by, now=now)

    def may(self, permission: Permission) -> bool:
        """Say what the role of who is logged in allows."""
        return self._office.actor.may(permission)

    def doors(self) -> Sequence[str]:
        """List the doors of the event."""
        from boxoffice.door.edit import list_views  # noqa: PLC0415  (the same)

        with self._office.reading() as session:
            return [view.name for view in list_views(session, self._event)]

    def move(self, list_name: str, gate: str) -> None:
        """Stand at another door from now on.

        Raises:
            NotFound: the event has no such door, or no longer.
            BadValue: a gate cannot be called that.
        """
        name = clean_in(gate, name="the gate", length_max=GATE_MAX, empty=True)
        with self._office.reading() as session:
            self._list = gate_at(session, self._event, list_name).list_name
        self._gate = name

    def group(self, name: str, asked: Asked) -> Sequence[Admission]:
        """Let the rest of an order in."""
        from boxoffice.door.group import admit_group  # noqa: PLC0415  (the same)

        office = self._office
        with office.writing() as session:
            at = gate_at(session, self._event, self._list, gate=self._gate)
            return admit_group(session, office.actor, at, name, asked, now=office.now())

    def search(self, text: str) -> Sequence[Hit]:
        """Find people."""
        with self._office.reading() as session:
            at = gate_at(session, self._event, self._list)
            return search(session, self._office.actor, at, text)

    def stats(self) -> DoorStats:
        """Count who is in."""
        with self._office.reading() as session:
            return door_stats(session, gate_at(session, self._event, self._list))

    def warm(self) -> None:
        """Judge a code of nobody's ticket, and let the database forget it."""
        office, nobodys = self._office, short_text(secrets.token_bytes(10))
        with office.writing() as session:
            at = gate_at(session, self._event, self._list, gate=self._gate)
            scan(session, office.actor, at, Shown(nobodys, new_nonce()), now=office.now())
            session.rollback()

    def status(self) -> DeskStatus:
        """Say where this desk stands."""
        return DeskStatus(Mode.LOCAL, self._event, self._list, self._gate, None, 0)

    def close(self) -> None:
        """Leave the office to whoever opened it."""

    def _scan(self, what: Shown, by: Actor | None) -> Admission:
        office = self._office
        with office.writing() as session:
            at = gate_at(session, self._event, self._list, gate=self._gate)
            return scan(session, office.actor, at, what, approved_by=by, now=office.now())


def approved(office: BoxOffice, approval: Approval | None, permission: Permission) -> Actor | None:
    """Return the supervisor who lends a permission, or nobody when nobody was asked.

    Raises:
        Forbidden: the name or the PIN is wrong, or that person may not do it either.
        TooManyTries: there were too many wrong tries for this supervisor.
    """
    if approval is None:
        return None
    from boxoffice.staff.approve import approve  # noqa: PLC0415  (hashing is loaded when used)

    return approve(
        office.database,
        office.actor,
        supervisor=approval.supervisor,
        pin=approval.pin,
        permission=permission,
        now=office.now(),
    )
