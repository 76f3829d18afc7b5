"""A backup is whole or not there, and brings everything back, on both databases."""

import fcntl
import json
import resource
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from boxoffice.audit.seal import seal_all
from boxoffice.audit.verify import verify
from boxoffice.backup import postgres
from boxoffice.backup.archive import Manifest, read_manifest
from boxoffice.backup.make import keep_newest, make_backup, name_at
from boxoffice.backup.restore import Restored, must_be_free, restore
from boxoffice.db import Database
from boxoffice.errors import BadFile, Busy, Forbidden, Misconfigured, NotEmpty, NotFound
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.outbox.models import Job, JobState, Queue
from tests.making import AUDITOR, SECRET, Clock, a_sale, an_event, counts, rows

NOISE = 300  # orders, so that there is something to be killed in


def backed_up(office: BoxOffice, out: Path, *, key: str | None = None) -> Manifest:
    return make_backup(office.database, office.actor, out, key=key, now=office.now())


def restored(office: BoxOffice, file: Path) -> Restored:
    url = office.settings.database_url
    return restore(
        office.database, office.actor, file, upgrade=lambda: upgrade(url), now=office.now()
    )


@pytest.fixture
def selling(office: BoxOffice) -> BoxOffice:
    an_event(office)
    a_sale(office)
    seal_all(office.writing, office.actor, now=office.now())
    return office


def test_a_backup_names_every_row_it_holds(selling: BoxOffice, tmp_path: Path) -> None:
    out = tmp_path / "there" / "b.zip"

    made = backed_up(selling, out)

    assert made.counts == counts(selling) | {"alembic_version": 1}
    assert read_manifest(out) == made
    assert out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in out.parent.iterdir() if path.is_dir()] == []


def test_what_came_after_the_backup_is_gone_after_the_restore(
    selling: BoxOffice, tmp_path: Path
) -> None:
    before = rows(selling, Order)
    backed_up(selling, tmp_path / "b.zip")
    a_sale(selling)

    restored(selling, tmp_path / "b.zip")

    assert [row.code for row in rows(selling, Order)] == [row.code for row in before]
    with selling.reading() as session:
        assert verify(session, AUDITOR, anchors={}).problem == ""
    a_sale(selling)


def test_the_audit_is_protected_after_a_restore(selling: BoxOffice, tmp_path: Path) -> None:
    backed_up(selling, tmp_path / "b.zip")
    restored(selling, tmp_path / "b.zip")

    with pytest.raises(Exception, match="audit entries are kept"), selling.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM audit_entry")


def test_mails_that_waited_then_wait_for_a_person(selling: BoxOffice, tmp_path: Path) -> None:
    backed_up(selling, tmp_path / "b.zip")

    done = restored(selling, tmp_path / "b.zip")

    mails = [row for row in rows(selling, Job) if row.queue is Queue.MAIL]
    assert done.asked == len(mails) == 1
    assert [(row.state, row.lease_until) for row in mails] == [(JobState.FAILED, None)]


def test_a_restore_over_something_must_be_asked_for(selling: BoxOffice) -> None:
    with pytest.raises(NotEmpty):
        must_be_free(selling.database, over=False)

    must_be_free(selling.database, over=True)


def test_an_empty_database_is_free(office: BoxOffice) -> None:
    must_be_free(office.database, over=False)

    assert rows(office, Order) == []


