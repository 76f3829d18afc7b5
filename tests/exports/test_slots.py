"""Cron, workers and people at once: a slot is run once, a file by one at a time, a switch told."""

import csv
import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.models import ExportRun
from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import RunExport
from boxoffice.outbox.models import JobState
from boxoffice.settings import Settings
from boxoffice.times import iso
from tests.commands import Commands
from tests.making import SLUG, a_sale, an_event, rows
from tests.tasks.working import ran

SAVED = """
[fin]
export = "attendees"
event = "noite"
out = "fin-{date}-{time}.csv"
at = "* * * * *"

[idle]
export = "orders"
out = "idle.csv"
"""
MINUTE = "2026-01-05T06:00"
BRAZIL = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def saving(database_url: str, tmp_path: Path) -> Commands:
    made = Commands(database_url, tmp_path / "home")
    made.has_event()
    (made.home / "exports.toml").write_text(SAVED, encoding="utf-8")
    return made


def runs(boxoffice: Commands) -> list[ExportRun]:
    office = BoxOffice(Settings.read(boxoffice.settings))
    try:
        return rows(office, ExportRun)
    finally:
        office.close()


@contextmanager
def a_switch(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Serve a dead-man's switch; yield its address, and what it was asked for so far."""
    asked: list[str] = []

    class Switch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Switch) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/night", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_slot_is_run_once_whoever_comes_second(saving: Commands) -> None:
    first = saving(f"export run fin --slot {MINUTE} --json").json
    saving.sells()

    again = saving(f"export run fin --slot {MINUTE} --json").json

    assert (first["was_there"], again["was_there"]) == (False, True)
    assert (again["run"], again["sha256"], again["rows"]) == (first["run"], first["sha256"], 0)
    assert [path.name for path in saving.home.glob("fin-*.csv")] == ["fin-2026-01-05-060000.csv"]
    silent = saving(f"export run fin --slot {MINUTE}")
    assert (silent.code, silent.out, silent.err) == (0, "", "")
    assert len(runs(saving)) == 1


def test_a_worker_finds_what_cron_has_run(office: BoxOffice) -> None:
    an_event(office)
    path = office.settings.exports_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SAVED, encoding="utf-8")
    request = ExportRequest(
        definition_named("attendees"), path.with_name("cron.csv"), SLUG, saved="fin",
        slot_at=office.now(),
    )  # fmt: skip
    run_export(office.database, office.actor, request, clock=office.now)

    assert ran(office, RunExport("fin", iso(office.now()) or "")) is JobState.DONE

    assert len(rows(office, ExportRun)) == 1
    assert not list(path.parent.glob("fin-*.csv"))


def test_the_last_slot_is_of_the_clock_of_the_export(saving: Commands) -> None:
    told = saving("export run fin --slot last --json").json

    (run,) = runs(saving)
    assert run.slot_at is not None
    assert (run.slot_at.second, run.slot_at <= run.started_at) == (0, True)
    assert told["file"].endswith(f"{run.slot_at.astimezone(BRAZIL):fin-%Y-%m-%d-%H%M%S.csv}")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("fin --slot 2999-01-01", 2),
        ("fin --slot someday", 2),
        ("idle --slot last", 2),
        ("attendees --out x.csv --slot last", 2),
        ("nothing --out x.csv --slot last", 3),
        ("fin --wait long", 2),
        ("fin --ping ftp://example.com", 2),
        ("fin --ping example.com", 2),
        ("fin --ping http://", 2),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    saving: Commands, words: str, code: int
) -> None:
    ran = saving(f"export run {words} --json")

    assert (ran.code, ran.error["exit"]) == (code, code)
    assert not list(saving.home.glob("*.csv"))


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_who_waits_sees_what_was_sold_meanwhile(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    out = tmp_path / "a.csv"
    request = ExportRequest(definition_named("attendees"), out, event=SLUG)
    is_begun = threading.Event()

    def export() -> None:
        is_begun.set()
        run_export(office.database, office.actor, request, clock=office.now, wait_seconds=30)

    with (tmp_path / ".a.csv.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = in_a_thread(export)
        is_begun.wait()
        waiting.join(0.3)
        sold = a_sale(office)
        assert waiting.is_alive()
    waiting.join()

    with out.open(encoding="utf-8", newline="") as file:
        assert [row["order"] for row in csv.DictReader(file)] == [sold.code]


def test_who_has_waited_long_enough_is_told_to_come_again(saving: Commands, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    with (tmp_path / ".a.csv.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = saving(f"export run attendees -e noite --out {out} --wait 1s --json")

    assert (ran.code, ran.error["code"]) == (75, "export.locked")
    assert saving(f"export run attendees -e noite --out {out} --wait 1s").code == 0


def test_a_switch_is_told_when_all_went_well_and_only_then(saving: Commands) -> None:
    with a_switch() as (url, asked):
        well = saving(f"export run fin --slot {MINUTE} --ping {url}")
        again = saving(f"export run fin --slot {MINUTE} --ping {url}")
        failed = saving(f"export run fin --event nowhere --ping {url}")

    assert (well.code, well.err, again.code, failed.code) == (0, "", 0, 3)
    assert asked == ["/night", "/night"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_switch_that_is_not_pleased_fails_no_export(saving: Commands, status: int) -> None:
    with a_switch(status) as (url, asked):
        ran = saving(f"export run fin --ping {url}")

    assert (ran.code, ran.out, asked) == (0, "", ["/night"])
    assert f"127.0.0.1 answered {status}" in ran.err
    assert "/night" not in ran.err
    assert len(runs(saving)) == 1


def test_a_switch_that_is_not_there_fails_no_export(saving: Commands) -> None:
    ran = saving("export run fin --ping http://127.0.0.1:9/x --json")

    assert ran.json["was_there"] is False
    assert "the export is whole" in ran.err
