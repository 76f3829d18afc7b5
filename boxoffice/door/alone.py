"""A desk that judges alone: the same rules on a snapshot, each answer in the journal first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from boxoffice.door.journal import Fact, Journal
from boxoffice.door.judge import first_of, judge, proof_seen, slot_of
from boxoffice.door.known import Known, LookedUp, Snapshot
from boxoffice.door.rules import Direction, Door, Entered, Guest, Verdict
from boxoffice.door.scan import Shown
from boxoffice.door.words import Admission, First, say
from boxoffice.errors import NonceReused, NotFound
from boxoffice.ids import new_id
from boxoffice.orders.models import OrderState
from boxoffice.text import shown
from boxoffice.tickets.models import TicketState
from boxoffice.times import local_day

AGE_MAX = timedelta(hours=24)  # an older snapshot is not judged on
_NEWEST = 2**31
_UNKNOWN_MAX = 120


class LoneDesk:
    """A snapshot and a journal, and the judge between them. `operator` is shown to the next one."""

    def __init__(
        self, snapshot: Snapshot, journal: Journal, operator: str, *, known_sequence: int = 0
    ) -> None:
        """Keep both. Of the journal, the snapshot knows all up to `known_sequence`."""
        self.snapshot, self.journal, self.operator = snapshot, journal, operator
        self.gate = snapshot.gate
        self._known_sequence = known_sequence
        self._heard: list[Fact] = []  # came in online since the snapshot, by this desk

    def scan(self, what: Shown, *, gate: str, now: datetime) -> Admission:
        """Judge what was shown, and answer once the journal has it on the disk.

        Raises:
            NonceReused: the nonce came before with another text.
        """
        with self.journal.held():
            before = next((f for f in self.journal.facts if f.nonce == what.nonce), None)
            if before is not None and before.text_digest != what.digest:
                raise NonceReused(
                    "this nonce was used for another scan.",
                    hint="make a new nonce for each ticket shown",
                )
            looked = self.snapshot.look_up(what.text)
            facts = [
                f for f in self.journal.facts if before is None or f.sequence < before.sequence
            ]
            at = now if before is None else before.at
            entries, firsts = self._entries(looked.ticket_id, facts)
            guest = self._guest(looked, entries)
            today = local_day(at, self.gate.zone)
            if before is None:
                verdict = judge(
                    looked.reading, guest, self._door(facts, now), what.asked, now=now, today=today
                )
                self.journal.append(self._fact(what, looked, guest, verdict, gate=gate, now=now))
            else:
                verdict = before.verdict
        met = first_of(verdict, entries, today) if guest is not None else None
        ticket = looked.ticket.shown if looked.ticket is not None else None
        return say(
            new_id(),
            verdict,
            ticket=ticket,
            first=firsts.get(met.scan_id) if met is not None else None,
            scanned_at=at,
            zone=self.gate.zone,
            choices=tuple(choice.shown for choice in looked.choices),
        )

    def hear(self, what: Shown, *, gate: str, now: datetime) -> None:
        """Remember somebody who came in, or went out, while the line was there."""
        looked = self.snapshot.look_up(what.text)
        if looked.ticket_id is not None:
            fact = self._fact(what, looked, None, Verdict.OK, gate=gate, now=now)
            self._heard.append(replace(fact, sequence=_NEWEST))

    def undo(self, *, gate: str, now: datetime, reason: str = "") -> str:
        """Take the last admission of this desk's own journal back, and return its ticket's name.

        Raises:
            NotFound: this desk has admitted nobody alone who is still in.
        """
        with self.journal.held():
            undone = {fact.annuls for fact in self.journal.facts}
            for fact in reversed(self.journal.facts):
                is_new = fact.sequence > self._known_sequence
                if is_new and _came_in(fact) and fact.nonce not in undone:
                    break
            else:
                raise NotFound("admission", "of this desk to undo")
            self.journal.append(
                replace(
                    fact,
                    sequence=self.journal.last_sequence + 1,
                    nonce=str(new_id()),
                    at=now,
                    direction=Direction.UNDO,
                    gate=gate,
                    reason=reason,
                    annuls=fact.nonce,
                )
            )
        ticket = self.snapshot.ticket(fact.ticket_id) if fact.ticket_id else None
        return ticket.shown.short_code if ticket else "a ticket newer than the snapshot"

    def search(self, text: str, *, limit: int = 20) -> list[tuple[Known, bool]]:
        """Return tickets in which every word of `text` begins a word, and whether each is in."""
        found = []
        for ticket in self.snapshot.search(text, limit=limit):
            entries, _ = self._entries(ticket.id, self.journal.facts)
            found.append((ticket, any(entry.left_at is None for entry in entries)))
        return found

    def is_stale(self, now: datetime) -> bool:
        """Say whether the snapshot is too old to judge on, or from a future that is not ours."""
        return abs(now - self.snapshot.taken_at) > AGE_MAX

    def inside_count(self, facts: Sequence[Fact] | None = None) -> int:
        """Count who is inside, as far as this desk knows."""
        mine = self.journal.facts if facts is None else facts
        ids = self.snapshot.tickets_inside() | {f.ticket_id for f in mine if f.ticket_id}
        return sum(
            any(entry.left_at is None for entry in self._entries(ticket_id, mine)[0])
            for ticket_id in ids
        )

    def _door(self, facts: Sequence[Fact], now: datetime) -> Door:
        room = self.gate.room
        left = None if room is None else room - self.inside_count(facts)
        return replace(self.gate.door(left), is_offline=True, is_stale=self.is_stale(now))

    def _guest(self, looked: LookedUp, entries: tuple[Entered, ...]) -> Guest | None:
        ticket = looked.ticket
        if ticket is not None:
            return Guest(
                event_id=self.gate.event_id,
                tier_id=ticket.tier_id,
                ticket_state=ticket.state,
                order_state=ticket.order_state,
                is_revoked=looked.is_revoked,
                needs_document=ticket.is_half,
                attention=ticket.attention,
                entries=entries,
            )
        if not entries or looked.ticket_id is None:
            return None
        # Newer than the snapshot, and admitted by this desk before: all we know is that.
        return Guest(
            event_id=self.gate.event_id,
            tier_id=looked.ticket_id,
            ticket_state=TicketState.VALID,
            order_state=OrderState.PAID,
            is_revoked=False,
            needs_document=False,
            attention="",
            entries=entries,
        )

    def _entries(
        self, ticket_id: UUID | None, facts: Sequence[Fact]
    ) -> tuple[tuple[Entered, ...], dict[UUID, First]]:
        """Return who came in by the snapshot and by the journal, and who let them in."""
        if ticket_id is None:
            return (), {}
        told = self.snapshot.entries(ticket_id)
        standing = [entered for entered, _ in told]
        firsts = {entered.scan_id: first for entered, first in told}
        undone = {fact.annuls for fact in facts}
        for fact in sorted([*facts, *self._heard], key=lambda fact: fact.at):
            is_new = fact.sequence > self._known_sequence and fact.nonce not in undone
            if not is_new or fact.ticket_id != ticket_id or not fact.verdict.admits:
                continue
            if fact.direction is Direction.OUT:
                standing = [replace(e, left_at=e.left_at or fact.at) for e in standing]
            elif _came_in(fact):
                scan_id = new_id()
                is_override = fact.verdict is Verdict.OK_OVERRIDE
                day = local_day(fact.at, self.gate.zone)
                slot = slot_of(self.gate.policy, tuple(standing), day, is_override=is_override)
                standing.append(Entered(slot, fact.at, None, scan_id))
                firsts[scan_id] = First(fact.at, fact.gate, self.operator)
        return tuple(standing), firsts

    def _fact(
        self,
        what: Shown,
        looked: LookedUp,
        guest: Guest | None,
        verdict: Verdict,
        *,
        gate: str,
        now: datetime,
    ) -> Fact:
        is_known = looked.ticket_id is not None or looked.code_digest is not None
        return Fact(
            sequence=self.journal.last_sequence + 1,
            nonce=what.nonce,
            at=now,
            direction=what.asked.direction,
            verdict=verdict,
            source=what.source,
            gate=gate,
            text_digest=what.digest,
            code_digest=looked.code_digest,
            ticket_name=looked.name,
            ticket_id=looked.ticket_id,
            unknown_text=None if is_known else shown(what.text, length_max=_UNKNOWN_MAX),
            proof=proof_seen(what.asked, guest, verdict),
            confirms=what.asked.confirms,
            reason=what.asked.override if verdict is Verdict.OK_OVERRIDE else "",
            snapshot_at=self.snapshot.taken_at,
        )


def _came_in(fact: Fact) -> bool:
    return fact.direction is Direction.IN and fact.verdict.admits
