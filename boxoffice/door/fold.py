"""What all scans of one ticket at one list amount to: who is in, and what desks disagree on.

The fold looks at every scan, ordered by corrected time, and at nothing else. Whatever order
journals are uploaded in, and however often, it comes to the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from boxoffice.door.judge import slot_of
from boxoffice.door.models import ConflictKind
from boxoffice.door.rules import Direction, Entered, Policy, Verdict, VerdictClass

_STILL_VALID = frozenset({Verdict.NEEDS_DOCUMENT, Verdict.NEEDS_CONFIRMATION})


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan of the ticket."""

    id: UUID
    nonce: str
    at: datetime  # by the server's clock
    direction: Direction
    verdict: Verdict  # what the guest was told
    desk_id: UUID | None = None
    sequence: int = 0
    received_at: datetime | None = None
    snapshot_at: datetime | None = None
    server_verdict: Verdict | None = None  # of the ticket itself, known later
    operator: str = ""
    annuls: str | None = None  # of an undo: the id or nonce of the scan it takes back

    @property
    def is_offline(self) -> bool:
        """Whether a desk judged it alone."""
        return self.desk_id is not None

    @property
    def comes_in(self) -> bool:
        """Whether the guest went in by it."""
        return (
            self.verdict.admits
            and self.direction is Direction.IN
            and self.server_verdict is not Verdict.OK_REPLAY
        )

    @property
    def order(self) -> tuple[datetime, str, int, str]:
        """Its place among all scans, the same wherever it is asked."""
        return self.at, str(self.desk_id or ""), self.sequence, self.nonce


@dataclass(frozen=True, slots=True)
class Found:
    """A conflict about one scan, and the other scan it is with."""

    kind: ConflictKind
    scan: Scanned
    other: Scanned | None = None
    could_know: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """Who is in, and what does not fit."""

    entries: tuple[Entered, ...]
    conflicts: tuple[Found, ...]


def fold(
    scans: Sequence[Scanned],
    policy: Policy,
    day_of: Callable[[datetime], date],
    *,
    changed_at: datetime | None = None,
) -> Folded:
    """Walk through the scans of one ticket at one list.

    The first admission of a slot stands; every other one, when a desk alone decided on either, is
    a double entry. `changed_at` is when the ticket last changed, as far as it is known.
    """
    ordered = sorted(scans, key=lambda scan: scan.order)
    undone = _undone(ordered)
    standing: dict[str, tuple[Entered, Scanned]] = {}
    conflicts: list[Found] = []
    refused: list[Scanned] = []
    for scan in ordered:
        if scan.id in undone:
            continue
        if scan.direction is Direction.OUT and scan.verdict.admits:
            _go_out(standing, scan.at)
        elif scan.comes_in:
            met = _met(scan, standing, policy, day_of(scan.at))
            if met is None:
                slot = _slot(scan, standing, policy, day_of(scan.at))
                standing[slot] = Entered(slot, scan.at, None, scan.id), scan
            else:
                conflicts.append(_double(scan, met))
            if _is_invalid(scan):
                conflicts.append(_invalid(scan, changed_at))
            refused = []  # whoever was turned away came in after all
        elif _was_wronged(scan):
            refused.append(scan)
    conflicts += [Found(ConflictKind.REFUSED_BUT_VALID, scan) for scan in refused]
    return Folded(tuple(entry for entry, _ in standing.values()), tuple(conflicts))


def _undone(ordered: Sequence[Scanned]) -> set[UUID]:
    """Return the scans that were taken back: they count as if they had not been."""
    by_name = {str(scan.id): scan for scan in ordered} | {scan.nonce: scan for scan in ordered}
    undone = set()
    for scan in ordered:
        annulled = by_name.get(scan.annuls) if scan.annuls is not None else None
        # A desk alone takes back what it did itself; others ask the server.
        if annulled and (not scan.is_offline or annulled.operator == scan.operator):
            undone.add(annulled.id)
    return undone


def _slot(
    scan: Scanned, standing: dict[str, tuple[Entered, Scanned]], policy: Policy, today: date
) -> str:
    entries = tuple(entry for entry, _ in standing.values())
    is_override = scan.verdict is Verdict.OK_OVERRIDE
    slot = slot_of(policy, entries, today, is_override=is_override)
    # Taken only when the list had another policy at the time.
    return slot if slot not in standing else slot_of(Policy.UNLIMITED, entries, today)


def _go_out(standing: dict[str, tuple[Entered, Scanned]], moment: datetime) -> None:
    for slot, (entry, scan) in standing.items():
        if entry.left_at is None:
            left = Entered(slot, entry.entered_at, moment, entry.scan_id)
            standing[slot] = left, scan


def _met(
    scan: Scanned, standing: dict[str, tuple[Entered, Scanned]], policy: Policy, today: date
) -> Scanned | None:
    """Return the admission that this one should have met, and could not see."""
    found: Scanned | None = None
    if scan.verdict is Verdict.OK_OVERRIDE:
        return None
    if policy is Policy.ONCE:
        found = next((there for _, there in standing.values()), None)
    elif policy is Policy.DAILY:
        found = standing[today.isoformat()][1] if today.isoformat() in standing else None
    elif policy is Policy.AFTER_EXIT:
        inside = (there for entry, there in standing.values() if entry.left_at is None)
        found = next(inside, None)
    # Of two scans online the later one was judged with the first in sight.
    return found if found is not None and (scan.is_offline or found.is_offline) else None


def _double(scan: Scanned, met: Scanned) -> Found:
    known_at = met.received_at or met.at  # when the server heard of it
    could_know = scan.snapshot_at is None or known_at <= scan.snapshot_at
    return Found(ConflictKind.DOUBLE_ENTRY, scan, met, could_know=could_know)


def _invalid(scan: Scanned, changed_at: datetime | None) -> Found:
    could_know = (
        changed_at is not None and scan.snapshot_at is not None and changed_at <= scan.snapshot_at
    )
    return Found(ConflictKind.ADMITTED_BUT_INVALID, scan, could_know=could_know)


def _is_invalid(scan: Scanned) -> bool:
    server = scan.server_verdict
    return server is not None and not server.admits and server not in _STILL_VALID


def _was_wronged(scan: Scanned) -> bool:
    server = scan.server_verdict
    return (
        server is not None
        and scan.direction is Direction.IN
        and scan.verdict.family is VerdictClass.REFUSE
        and (server.admits or server in _STILL_VALID)
    )