def test_the_key_is_inside_only_when_asked_for(selling: BoxOffice, tmp_path: Path) -> None:
    backed_up(selling, tmp_path / "without.zip")
    backed_up(selling, tmp_path / "with.zip", key=SECRET.hex())

    assert "secret.key" not in zipfile.ZipFile(tmp_path / "without.zip").namelist()
    assert SECRET.hex().encode() not in (tmp_path / "without.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "with.zip").read("secret.key").decode() == SECRET.hex()


@pytest.mark.parametrize("cut", [0, 1, 0.5, 0.999])
def test_half_a_backup_is_no_backup(selling: BoxOffice, tmp_path: Path, cut: float) -> None:
    out = tmp_path / "b.zip"
    backed_up(selling, out)
    whole = out.read_bytes()
    out.write_bytes(whole[: int(len(whole) * cut) if cut != 1 else 1])

    with pytest.raises(BadFile):
        restored(selling, out)

    assert len(rows(selling, Order)) == 1


def test_a_damaged_backup_is_noticed_before_anything_is_touched(
    selling: BoxOffice, tmp_path: Path
) -> None:
    out = tmp_path / "b.zip"
    backed_up(selling, out)
    with zipfile.ZipFile(out) as good:
        manifest = json.loads(good.read("manifest.json"))
        content = good.read("database")
    with zipfile.ZipFile(out, "w") as bad:
        bad.writestr("manifest.json", json.dumps(manifest))
        bad.writestr("database", content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(BadFile, match="damaged"):
        restored(selling, out)

    assert len(rows(selling, Order)) == 1


def test_a_backup_of_the_other_database_is_refused(selling: BoxOffice, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    made = backed_up(selling, out)
    other = "postgresql" if made.backend == "sqlite" else "sqlite"
    rewritten(out, backend=other)

    with pytest.raises(BadFile, match=other):
        restored(selling, out)


def test_a_backup_of_a_newer_schema_is_refused(selling: BoxOffice, tmp_path: Path) -> None:
    backed_up(selling, tmp_path / "b.zip")
    rewritten(tmp_path / "b.zip", migration="9999")

    with pytest.raises(Misconfigured, match="newer"):
        restored(selling, tmp_path / "b.zip")


def rewritten(path: Path, **more: str) -> None:
    """Change what the manifest of a backup says."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content["manifest.json"] = json.dumps(json.loads(content["manifest.json"]) | more).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)


def test_what_is_not_there_cannot_be_restored(selling: BoxOffice, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        restored(selling, tmp_path / "none.zip")


def test_two_backups_into_one_folder_do_not_meet(selling: BoxOffice, tmp_path: Path) -> None:
    with (tmp_path / ".backup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(Busy):
            backed_up(selling, tmp_path / "b.zip")

    assert not (tmp_path / "b.zip").exists()


def test_only_our_own_names_are_removed_and_the_newest_stay(tmp_path: Path, clock: Clock) -> None:
    for _ in range(4):
        (tmp_path / name_at(clock())).touch()
        clock.forward(days=1)
    (tmp_path / "boxoffice-notes.zip").touch()

    assert keep_newest(tmp_path, 2) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "boxoffice-20261124T150000Z.zip",
        "boxoffice-20261125T150000Z.zip",
        "boxoffice-notes.zip",
    ]


def test_who_may_not_back_up_gets_none(selling: BoxOffice, tmp_path: Path) -> None:
    with pytest.raises(Forbidden):
        make_backup(selling.database, AUDITOR, tmp_path / "b.zip", key=None, now=selling.now())

    assert not (tmp_path / "b.zip").exists()


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from boxoffice.backup import archive, make
from boxoffice.db import Database
from boxoffice.staff.rules import LOCAL_ADMIN

at = sys.argv[3]
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
if at == "writing":
    half = lambda out: out.write_bytes(Path(out.parent, "database").read_bytes()[:999])
    make.write_archive = lambda out, *_: (half(out), die())
elif at == "reading":
    make.unpack = die
elif at == "naming":
    Path.replace = die
now = datetime.now(UTC)
make.make_backup(Database(sys.argv[1]), LOCAL_ADMIN, Path(sys.argv[2]), key=None, now=now)
"""


@pytest.mark.parametrize("at", ["writing", "reading", "naming"])
def test_whoever_is_killed_leaves_no_half_and_the_next_cleans_up(
    selling: BoxOffice, tmp_path: Path, at: str
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    out = folder / "b.zip"
    program = [sys.executable, "-c", KILLED, selling.settings.database_url, str(out), at]
    done = subprocess.run(program, check=False, capture_output=True)  # noqa: S603  (our own program)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not out.exists()

    backed_up(selling, out)

    assert sorted(path.name for path in folder.iterdir()) == [".backup.lock", "b.zip"]
    assert read_manifest(out).counts["orders"] == 1


def test_whoever_is_killed_while_restoring_leaves_the_old_or_the_new(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = Path(Database(sqlite_url).url.database or "")
    backup = tmp_path / "copy"
    with sqlite3.connect(path) as live, sqlite3.connect(backup) as copy:
        live.backup(copy)
    copy.close()
    program = (
        "import os, signal, sqlite3, sys\n"
        "source, live = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])\n"
        "def die(*_):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "source.backup(live, pages=20, progress=die)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, backup, path], check=False)  # noqa: S603  (our own program)
    live.close()

    assert done.returncode == -signal.SIGKILL
    with sqlite3.connect(path) as left:
        assert left.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert left.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    left.close()


def test_a_server_newer_than_every_tool_says_what_to_install() -> None:
    with pytest.raises(Misconfigured) as caught:
        postgres.tool("pg_dump", "990000")

    assert "postgresql-client-99" in caught.value.hint


def test_a_full_disk_is_named_and_leaves_nothing_half(selling: BoxOffice, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        with pytest.raises(
            BadFile, match=r"cannot be written: (No space|File too large)"
        ) as caught:
            backed_up(selling, tmp_path / "full.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert "--to" in (caught.value.hint or "")
    assert [path.name for path in tmp_path.glob("*backup*")] == [".backup.lock"]
    assert not (tmp_path / "full.zip").exists()
