"""What killed rehearsals leave goes with the next one; what is in use, or another's, stays."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from boxoffice.db import Database
from boxoffice.office import BoxOffice
from boxoffice.rehearsal.leftovers import (
    FOLDERS,
    PREFIX,
    clear_databases,
    examine_leftovers,
    folder_in,
    locked_name,
)
from boxoffice.rehearsal.scratch import scratch
from tests.leftovers import scratch_databases


@pytest.fixture
def live(postgres_url: str) -> Database:
    return Database(postgres_url)


def a_left_database(live: Database) -> str:
    """Make what a rehearsal leaves whose process is no more: a name, and nobody's lock."""
    with locked_name(live) as name:
        pass
    with live.rewriting() as line:
        line.exec_driver_sql(f'CREATE DATABASE "{name}"')
    live.close()
    return name


def scratch_of(live: Database) -> list[str]:
    return scratch_databases(live.url.render_as_string(hide_password=False))


def test_a_left_folder_goes_when_the_next_one_is_made(tmp_path: Path) -> None:
    left = tmp_path / ".rehearsal-killed"
    left.mkdir()
    (left / "lock").touch()
    (left / "boxoffice.db").touch()

    with folder_in(tmp_path) as folder:
        assert [*tmp_path.glob(FOLDERS)] == [folder]

    assert [*tmp_path.glob(FOLDERS)] == []


def test_a_folder_in_use_stays(tmp_path: Path) -> None:
    with folder_in(tmp_path) as first, folder_in(tmp_path) as second:
        (first / "boxoffice.db").touch()

        assert sorted(tmp_path.glob(FOLDERS)) == sorted([first, second])


def test_a_left_database_goes_before_the_next_one_is_made(live: Database, tmp_path: Path) -> None:
    a_left_database(live)

    with scratch(live, tmp_path) as url:
        assert scratch_of(live) == [Database(url).url.database]

    assert scratch_of(live) == []


def test_a_database_in_use_stays_while_another_one_is_made(live: Database, tmp_path: Path) -> None:
    other = Database(live.url.render_as_string(hide_password=False))

    with scratch(live, tmp_path) as first, scratch(other, tmp_path) as second:
        names = [Database(url).url.database for url in (first, second)]
        assert scratch_of(live) == sorted(name for name in names if name)


def test_a_database_that_somebody_still_looks_into_goes_later(live: Database) -> None:
    name = a_left_database(live)
    visited = Database(live.url.set(database=name).render_as_string(hide_password=False))
    with closing(visited), visited.rewriting():
        clear_databases(live)

        assert scratch_of(live) == [name]

    clear_databases(live)
    assert scratch_of(live) == []


def test_what_another_live_database_has_left_stays(live: Database) -> None:
    foreign = f"{PREFIX}1_{'0' * 16}"  # the server's own template: nobody sells in it
    with live.rewriting() as line:
        line.exec_driver_sql(f'CREATE DATABASE "{foreign}"')
        try:
            clear_databases(live)

            names = line.execute(text("SELECT datname FROM pg_database")).scalars().all()
            assert foreign in names
        finally:
            line.exec_driver_sql(f'DROP DATABASE "{foreign}"')
    live.close()


def test_two_that_clear_at_once_do_not_meet(live: Database) -> None:
    names = [a_left_database(live) for _ in range(2)]
    key = int(names[0].rpartition("_")[2], 16)

    other = Database(live.url.render_as_string(hide_password=False))
    with closing(other), other.rewriting() as line:
        line.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
        clear_databases(live)

        assert scratch_of(live) == [names[0]]

    clear_databases(live)
    assert scratch_of(live) == []


def test_the_doctor_names_what_is_left_and_nothing_that_is_in_use(
    office: BoxOffice,
) -> None:
    home = office.settings.home
    home.mkdir(exist_ok=True)
    with folder_in(home) as folder, scratch(office.database, folder):
        (sound,) = examine_leftovers(office)
    (home / ".rehearsal-killed").mkdir()
    left = [".rehearsal-killed"]
    if not office.database.is_sqlite:
        left.append(a_left_database(office.database))

    (ill,) = examine_leftovers(office)

    assert (sound.is_ok, sound.says) == (True, "none has left anything")
    assert (ill.is_ok, ill.says) == (False, f"killed ones have left {', '.join(left)}")
    assert "boxoffice rehearse" in ill.mend
    clear_databases(office.database)
