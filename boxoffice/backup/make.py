"""Make a backup: one file, whole or not there, checked before it gets its name."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from boxoffice.audit.record import record
from boxoffice.backup import postgres, sqlite
from boxoffice.backup.archive import Manifest, read_manifest, unpack, weighed, write_archive
from boxoffice.db import SCHEMA, Database, WriteSession
from boxoffice.errors import BadFile, Busy
from boxoffice.files import publish
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown
from boxoffice.times import iso

LAST = "last.json"
_NAME = re.compile(r"boxoffice-\d{8}T\d{6}Z\.zip")
_DRAFT = ".backup-"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made, and the older ones that were removed for it."""

    path: Path
    manifest: Manifest
    removed: int


def name_at(moment: datetime) -> str:
    """Return what the backup of a moment is called."""
    return f"boxoffice-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"


def make_backup(
    database: Database, actor: Actor, out: Path, *, key: str | None, now: datetime
) -> Manifest:
    """Write a backup of the whole database to `out`. With `key` the secret key goes in too.

    The draft lies beside `out` under a hidden name, and is read back whole before it is named.
    A killed run leaves a hidden folder, which the next one removes.

    Raises:
        Forbidden: the actor may not back up.
        Busy: another run writes into that folder now.
        BadFile: it cannot be written, or the copy is not sound.
        DatabaseSilent, Misconfigured: the database cannot be copied.
    """
    actor.must(Permission.BACKUP)
    try:
        with _alone_in(out.absolute().parent) as folder:
            return _make(database, out.absolute(), folder, key=key, now=now)
    except OSError as error:
        raise BadFile(
            f"{shown(str(out))} cannot be written: {error.strerror}.",
            hint="the backups of before stand as they were; make room, or write it elsewhere: --to",
        ) from error


def _make(
    database: Database, out: Path, folder: Path, *, key: str | None, now: datetime
) -> Manifest:
    copy, draft = folder / "database", folder / "draft.zip"
    if database.is_sqlite:
        counts = sqlite.dump(Path(database.url.database or ""), copy)
    else:
        counts = postgres.dump(database, copy)
    size, sha256 = weighed(copy)
    manifest = Manifest(
        made_at=iso(now) or "",
        backend="sqlite" if database.is_sqlite else "postgresql",
        migration=database.schema() or SCHEMA,
        bytes=size,
        sha256=sha256,
        counts=counts,
        has_key=key is not None,
    )
    write_archive(draft, copy, manifest, key)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  (a device)
        unpack(draft, read_manifest(draft), nowhere)
    draft.chmod(0o600)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(out)
    return manifest


def keep_newest(folder: Path, count: int) -> int:
    """Remove all but the newest `count` backups that bear a name of ours; return how many went."""
    names = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    old = names[: max(0, len(names) - count)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def note_made(session: WriteSession, actor: Actor, manifest: Manifest, *, now: datetime) -> None:
    """Leave the act in the audit."""
    facts = {"bytes": manifest.bytes, "has_key": manifest.has_key}
    record(session, actor, "backup.make", "backup", new_id(), now=now, **facts)


def remember(home: Path, path: Path, *, now: datetime) -> None:
    """Write down where the last backup went: the doctor asks."""
    folder = home / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    publish(folder / LAST, [json.dumps({"path": str(path), "at": iso(now)}).encode() + b"\n"])


def last_made(home: Path) -> tuple[datetime, str] | None:
    """Return when the last backup was made, and where it went."""
    try:
        said = json.loads((home / "backups" / LAST).read_bytes())
        return datetime.fromisoformat(said["at"]), str(said["path"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


@contextmanager
def _alone_in(parent: Path) -> Iterator[Path]:
    """Make a draft folder; nobody else makes a backup there meanwhile."""
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(parent / ".backup.lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        # Race: cron starts before the last run has ended. The second leaves at once.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in parent.glob(f"{_DRAFT}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
        folder = Path(mkdtemp(prefix=_DRAFT, dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError as error:
        raise Busy(
            f"another backup is being written in {shown(str(parent))}.",
            hint="try again later",
            code="backup.locked",
        ) from error
    finally:
        os.close(lock)
