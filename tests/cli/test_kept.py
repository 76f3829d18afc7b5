"""What was kept is never called undone, and a sale does not wait for other people's charges."""

import sqlite3
import stat
from contextlib import closing

from boxoffice.cli.opening import afterwards, kept
from boxoffice.db import WriteSession
from boxoffice.errors import DatabaseSilent
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.orders.place import Placed, place
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.models import Job, JobState
from tests.commands import Commands
from tests.making import a_request, a_sale, an_event, rows


def test_a_line_that_breaks_at_commit_sells_once(office: BoxOffice) -> None:
    an_event(office)
    tries = []

    def sell(session: WriteSession) -> Placed:
        placed = place(
            session, office.actor, a_request(), now=office.now(), holds=False, key="the key"
        )
        tries.append(placed)
        if len(tries) == 1:
            session.commit()  # kept, and then the line breaks before anybody is told
            raise DatabaseSilent("the line broke.")
        return placed

    told = kept(office, sell)

    assert [row.code for row in rows(office, Order)] == [told.code]
    assert [placed.is_new for placed in tries] == [True, False]


def test_a_job_that_cannot_run_now_does_not_undo_the_answer(office: BoxOffice) -> None:
    an_event(office)
    sold = a_sale(office)
    office.database.close()
    healthy, office.database = office.database, BrokenDatabase()  # type: ignore[assignment]

    afterwards(office, DeliverTickets(sold.id))

    office.database = healthy
    (job,) = rows(office, Job)
    assert job.state is JobState.WAITING


class BrokenDatabase:
    """A database whose server has gone."""

    def reading(self) -> None:
        """Find nobody there."""
        raise DatabaseSilent("the server has gone.")

    def close(self) -> None:
        """Let nothing go."""


def test_a_lost_key_is_not_replaced_without_a_word(on_sqlite: Commands) -> None:
    on_sqlite("init")
    on_sqlite.has_event()
    on_sqlite.sells("--tier 'Lote 1'")
    del on_sqlite.settings["BOXOFFICE_SECRET_KEY"]

    refused = on_sqlite("init")
    assert (refused.code, refused.out) == (78, "")
    assert "--new-key" in refused.err
    assert on_sqlite("init --new-key --json").json["made_key"]
    assert on_sqlite("doctor").code == 8


def test_the_log_is_private_whatever_the_umask(on_sqlite: Commands) -> None:
    on_sqlite("init")
    on_sqlite.has_event()
    on_sqlite.sells("--tier 'Lote 1' --buyer-email rita@example.com")

    log = on_sqlite.home / "boxoffice.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_jobs_that_ended_badly_can_be_tried_again(on_sqlite: Commands) -> None:
    on_sqlite("init")
    on_sqlite.has_event()
    on_sqlite.sells("--tier 'Lote 1' --buyer-email rita@example.com")
    path = on_sqlite.settings["BOXOFFICE_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE job SET state = 'dead', attempts = 12")

    assert on_sqlite("doctor").code == 8
    assert on_sqlite("job retry --all-failed --json").json == {"retried": 1}
    assert on_sqlite("job run --until-empty --json").json["trouble"] == 0
    assert {job["state"] for job in on_sqlite("job list --json").rows} == {"done"}
    assert on_sqlite("job retry").code == 2
    assert on_sqlite("job retry nonsense").code == 2
    assert on_sqlite(f"job retry {'0' * 8}-0000-7000-8000-{'0' * 12}").code == 3
