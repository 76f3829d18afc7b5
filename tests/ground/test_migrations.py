"""Migrations make the tables that the program knows, from empty and as often as they are run."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from boxoffice.db import SCHEMA, Database
from boxoffice.errors import Misconfigured
from boxoffice.migrations import run
from boxoffice.migrations.models import metadata
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from tests.making import an_event

MIGRATIONS = Path(run.__file__).parent


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as made:
        yield made


def test_a_database_that_was_never_initialised_says_what_to_run(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/new.db")) as database:
        with pytest.raises(Misconfigured) as caught:
            database.must_be_current()
        assert not (tmp_path / "new.db").exists()

        with pytest.raises(Misconfigured) as asked, database.reading() as session:
            session.connection().exec_driver_sql("SELECT * FROM event")

    assert caught.value.hint == asked.value.hint == "run: boxoffice init"


@pytest.mark.parametrize(
    ("found", "told"), [("0000", "has the old schema 0000"), ("9999", "newer than this program's")]
)
def test_a_database_of_another_schema_is_refused(database: Database, found: str, told: str) -> None:
    with database.writing() as session:
        version = {"found": found}
        session.connection().execute(
            text("UPDATE alembic_version SET version_num = :found"), version
        )

    with pytest.raises(Misconfigured, match=told):
        database.must_be_current()


def test_a_migrated_database_is_current(database: Database) -> None:
    database.must_be_current()

    assert database.schema() == SCHEMA


def test_a_new_sqlite_file_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "box.db"

    upgrade(f"sqlite:///{path}")

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_migrating_twice_is_migrating_once(office: BoxOffice, database_url: str) -> None:
    an_event(office)

    upgrade(database_url)

    office.database.must_be_current()
    with office.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM event").scalar_one() == 1


def test_two_machines_may_migrate_one_empty_database_at_once(
    database: Database, database_url: str
) -> None:
    downgrade(database)
    program = "import sys; from boxoffice.migrations.run import upgrade; upgrade(sys.argv[1])"
    command_line = [sys.executable, "-c", program, database_url]

    both = [subprocess.Popen(command_line) for _ in range(2)]  # noqa: S603  (our own program)

    assert [process.wait(60) for process in both] == [0, 0]
    database.must_be_current()


def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})

        assert compare_metadata(context, metadata) == []


def test_the_checks_are_what_the_migrations_make(database: Database, tmp_path: Path) -> None:
    fresh = create_engine(f"sqlite:///{tmp_path}/fresh.db")
    metadata.create_all(fresh)
    wanted = checks_of(fresh)
    fresh.dispose()

    assert {"event.event_places", "tier.tier_places", "job.job_leased"} <= wanted
    assert checks_of(database.reader) == wanted


def checks_of(engine: Engine) -> set[str]:
    found = inspect(engine)
    return {
        f"{table}.{check['name']}"
        for table in found.get_table_names()
        for check in found.get_check_constraints(table)
    }


def test_the_schema_we_name_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == SCHEMA


def test_going_down_and_up_again_leaves_the_same_tables(
    database: Database, database_url: str
) -> None:
    downgrade(database)
    gone = database.schema()
    upgrade(database_url)

    assert gone is None
    database.must_be_current()
    with database.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def downgrade(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.migrating() as config.attributes["connection"]:
        command.downgrade(config, "base")
