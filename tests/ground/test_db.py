"""The database has the last word: what sessions may do, and what becomes of trouble."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import TextClause, insert, make_url, text
from sqlalchemy.exc import DBAPIError

from boxoffice.audit.models import AuditEntry
from boxoffice.backup.postgres import dump, load
from boxoffice.db import Database, changed
from boxoffice.errors import DatabaseBusy, DatabaseSilent, Misconfigured, Refused
from boxoffice.inserts import insert_once
from boxoffice.office import BoxOffice
from boxoffice.tickets.models import PublicKey
from tests.making import NOON, an_event, rows


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as made:
        yield made


def a_key(key_id: str = "0badcafe") -> PublicKey:
    return PublicKey(key_id=key_id, public_key=b"\x00\xff", created_at=NOON)


def count(database: Database) -> int:
    with database.reading() as session:
        return int(
            session.connection().execute(text("SELECT count(*) FROM public_key")).scalar_one()
        )


def test_a_read_session_cannot_write(database: Database) -> None:
    with (
        pytest.raises((Misconfigured, DBAPIError), match=r"read-only|opened for writing"),
        database.reading() as session,
    ):
        session.connection().execute(insert(PublicKey), [a_key().model_dump()])

    assert count(database) == 0


def test_a_read_session_gives_its_connection_back_able_to_read_again(database: Database) -> None:
    for _ in range(20):
        with database.reading() as session:
            session.connection().execute(text("SELECT 1"))

    with database.writing() as session:
        assert insert_once(session, a_key())


def test_a_write_that_fails_leaves_nothing_of_what_went_before(database: Database) -> None:
    with pytest.raises(Refused):
        write_and_refuse(database)

    assert count(database) == 0


def write_and_refuse(database: Database) -> None:
    with database.writing() as session:
        insert_once(session, a_key())
        session.add(a_key("cafebabe"))
        session.flush()
        raise Refused("no")


def test_a_write_that_ends_well_is_kept(database: Database) -> None:
    with database.writing() as session:
        session.add(a_key())

    assert count(database) == 1


def test_a_second_row_of_one_key_does_not_go_in_and_disturbs_nothing(database: Database) -> None:
    with database.writing() as session:
        first, second = insert_once(session, a_key()), insert_once(session, a_key())
        third = insert_once(session, a_key("cafebabe"))

    assert (first, second, third) == (True, False, True)
    assert count(database) == 2


def test_moments_and_bytes_come_back_as_they_went_in(office: BoxOffice) -> None:
    with office.writing() as session:
        session.add(a_key())

    (row,) = rows(office, PublicKey)
    assert (row.created_at, row.public_key) == (NOON, b"\x00\xff")
    assert row.created_at.utcoffset() == NOON.utcoffset()


def test_a_naive_moment_is_our_own_mistake(database: Database) -> None:
    naive = a_key()
    naive.created_at = NOON.replace(tzinfo=None)

    with pytest.raises(Exception, match="time zone"), database.writing() as session:
        session.add(naive)


def test_what_waits_too_long_for_a_sqlite_writer_is_told_that_it_is_busy(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxoffice.engines._SQLITE_WAIT_MILLIS", 50)

    with closing(Database(sqlite_url)) as first, closing(Database(sqlite_url)) as second:
        with first.writing() as session:
            insert_once(session, a_key())
            with pytest.raises(DatabaseBusy) as caught, second.writing() as other:
                insert_once(other, a_key())

        assert caught.value.retryable
        assert count(second) == 1


def test_a_sqlite_reader_does_not_wait_for_a_writer(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database, database.writing() as session:
        insert_once(session, a_key())

        assert count(database) == 0


def test_what_waits_too_long_for_a_postgres_row_is_told_that_it_is_busy(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with database.writing() as session:
            insert_once(session, a_key())
        take = text("UPDATE public_key SET key_id = key_id")
        with database.writing() as session:
            changed(session, take)
            with pytest.raises(DatabaseBusy):
                take_soon(database, take)


def take_soon(database: Database, take: TextClause) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        changed(session, take)


@pytest.mark.parametrize(
    ("options", "lasts"), [("", ["2s", "10s", "10s"]), ("-c lock_timeout=7s", ["7s", "10s", "10s"])]
)
def test_postgres_is_never_waited_for_without_end(
    postgres_url: str, options: str, lasts: list[str]
) -> None:
    url = make_url(postgres_url).update_query_dict({"options": options})
    dialled = url.render_as_string(hide_password=False)

    with closing(Database(dialled)) as database, database.writing() as session:
        limits = [
            session.connection().exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in (
                "lock_timeout",
                "statement_timeout",
                "idle_in_transaction_session_timeout",
            )
        ]

    assert limits == lasts


LEFT_BEHIND = (
    "SELECT name FROM pg_settings WHERE source = 'session'",
    "SELECT statement FROM pg_prepared_statements",
    "SELECT pg_listening_channels()",
    "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
)


def pooled(url: str, **query: str) -> str:
    """Return the URL as it is written when a pooler hands sessions out by the transaction."""
    asked = make_url(url).update_query_dict({"pooler": "transaction", **query})
    return asked.render_as_string(hide_password=False)


@pytest.mark.parametrize(("options", "lasts"), [("", "2s"), ("-c lock_timeout=7s", "7s")])
def test_behind_a_pooler_the_limits_come_with_each_transaction(
    postgres_url: str, options: str, lasts: str
) -> None:
    with closing(Database(pooled(postgres_url, options=options))) as database:
        for opened in (database.writing, database.reading):
            with opened() as session:
                limits = [
                    session.connection().exec_driver_sql(f"SHOW {name}").scalar_one()
                    for name in ("lock_timeout", "statement_timeout", "timezone")
                ]

            assert limits == [lasts, "10s", "UTC"]


def test_behind_a_pooler_nothing_of_ours_stays_on_a_session(postgres_url: str) -> None:
    with closing(Database(pooled(postgres_url))) as database:
        with database.writing() as session:
            for number in range(20):  # the driver prepares what it is asked the fifth time
                insert_once(session, a_key(f"{number:08x}"))
        with database.migrating():
            pass
        with database.reading(is_long=True) as session:
            session.connection().exec_driver_sql("SELECT 1")

        for engine in (database.writer, database.reader):
            with closing(engine.raw_connection()) as line:
                session_of_ours = line.driver_connection
                assert session_of_ours is not None, "it was opened just now"
                session_of_ours.autocommit = True  # a transaction of ours would be seen too
                left = [session_of_ours.execute(question).fetchall() for question in LEFT_BEHIND]

            assert left == [[], [], [], []]


def test_what_sets_up_a_whole_session_is_refused_behind_a_pooler(
    postgres_url: str, tmp_path: Path
) -> None:
    with closing(Database(pooled(postgres_url))) as database:
        with pytest.raises(Misconfigured, match="pooler"), database.rewriting():
            pass
        with pytest.raises(Misconfigured, match="pooler"):
            dump(database, tmp_path / "database")
        with pytest.raises(Misconfigured, match="pooler"):
            load(database, tmp_path / "database")


def test_a_pooler_has_one_way_of_working_that_we_know() -> None:
    with pytest.raises(Misconfigured, match="transaction"):
        Database("postgresql://somebody@localhost/boxoffice?pooler=statement")


def test_sqlite_keeps_what_it_acknowledged_and_its_references(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database, database.writing() as session:
        kept = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }

    assert kept == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_postgres_that_nobody_answers_for_is_silent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: every call is refused
        url = f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/none"

        with (
            closing(Database(url)) as database,
            pytest.raises(DatabaseSilent) as caught,
            database.reading() as session,
        ):
            session.connection()

    assert caught.value.retryable
    assert "doctor" in caught.value.hint


def test_a_postgres_connection_that_broke_while_idle_is_replaced(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database, closing(Database(postgres_url)) as other:
        assert count(database) == 0
        with other.writing() as session:
            session.connection().exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

        assert count(database) == 0


def test_a_postgres_that_breaks_in_the_middle_is_silent_and_nothing_happened(
    postgres_url: str,
) -> None:
    with closing(Database(postgres_url)) as database, closing(Database(postgres_url)) as other:
        with pytest.raises(DatabaseSilent):
            write_on_a_line_that_breaks(database, other)

        assert count(database) == 0


def write_on_a_line_that_breaks(database: Database, other: Database) -> None:
    with database.writing() as session:
        insert_once(session, a_key())
        pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with other.writing() as killer:
            killer.connection().exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))


def test_a_file_that_is_no_database_is_a_setting_to_mend(tmp_path: Path) -> None:
    (tmp_path / "box.db").write_bytes(b"a shopping list, much longer than the head of a file" * 9)

    with (
        closing(Database(f"sqlite:///{tmp_path}/box.db")) as database,
        pytest.raises(Misconfigured, match="cannot be opened"),
        database.writing() as session,
    ):
        session.connection()


def test_a_folder_that_is_not_there_is_a_setting_to_mend(tmp_path: Path) -> None:
    with (
        closing(Database(f"sqlite:///{tmp_path}/nowhere/box.db")) as database,
        pytest.raises(Misconfigured, match="cannot be opened"),
        database.writing() as session,
    ):
        session.connection()


@pytest.mark.parametrize(
    "url", ["", "box.db", "sqlite://", "sqlite:///:memory:", "mysql://db/box", "postgresql"]
)
def test_an_address_that_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        Database(url)


@pytest.mark.parametrize(
    "act", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry"]
)
def test_what_the_audit_says_cannot_be_changed_or_deleted(office: BoxOffice, act: str) -> None:
    an_event(office)
    before = rows(office, AuditEntry)

    with pytest.raises(DBAPIError, match="audit entries are kept"), office.writing() as session:
        changed(session, text(act))

    assert before
    assert rows(office, AuditEntry) == before


def test_the_audit_cannot_be_emptied_at_once(postgres_url: str) -> None:
    with (
        closing(Database(postgres_url)) as database,
        pytest.raises(DBAPIError, match="audit entries are kept"),
        database.writing() as session,
    ):
        session.connection().exec_driver_sql("TRUNCATE audit_entry")


def test_the_mark_moves_when_somebody_has_written(database: Database) -> None:
    before = database.mark()
    with database.writing() as session:
        assert insert_once(session, a_key())

    assert database.mark() != before


def test_the_mark_of_a_file_stays_while_nobody_writes_whoever_asks(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database, ThreadPoolExecutor(1) as elsewhere:
        before = database.mark()
        count(database)

        assert elsewhere.submit(database.mark).result() == before
