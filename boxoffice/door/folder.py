"""What a desk keeps on its own disk: who it is, its snapshot, its journal, what was sent."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from boxoffice.door.alone import LoneDesk
from boxoffice.door.journal import Journal
from boxoffice.door.known import Snapshot
from boxoffice.door.snapshot import open_snapshot
from boxoffice.errors import Misconfigured, NotFound
from boxoffice.files import publish


@dataclass(frozen=True, slots=True)
class Papers:
    """What the listener told when the desk was enrolled. `token` opens the line: keep it secret."""

    url: str
    token: str
    desk: str
    event: str
    list: str
    role: str
    expires_at: str
    public_keys: dict[str, str]  # 64 hex digits by key id


class DeskFolder:
    """A folder of its own, which only the owner of the machine can read."""

    def __init__(self, path: Path) -> None:
        """Keep the path; nothing is made yet."""
        self.path = path

    @property
    def journal(self) -> Journal:
        """The journal, opened anew."""
        return Journal(self.path / "journal.jsonl")

    def papers(self) -> Papers:
        """Return who this desk is.

        Raises:
            NotFound: it is not enrolled.
            Misconfigured: its papers cannot be read.
        """
        path = self.path / "desk.json"
        if not path.exists():
            hint = "enrol it: boxoffice desk enrol CODE --url URL"
            raise NotFound("desk", "on this machine", hint=hint)
        try:
            return Papers(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise Misconfigured(
                f"{path} cannot be read.", hint="enrol again: boxoffice desk enrol CODE --url URL"
            ) from error

    def enrol(self, papers: Papers) -> None:
        """Keep new papers. The journal of another desk is set aside, never deleted.

        Raises:
            BadFile: the folder cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("journal.jsonl", "snapshot.sqlite", "state.json"):
            old = self.path / name
            if old.exists():
                taken = len(list(self.path.glob(f"{name}.before*")))
                old.rename(old.with_name(f"{name}.before{taken + 1}"))
        text = json.dumps(asdict(papers), indent=1)
        publish(self.path / "desk.json", [text.encode()], mode=0o600)

    def keep_snapshot(self, raw: bytes) -> Snapshot:
        """Check a snapshot, and keep it in place of the one before.

        Raises:
            BadFile: it is not signed by the box office this desk was enrolled at, or was altered.
        """
        snapshot = self._checked(raw)
        publish(self.path / "snapshot.sqlite", [raw], mode=0o600)
        self._write_state(known=self.sent())
        return snapshot

    def snapshot(self) -> Snapshot:
        """Return the snapshot, checked.

        Raises:
            NotFound: there is none.
            BadFile: it was altered.
        """
        path = self.path / "snapshot.sqlite"
        if not path.exists():
            raise NotFound("snapshot", "on this desk", hint="bring one: boxoffice desk pull")
        return self._checked(path.read_bytes())

    def alone(self) -> LoneDesk:
        """Return the judge for when there is no line.

        Raises:
            NotFound: the desk is not enrolled, or has no snapshot.
            BadFile: the snapshot was altered.
        """
        papers = self.papers()
        known = self._state().get("known", 0)
        return LoneDesk(self.snapshot(), self.journal, f"desk {papers.desk}", known_sequence=known)

    def sent(self) -> int:
        """Return the number of the last scan that the server is known to have."""
        return int(self._state().get("sent", 0))

    def mark_sent(self, sequence: int) -> None:
        """Remember that the server has all up to `sequence`."""
        self._write_state(sent=max(sequence, self.sent()))

    def _checked(self, raw: bytes) -> Snapshot:
        keys = {name: bytes.fromhex(key) for name, key in self.papers().public_keys.items()}
        return Snapshot(open_snapshot(raw, keys))

    def _state(self) -> dict[str, Any]:
        try:
            found = json.loads((self.path / "state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # all is sent once more, and known there
        return found if isinstance(found, dict) else {}

    def _write_state(self, **changes: int) -> None:
        text = json.dumps(self._state() | changes)
        publish(self.path / "state.json", [text.encode()], mode=0o600)
