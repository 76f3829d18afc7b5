"""Restore a backup: all of it, in one transaction, and never over something unasked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import update
from sqlmodel import col, func, select

from boxoffice.audit.record import record
from boxoffice.backup import postgres, sqlite
from boxoffice.backup.archive import Manifest, read_manifest, unpack
from boxoffice.db import SCHEMA, Database, WriteSession, changed
from boxoffice.errors import BadFile, Misconfigured, NotEmpty
from boxoffice.events.models import Event
from boxoffice.ids import new_id
from boxoffice.outbox.models import Job, JobState, Queue
from boxoffice.schema import is_newer
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown

_OPEN = (JobState.WAITING, JobState.SENT, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. `asked` mails wait for a person: they may have left since the backup."""

    manifest: Manifest
    asked: int


def must_be_free(database: Database, *, over: bool) -> None:
    """Check that nothing is there that a restore would destroy, or that it may be.

    Raises:
        NotEmpty: there is, and nobody said that it may be destroyed.
    """
    if over or database.schema() is None:
        return
    with database.reading() as session:
        count = session.exec(select(func.count()).select_from(Event)).one()
    if count:
        raise NotEmpty(
            f"the database has {count} events, and a restore would destroy them.",
            hint="make a backup of it, then: boxoffice restore FILE --over --yes",
        )


def restore(
    database: Database,
    actor: Actor,
    file: Path,
    *,
    upgrade: Callable[[], None],
    now: datetime,
) -> Restored:
    """Put the database of a backup in the place of this one, then bring it to our schema.

    It is unpacked and checked beside first. What waited to be mailed then may have been mailed
    since: those jobs are set aside for a person, and `job retry` sends them.

    Raises:
        Forbidden: the actor may not restore.
        NotFound, BadFile: the file is not there, no backup, damaged, or of the other database.
        Misconfigured: it has a newer schema than this program.
        DatabaseBusy, DatabaseSilent: it did not go through; the old database stands.
    """
    actor.must(Permission.BACKUP)
    manifest = read_manifest(file)
    backend = "sqlite" if database.is_sqlite else "postgresql"
    if manifest.backend != backend:
        raise BadFile(
            f"{shown(str(file))} is of {manifest.backend}, and BOXOFFICE_DATABASE_URL is not.",
            hint=f"restore it into a database of {manifest.backend}",
        )
    if is_newer(manifest.migration, SCHEMA):
        raise Misconfigured(
            f"the backup has schema {manifest.migration}, newer than this program's {SCHEMA}.",
            hint="upgrade boxoffice on this machine",
        )
    with TemporaryDirectory(prefix="boxoffice-restore-") as folder:  # its owner's alone
        copy = Path(folder) / "database"
        with copy.open("wb") as out:
            unpack(file, manifest, out)
        if database.is_sqlite and sqlite.sound_counts(copy) != manifest.counts:
            raise BadFile(f"{shown(str(file))} does not hold the rows that its manifest names.")
        upgrade()  # a database that was never there is made, for its owner's eyes alone
        database.close()
        if database.is_sqlite:
            sqlite.load(copy, Path(database.url.database or ""))
        else:
            postgres.load(database, copy)
            if postgres.row_counts(database) != manifest.counts:
                raise BadFile(f"{shown(str(file))} did not bring the rows that it names.")
    upgrade()
    with database.writing() as session:
        asked = _set_mails_aside(session, now=now)
        facts = {"made_at": manifest.made_at, "asked": asked}
        record(session, actor, "backup.restore", "backup", new_id(), now=now, **facts)
    return Restored(manifest, asked)


def _set_mails_aside(session: WriteSession, *, now: datetime) -> int:
    return changed(
        session,
        update(Job)
        .where(col(Job.queue) == Queue.MAIL, col(Job.state).in_(_OPEN))
        .values(
            state=JobState.FAILED,
            lease_until=None,
            finished_at=now,
            last_error="restored from a backup: it may have been sent since; job retry sends it",
        ),
    )
