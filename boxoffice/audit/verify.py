"""Verify the audit: walk the chain from its first link, and name what does not fit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import col, select

from boxoffice.audit.chain import COLUMNS, LATE, START, entry_name, next_head
from boxoffice.audit.models import AuditSeal
from boxoffice.audit.reasons import changed_reasons
from boxoffice.audit.seal import last_seal
from boxoffice.columns import UtcDateTime
from boxoffice.db import ReadSession
from boxoffice.staff.rules import Actor, Permission

_EVERY = 50_000  # entries between two words about how far it has come
_CHAIN = text(
    f"SELECT l.turn, l.entry_id, l.head, {COLUMNS} FROM audit_link l "  # noqa: S608  (our own words)
    "LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.turn"
)
_SLIPPED_IN = text(
    "SELECT e.id FROM audit_entry e WHERE e.at < :before AND NOT EXISTS "
    "(SELECT 1 FROM audit_link l WHERE l.entry_id = e.id) ORDER BY e.at, e.id LIMIT 1"
).bindparams(bindparam("before", type_=UtcDateTime()))
_WAITING = text(
    "SELECT count(*) FROM audit_entry e WHERE e.at >= :before AND NOT EXISTS "
    "(SELECT 1 FROM audit_link l WHERE l.entry_id = e.id)"
).bindparams(bindparam("before", type_=UtcDateTime()))
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[int], None]  # entries walked so far


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk along the chain found. `problem` is empty when all of it fits."""

    count: int  # entries that fit
    waiting: int  # entries that no seal has taken yet: about a minute of them
    seals: int
    head: str
    problem: str = ""
    entry: str = ""  # the first that does not fit, when it is an entry


class _Broken(Exception):
    """The walk ends here."""

    def __init__(self, problem: str, entry: Any = None) -> None:
        super().__init__(problem)
        self.entry = "" if entry is None else entry_name(entry)


class _Walk:
    """One walk along the chain: how far it came, and with which head."""

    def __init__(self, anchors: dict[int, str]) -> None:
        self.anchors = anchors
        self.turn, self.head, self.seals = 0, START, 0

    def links(self, rows: Iterator[Sequence[Any]], progress: Progress) -> Iterator[int]:
        """Go from link to link; stop at the first whose entry is not what it was."""
        for turn, entry_id, said, *entry in rows:
            if turn != self.turn + 1:
                raise _Broken(f"the link of turn {self.turn + 1} was taken away")
            if entry[0] is None:
                raise _Broken(f"entry {entry_name(entry_id)} was taken away", entry_id)
            self.head = next_head(self.head, entry)
            if self.head != bytes(said):
                raise _Broken(f"entry {entry_name(entry_id)} is not what was sealed", entry_id)
            self.turn = turn
            if turn % _EVERY == 0:
                progress(turn)
            yield turn

    def check(self, seal: AuditSeal, prev: AuditSeal | None) -> None:
        """Hold a seal against the walk, which stands at its last turn."""
        if seal.n != self.seals + 1:
            raise _Broken(f"seal {self.seals + 1} was taken away")
        before = prev.last_turn if prev else 0
        fits = (
            seal.first_turn == before + 1
            and seal.count == seal.last_turn - before
            and seal.prev == (prev.head if prev else START)
            and seal.head == self.head
        )
        if not fits:
            raise _Broken(f"seal {seal.n} is not what was written")
        if self.anchors.pop(seal.n, seal.head.hex()) != seal.head.hex():
            raise _Broken(f"seal {seal.n} has another head than the anchor outside")
        self.seals = seal.n


def verify(
    session: ReadSession,
    actor: Actor,
    *,
    anchors: dict[int, str],
    progress: Progress = lambda _count: None,
) -> Verified:
    """Walk the whole chain. `anchors` are heads kept outside, by the number of their seal.

    Who may write to the database may still add entries as the program does, and change what no
    seal has taken yet: about the last minute.

    Raises:
        Forbidden: the actor may not read the audit.
    """
    actor.must(Permission.AUDIT)
    walk = _Walk(dict(anchors))
    problem = entry = ""
    try:
        _walk(session, walk, progress)
    except _Broken as broken:
        problem, entry = str(broken), broken.entry
    newest = last_seal(session)
    before = newest.until - LATE if newest else _EVER
    waiting = session.connection().execute(_WAITING, {"before": before}).scalar_one()
    return Verified(walk.turn, waiting, walk.seals, walk.head.hex(), problem, entry)


def _walk(session: ReadSession, walk: _Walk, progress: Progress) -> None:
    seals = iter(session.exec(select(AuditSeal).order_by(col(AuditSeal.n))).all())
    prev, seal = None, next(seals, None)
    if seal is not None and seal.n != 1:
        raise _Broken("seal 1 was taken away")
    streamed = {"stream_results": True}  # the chain may be longer than memory is
    with session.connection().execute(_CHAIN, execution_options=streamed) as rows:
        for turn in walk.links(iter(rows), progress):
            if seal is None:
                raise _Broken(f"seal {walk.seals + 1} was taken away")
            if turn == seal.last_turn:
                walk.check(seal, prev)
                prev, seal = seal, next(seals, None)
    if seal is not None:
        raise _Broken(f"the link of turn {walk.turn + 1} was taken away")
    if walk.anchors:
        raise _Broken(f"seal {min(walk.anchors)} was taken away: an anchor outside names it")
    if prev is not None:
        before = {"before": prev.until - LATE}
        slipped = session.connection().execute(_SLIPPED_IN, before).scalar()
        if slipped is not None:
            raise _Broken(f"entry {entry_name(slipped)} was slipped in behind a seal", slipped)
    for entry_id in changed_reasons(session):
        raise _Broken(f"the reason of entry {entry_name(entry_id)} was changed", entry_id)
