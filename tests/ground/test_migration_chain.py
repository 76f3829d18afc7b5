"""Migrations keep every row on their way up, and the program before goes on beside the next.

There is one migration until the first release, so the way up is also walked on two of the test's
own: one that expands and one that contracts (decision 17).
"""

import re
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Select, Table

from boxoffice.audit.seal import seal_all
from boxoffice.audit.verify import verify
from boxoffice.backup.make import make_backup
from boxoffice.backup.restore import restore
from boxoffice.db import SCHEMA, Database
from boxoffice.errors import DatabaseBusy, Misconfigured
from boxoffice.migrations.models import metadata
from boxoffice.migrations.run import SCRIPTS, upgrade
from boxoffice.office import BoxOffice
from boxoffice.schema import must_fit, number_of, oldest_of
from tests.making import a_sale, an_event, an_order, codes_of, shown_at

RELEASES = Path(__file__).parents[1] / "releases"
HEAD = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = {own!r}, {before!r}, None, None
"""
EXPAND = '''
def upgrade():
    """Make room for both programs: what is new may be empty."""
    with op.batch_alter_table("event") as event:
        event.add_column(sa.Column("slogan", sa.String(80), nullable=True))
    op.create_table("slogan_vote", sa.Column("event_id", sa.Uuid(), sa.ForeignKey("event.id")))
'''
CONTRACT = '''
def upgrade():
    """Take away what nobody of today reads; on SQLite the table is made anew."""
    with op.batch_alter_table("event") as event:
        event.drop_column("slogan")
        event.alter_column("title", new_column_name="name", existing_type=sa.String())
'''
KILLED = '''
def upgrade():
    """Be killed with half of the work done."""
    import os, signal
    op.create_table("slogan_vote", sa.Column("event_id", sa.Uuid()))
    os.kill(os.getpid(), signal.SIGKILL)
'''
NEXT = "0002_for_0001"
AFTER = "0003_for_0002"


def scripts(folder: Path, *more: tuple[str, str]) -> Path:
    """Return our migrations with others on top, in a folder of the test's own."""
    made = Path(shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__")))
    before = SCHEMA
    for own, body in more:
        text = HEAD.format(own=own, before=before) + body
        (made / "versions" / f"{own}.py").write_text(text, encoding="utf-8")
        before = own
    return made


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    assert number_of(SCHEMA) == "0001", "the names above follow the newest migration"
    return scripts(tmp_path / "migrations", (NEXT, EXPAND), (AFTER, CONTRACT))


@pytest.fixture
def busy_night(office: BoxOffice) -> BoxOffice:
    an_event(office)
    a_sale(office)
    an_order(office)
    (code,) = codes_of(a_sale(office))
    shown_at(office, code)
    seal_all(office.writing, office.actor, now=office.now())
    return office


def content(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, as the database itself has them."""
    found = MetaData()
    with database.reader.connect() as connection:
        found.reflect(connection)
        return {
            name: [dict(row) for row in connection.execute(in_order(table)).mappings()]
            for name, table in found.tables.items()
            if name != "alembic_version"
        }


def in_order(table: Table) -> Select[Any]:
    return table.select().order_by(*table.primary_key.columns)


def lost(before: dict[str, list[Any]], after: dict[str, list[Any]], *gone: str) -> list[str]:
    """Return the tables of which a row, or a column that is not `gone`, did not come along."""
    kept = {
        name: [{key: new.get(key) for key in old} for old, new in paired(rows, after[name])]
        for name, rows in before.items()
    }
    return [name for name in before if without(gone, kept[name]) != without(gone, before[name])]


def paired(before: list[Any], after: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(before, after, strict=True))


def without(gone: tuple[str, ...], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key not in gone} for row in rows]


def test_every_row_comes_along_step_by_step(
    busy_night: BoxOffice, database_url: str, chain: Path
) -> None:
    first = content(busy_night.database)

    upgrade(database_url, to=NEXT, scripts=chain)
    second = content(busy_night.database)
    upgrade(database_url, to=AFTER, scripts=chain)
    third = content(busy_night.database)

    assert len(first["orders"]) == 3
    assert lost(first, second) == []
    assert lost(second, third, "slogan", "title") == []
    assert [row["name"] for row in third["event"]] == [row["title"] for row in first["event"]]


def test_the_program_before_goes_on_while_the_next_one_starts(
    busy_night: BoxOffice, database_url: str, chain: Path
) -> None:
    upgrade(database_url, to=NEXT, scripts=chain)

    busy_night.database.must_be_current()
    upgrade(database_url)
    (code,) = codes_of(a_sale(busy_night))
    shown_at(busy_night, code)

    assert busy_night.database.schema() == NEXT


def test_the_program_before_stops_by_itself_when_what_it_needs_has_gone(
    busy_night: BoxOffice, database_url: str, chain: Path
) -> None:
    upgrade(database_url, scripts=chain)

    told = r"has schema 0003, newer than this program's 0001: it is for programs of 0002 and later"
    with pytest.raises(Misconfigured, match=told) as caught:
        busy_night.database.must_be_current()
    with pytest.raises(Misconfigured, match=told):
        upgrade(database_url)

    assert caught.value.hint == "upgrade boxoffice on this machine"


def test_a_migration_that_is_killed_half_way_has_changed_nothing_and_comes_again(
    busy_night: BoxOffice, database_url: str, tmp_path: Path
) -> None:
    first = content(busy_night.database)
    killed = scripts(tmp_path / "killed", (NEXT, KILLED))
    program = (
        "import sys; from pathlib import Path; from boxoffice.migrations.run import upgrade;"
        "upgrade(sys.argv[1], scripts=Path(sys.argv[2]))"
    )

    ran = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", program, database_url, str(killed)], check=False, timeout=60
    )
    seen = content(busy_night.database)
    upgrade(database_url, scripts=scripts(tmp_path / "whole", (NEXT, EXPAND)))

    assert ran.returncode == -signal.SIGKILL
    assert seen == first
    assert busy_night.database.schema() == NEXT


def test_whoever_reads_for_long_makes_a_migration_come_again_later(
    postgres_url: str, chain: Path
) -> None:
    with closing(Database(postgres_url)) as database, database.reading() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM event")

        with pytest.raises(DatabaseBusy):
            upgrade(postgres_url, scripts=chain)

        assert database.schema() == SCHEMA


@pytest.fixture
def backups(busy_night: BoxOffice, tmp_path: Path) -> list[Path]:
    """A backup made now, and those that were kept of every release."""
    backend = "sqlite" if busy_night.database.is_sqlite else "postgresql"
    made = tmp_path / "now.zip"
    make_backup(busy_night.database, busy_night.actor, made, key=None, now=busy_night.now())
    return [made, *sorted(RELEASES.glob(f"*.{backend}.zip"))]


def test_the_data_of_every_release_comes_up_to_the_schema_of_today(
    busy_night: BoxOffice, database_url: str, backups: list[Path]
) -> None:
    for file in backups:
        restore(
            busy_night.database, busy_night.actor, file,
            upgrade=lambda: upgrade(database_url), now=busy_night.now(),
        )  # fmt: skip

        busy_night.database.must_be_current()
        with busy_night.database.reader.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": False})
            assert compare_metadata(context, metadata) == []
        with busy_night.reading() as session:
            assert verify(session, busy_night.actor, anchors={}).problem == ""


def unkept(names: list[str], kept: list[str]) -> list[str]:
    """Return the backups that are missing: of every schema but the newest, for both databases."""
    wanted = [
        f"{number_of(name)}.{kind}.zip" for name in names for kind in ("postgresql", "sqlite")
    ]
    newest = max(map(number_of, names))
    return sorted({name for name in wanted if not name.startswith(newest)} - set(kept))


def too_strict(names: list[str]) -> list[str]:
    """Return the migrations after which the release before could not run beside the next."""
    return [name for before, name in pairwise(names) if oldest_of(name) > number_of(before)]


def our_chain() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    walk = ScriptDirectory.from_config(config).walk_revisions()
    return sorted(revision.revision for revision in walk)


def test_every_schema_that_was_released_has_its_data_kept() -> None:
    assert unkept(our_chain(), [path.name for path in RELEASES.glob("*.zip")]) == []


def test_every_migration_lets_the_program_before_go_on() -> None:
    assert too_strict(our_chain()) == []


def test_a_missing_backup_and_a_hasty_migration_are_noticed() -> None:
    assert unkept(["0001", "0002_for_0001"], ["0001.sqlite.zip"]) == ["0001.postgresql.zip"]
    assert too_strict(["0001", "0002_for_0001", "0003"]) == ["0003"]


@pytest.mark.parametrize(
    ("found", "ours", "may"),
    [
        ("0001", "0001", True),
        ("0002_for_0001", "0001", True),
        ("0003_for_0002", "0002_for_0001", True),
        ("0003_for_0001", "0001", True),
        ("0003_for_0002", "0001", False),
        ("0002", "0001", False),
        ("0001", "0002_for_0001", False),
    ],
)
def test_a_program_runs_on_its_own_schema_and_on_newer_ones_that_are_for_it(
    found: str, ours: str, *, may: bool
) -> None:
    if may:
        must_fit(found, ours)
        return
    with pytest.raises(Misconfigured):
        must_fit(found, ours)


def test_a_database_of_somebody_else_is_not_taken_for_ours() -> None:
    with pytest.raises(Misconfigured, match="none of ours"):
        number_of("ae1027a6acf")


def test_every_migration_is_called_by_its_number() -> None:
    assert [name for name in our_chain() if not re.match(r"\d{4}(_for_\d{4})?$", name)] == []
