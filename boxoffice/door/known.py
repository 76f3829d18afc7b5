"""A snapshot as a desk reads it: the door, its tickets, and who was in when it was taken."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from boxoffice.door.gate import Gate
from boxoffice.door.look_up import order_code_of
from boxoffice.door.rules import Entered, Policy, Reading
from boxoffice.door.words import First, TicketShown
from boxoffice.events.models import EventState
from boxoffice.orders.models import OrderState
from boxoffice.text import folded
from boxoffice.tickets.code import ShortCode, SignedCode, TicketName, read_code
from boxoffice.tickets.models import TicketState

_TICKET = (
    "SELECT id, order_code, number, generation, tier_id, tier, is_half, state, order_state, "
    "holder_name, holder_company, attention, document FROM ticket WHERE "
)
_NEWER_BY_SECONDS = 60  # the clocks of who issues and who signs may differ by as much


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket as the snapshot has it, in the order of `_TICKET`."""

    id: UUID
    order_code: str
    number: int
    generation: int
    tier_id: UUID
    tier: str
    is_half: bool
    state: TicketState
    order_state: OrderState
    holder_name: str
    holder_company: str
    attention: str
    document: str

    @property
    def shown(self) -> TicketShown:
        """What the operator may see of it."""
        name = f"{self.order_code}-{self.number}"
        return TicketShown(name, self.holder_name, self.holder_company, self.tier, self.attention)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a text turned out to be, by the snapshot."""

    reading: Reading
    ticket: Known | None = None
    ticket_id: UUID | None = None  # also of a ticket that is newer than the snapshot
    is_revoked: bool = False
    choices: tuple[Known, ...] = ()
    code_digest: str | None = None
    name: str | None = None


class Snapshot:
    """The content of a snapshot whose signature was checked."""

    def __init__(self, file: sqlite3.Connection) -> None:
        """Read what it says of the door."""
        self._file = file
        meta: dict[str, str] = dict(file.execute("SELECT name, value FROM meta").fetchall())
        self.taken_at = datetime.fromisoformat(meta["taken_at"])
        self.title = meta["title"]
        self.gate = _gate(json.loads(meta["gate"]))

    def ticket(self, ticket_id: UUID) -> Known | None:
        """Return a ticket by its id."""
        return self._one("id = ?", str(ticket_id))

    def tickets_inside(self) -> set[UUID]:
        """Return the tickets that have come in, whether or not they left."""
        rows = self._file.execute("SELECT DISTINCT ticket_id FROM entry").fetchall()
        return {UUID(row[0]) for row in rows}

    def expected_count(self) -> int:
        """Count the valid tickets that this door admits."""
        asked = "SELECT tier_id FROM ticket WHERE state = 'valid'"
        tiers = [UUID(row[0]) for row in self._file.execute(asked)]
        return sum(not self.gate.tier_ids or tier_id in self.gate.tier_ids for tier_id in tiers)

    def entries(self, ticket_id: UUID) -> list[tuple[Entered, First]]:
        """Return who came in with a ticket, in order, and who let them in."""
        asked = "SELECT slot, entered_at, left_at, scan_id, gate, operator FROM entry WHERE "
        rows = self._file.execute(asked + "ticket_id = ? ORDER BY entered_at", (str(ticket_id),))
        told = []
        for slot, entered_at, left_at, scan_id, gate, operator in rows:
            at = datetime.fromisoformat(entered_at)
            entered = Entered(slot, at, _moment(left_at), UUID(scan_id))
            told.append((entered, First(at, gate, operator)))
        return told

    def search(self, text: str, *, limit: int) -> list[Known]:
        """Return tickets in which every word of `text` begins some word."""
        words = folded(text).split()
        found: list[Known] = []
        asked = _TICKET + "words LIKE ? ORDER BY order_code, number"
        for row in self._file.execute(asked, (f"%{words[0] if words else ''}%",)):
            ticket = _known(row)
            terms = f"{folded(ticket.holder_name)} {ticket.order_code.lower()}".split()
            if all(any(term.startswith(word) for term in terms) for word in words):
                found.append(ticket)
            if len(found) == limit:
                break
        return found

    def look_up(self, text: str) -> LookedUp:
        """Read `text` as a code, and find its ticket."""
        code = read_code(text)
        match code:
            case None:
                return self._order_in(text)
            case TicketName(order_code, number):
                ticket = self._one("order_code = ? AND number = ?", order_code, number)
                name = f"{order_code}-{number}"
                return LookedUp(
                    Reading(is_readable=True), ticket, ticket.id if ticket else None, name=name
                )
            case SignedCode():
                return self._signed(code)
            case ShortCode():
                pass
        ticket, is_revoked = self._by_digest(code.digest)
        ticket_id = ticket.id if ticket else None
        return LookedUp(
            Reading(is_readable=True), ticket, ticket_id, is_revoked, code_digest=code.digest
        )

    def _signed(self, code: SignedCode) -> LookedUp:
        asked = "SELECT public_key FROM public_key WHERE key_id = ?"
        key = self._file.execute(asked, (code.key_id,)).fetchone()
        if key is None or not code.is_signed_by(key[0]):
            reading = Reading(is_readable=True, is_genuine=False)
            return LookedUp(reading, code_digest=code.digest)
        ticket = self._one("id = ?", str(code.ticket_id))
        if ticket is None:
            made_at = datetime.fromtimestamp((code.ticket_id.int >> 80) / 1000, UTC)
            is_newer = made_at > self.taken_at - timedelta(seconds=_NEWER_BY_SECONDS)
            reading = Reading(is_readable=True, is_newer=is_newer)
            return LookedUp(
                reading, ticket_id=code.ticket_id if is_newer else None, code_digest=code.digest
            )
        return LookedUp(
            Reading(is_readable=True),
            ticket,
            ticket.id,
            is_revoked=code.generation < ticket.generation,
            code_digest=code.digest,
        )

    def _order_in(self, text: str) -> LookedUp:
        order_code = order_code_of(text)
        if order_code is None:
            return LookedUp(Reading(is_readable=False))
        rows = self._file.execute(f"{_TICKET} order_code = ? ORDER BY number", (order_code,))
        every = [_known(row) for row in rows]
        alive = [ticket for ticket in every if ticket.state is not TicketState.VOID] or every
        if len(alive) > 1:
            return LookedUp(Reading(is_readable=True, has_choices=True), choices=tuple(alive))
        ticket = alive[0] if alive else None
        name = ticket.shown.short_code if ticket else None
        return LookedUp(Reading(is_readable=True), ticket, ticket.id if ticket else None, name=name)

    def _by_digest(self, digest: str) -> tuple[Known | None, bool]:
        ticket = self._one("digest = ?", digest)
        if ticket is not None:
            return ticket, False
        old = "id = (SELECT ticket_id FROM revoked WHERE digest = ?)"
        return self._one(old, digest), True

    def _one(self, where: str, *values: Any) -> Known | None:
        row = self._file.execute(_TICKET + where, values).fetchone()
        return None if row is None else _known(row)


def _known(row: Sequence[Any]) -> Known:
    (ticket_id, order_code, number, generation, tier_id, tier, is_half, state, order_state,
     *rest) = row  # fmt: skip
    return Known(
        UUID(ticket_id), order_code, number, generation, UUID(tier_id), tier, bool(is_half),
        TicketState(state), OrderState(order_state), *rest,
    )  # fmt: skip


def _gate(found: dict[str, Any]) -> Gate:
    return Gate(
        list_id=UUID(found["list_id"]),
        list_name=found["list_name"],
        policy=Policy(found["policy"]),
        opens_at=_moment(found["opens_at"]),
        closes_at=_moment(found["closes_at"]),
        room=found["room"],
        takes_payment=found["takes_payment"],
        event_id=UUID(found["event_id"]),
        slug=found["slug"],
        timezone=found["timezone"],
        event_state=EventState(found["event_state"]),
        tier_ids=frozenset(UUID(tier_id) for tier_id in found["tier_ids"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
