"""The journal of a desk: every scan it judged alone, on the disk before the light turns green.

One line a scan: 16 hex digits of the SHA-256 of what follows, a blank, and a JSON object. A line
that is torn or altered is passed over and counted; no answer was given on a torn one.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from boxoffice.db import private_file
from boxoffice.door.models import Source
from boxoffice.door.rules import Direction, Proof, Verdict
from boxoffice.errors import BadFile, BadValue

NONCE_MAX = 64  # characters
GATE_MAX = 80
_DIGITS = 16
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """One scan, as the desk wrote it down. What a desk says is checked like any other stranger."""

    sequence: int  # from 1, counted by the desk
    nonce: str
    at: datetime  # by the desk's own clock
    direction: Direction
    verdict: Verdict
    source: Source
    gate: str
    text_digest: str
    code_digest: str | None = None  # of a readable code; the code itself is not kept
    ticket_name: str | None = None  # `K7QX2M-1`, as it was typed
    ticket_id: UUID | None = None
    unknown_text: str | None = None
    proof: Proof | None = None
    confirms: bool = False
    reason: str = ""
    annuls: str | None = None  # the nonce of the admission that is taken back
    snapshot_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fact as the journal and the wire have it."""
        told = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        for name in ("at", "snapshot_at"):
            if name in told:
                told[name] = told[name].isoformat()
        if self.ticket_id is not None:
            told["ticket_id"] = str(self.ticket_id)
        return told


def read_fact(found: Any) -> Fact:
    """Read a fact from JSON.

    Raises:
        BadValue: something in it is missing or makes no sense.
    """
    if not isinstance(found, dict):
        raise BadValue("a line of the journal", "is not an object.")
    try:
        fact = Fact(
            sequence=int(found["sequence"]),
            nonce=_text(found["nonce"], NONCE_MAX),
            at=_moment(found["at"]),
            direction=Direction(found["direction"]),
            verdict=Verdict(found["verdict"]),
            source=Source(found["source"]),
            gate=_text(found.get("gate", ""), GATE_MAX),
            text_digest=_hex(found["text_digest"]),
            code_digest=_hex(found["code_digest"]) if "code_digest" in found else None,
            ticket_name=_text(found["ticket_name"], 20) if "ticket_name" in found else None,
            ticket_id=UUID(found["ticket_id"]) if "ticket_id" in found else None,
            unknown_text=_text(found["unknown_text"], _TEXT_MAX)
            if "unknown_text" in found
            else None,
            proof=Proof(found["proof"]) if "proof" in found else None,
            confirms=found.get("confirms") is True,
            reason=_text(found.get("reason", ""), _TEXT_MAX),
            annuls=_text(found["annuls"], NONCE_MAX) if "annuls" in found else None,
            snapshot_at=_moment(found["snapshot_at"]) if "snapshot_at" in found else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadValue("a line of the journal", "makes no sense.") from error
    if not 1 <= fact.sequence < 2**31 or not fact.nonce:
        raise BadValue("a line of the journal", "has no number or no nonce.")
    if (fact.direction is Direction.UNDO) != (fact.annuls is not None):
        raise BadValue("a line of the journal", "undoes nothing.")
    return fact


class Journal:
    """The journal in one file. Several processes may hold it open; each sees what others wrote."""

    def __init__(self, path: Path) -> None:
        """Open the journal, or begin one that only its owner can read."""
        private_file(path)
        self.path = path
        self.facts: list[Fact] = []
        self.broken_count = 0
        self._offset = 0
        self.refresh()

    @property
    def last_sequence(self) -> int:
        """The number of the last scan; 0 when there is none."""
        return self.facts[-1].sequence if self.facts else 0

    def refresh(self) -> list[Fact]:
        """Read what was added since, and return it. What has no line end yet is left."""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            content = file.read()
        complete, end, tail = content.rpartition(b"\n")
        self._offset += len(complete) + len(end)
        new = []
        for line in complete.split(b"\n") if end else []:
            fact = _read_line(line)
            if fact is None:
                self.broken_count += bool(line)
            else:
                new.append(fact)
        self.facts += new
        self.has_torn_end = bool(tail)
        return new

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from writing, with all that they wrote read.

        Raises:
            BadFile: the journal is not there any more.
        """
        # Race: the desk's screen and a command judge at once. One writes while the other waits.
        try:
            lock = self.path.open("rb")
        except OSError as error:
            raise _unwritable(error.strerror) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refresh()
            yield

    def append(self, fact: Fact) -> None:
        """Add one scan, and return when it is on the disk. Call it while `held`.

        Raises:
            BadFile: the disk does not take it; nobody may come in by it.
        """
        text = json.dumps(fact.as_json(), separators=(",", ":")).encode()
        line = hashlib.sha256(text).hexdigest()[:_DIGITS].encode() + b" " + text + b"\n"
        if self.has_torn_end:  # a power cut tore the last line: it is ended, and passed over
            line = b"\n" + line
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                written = os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise _unwritable(error.strerror) from error
        if written != len(line):
            raise _unwritable("the disk is full")
        self.refresh()


def _unwritable(why: str | None) -> BadFile:
    return BadFile(
        f"the journal of this desk cannot be written: {why}.",
        hint="make room on the disk; until then this desk lets nobody in alone",
    )


def _read_line(line: bytes) -> Fact | None:
    digest, _, text = line.partition(b" ")
    if hashlib.sha256(text).hexdigest()[:_DIGITS].encode() != digest:
        return None
    try:
        return read_fact(json.loads(text))
    except (BadValue, ValueError, RecursionError):
        return None


def _text(value: Any, length_max: int) -> str:
    if not isinstance(value, str) or len(value) > length_max or not value.isprintable():
        raise ValueError("no text")
    return value


def _hex(value: Any) -> str:
    if len(value) != 64 or len(bytes.fromhex(value)) != 32:  # noqa: PLR2004  (SHA-256)
        raise ValueError("no digest")
    return str(value).lower()


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:  # noqa: PLR2004  (a clock, not a fantasy)
        raise ValueError("no moment")
    return moment
