"""Jobs on the command line: shown, watched, and left to workers where there are some."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.making import SLUG


@pytest.fixture
def selling(on_sqlite: Commands) -> Commands:
    on_sqlite.has_event()
    return on_sqlite


class BlackHole:
    """A Redis that takes every line and never says a word."""

    def __init__(self) -> None:
        self.count = 0
        self._held: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://:sesame@127.0.0.1:{self._listening.getsockname()[1]}/0"
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.count += 1
            self._held.append(line)

    def close(self) -> None:
        """Let everybody go."""
        self._listening.close()
        for line in self._held:
            line.close()


@contextmanager
def refusing() -> Iterator[str]:
    """Yield the address of a Redis that is not there."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    yield f"redis://127.0.0.1:{port}/0"


def test_a_sale_never_talks_to_redis(selling: Commands) -> None:
    with closing(BlackHole()) as hole:
        office = selling.setting(redis_url=hole.url)
        started_at = time.monotonic()
        sold = office.sells("--buyer-email ana@example.com")
        took = time.monotonic() - started_at
        code = sold["order"]["tickets"][0]["code"]
        office(f"door scan {code} -e {SLUG} --json")
        office(f"order cancel {sold['order']['code']} --yes")
        tried = hole.count

    assert tried == 0
    assert took < 5
    assert sold["order"]["state"] == "paid"


def test_where_there_are_workers_a_sale_leaves_the_mail_to_them(selling: Commands) -> None:
    with refusing() as url:
        selling.setting(redis_url=url).sells("--buyer-email ana@example.com")

    (job,) = selling("job list --json").rows
    assert (job["kind"], job["queue"], job["state"]) == ("tickets.deliver", "mail", "waiting")


def test_jobs_are_run_by_hand_though_redis_is_silent(selling: Commands) -> None:
    with closing(BlackHole()) as hole:
        office = selling.setting(redis_url=hole.url)
        office.sells("--buyer-email ana@example.com")
        ran = office("job run --until-empty --json").json
        states = {job["kind"]: job["state"] for job in office("job list --json").rows}

    assert (ran["trouble"], states["tickets.deliver"]) == (0, "done")


def test_the_doctor_names_a_silent_redis_and_what_does_not_run(selling: Commands) -> None:
    with closing(BlackHole()) as hole:
        told = selling.setting(redis_url=hole.url)("doctor --json")

    found = {row["check"]: row for row in told.rows}
    assert told.code == 8
    assert [found[name]["ok"] for name in ("jobs", "redis", "worker", "beat")] == [
        True,
        False,
        False,
        False,
    ]
    assert "job worker" in found["worker"]["mend"]
    assert "sesame" not in told.out + told.err


def test_without_a_redis_the_doctor_does_not_ask_for_one(selling: Commands) -> None:
    told = selling("doctor --json")

    assert {row["check"] for row in told.rows}.isdisjoint({"redis", "worker", "beat"})
    assert told.code == 0


def test_a_job_is_shown_with_its_ids_and_nothing_else_of_a_person(selling: Commands) -> None:
    selling.sells("--buyer-email ana@example.com --buyer-name Ana")
    (job,) = selling("job list --json").rows

    shown = selling(f"job show {job['id']} --json").json

    assert (shown["state"], shown["attempts"], shown["attempts_max"]) == ("done", 1, 12)
    assert set(shown["args"]) == {"order_id", "copy"}
    assert "ana" not in str(shown).lower()
    assert selling(f"job show {job['id']}").out.startswith("id ")


@pytest.mark.parametrize(
    ("line", "code", "case"),
    [
        ("job show x --json", 2, "value.invalid"),
        ("job show 019ab0c4-0000-7000-8000-000000000000 --json", 3, "job.not_found"),
        ("job retry x --json", 2, "value.invalid"),
    ],
)
def test_a_job_that_is_not_there_is_refused(
    selling: Commands, line: str, code: int, case: str
) -> None:
    ran = selling(line)

    assert (ran.code, ran.error["code"]) == (code, case)


def test_a_watch_ends_when_nothing_is_due(selling: Commands) -> None:
    selling.sells("--buyer-email ana@example.com")

    (row,) = selling("job watch --until-empty").rows

    assert (row["states"]["done"], row["due"], row["programs"]) == (1, 0, [])


def test_a_watch_gives_up_when_its_time_is_over(selling: Commands) -> None:
    with refusing() as url:
        selling.setting(redis_url=url).sells("--buyer-email ana@example.com")

    ran = selling("job watch --until-empty --timeout 0")

    assert ran.code == 75
    assert "job list" in ran.err


@pytest.mark.parametrize("line", ["job worker", "job beat"])
def test_a_worker_and_a_beat_need_a_redis(selling: Commands, line: str) -> None:
    ran = selling(line)

    assert (ran.code, ran.out) == (78, "")
    assert "BOXOFFICE_REDIS_URL" in ran.err


@pytest.mark.parametrize("line", ["job worker", "job beat"])
def test_an_address_that_is_none_is_refused_without_repeating_it(
    selling: Commands, line: str
) -> None:
    ran = selling.setting(redis_url="sesame://x").process(line)

    assert ran.code == 78
    assert "sesame" not in ran.err
    assert "Traceback" not in ran.err


def test_a_queue_that_does_not_exist_is_refused(selling: Commands) -> None:
    ran = selling.setting(redis_url="redis://127.0.0.1:9/0")("job worker --queues mail,males")

    assert ran.code == 2
    assert "door, money, mail, bulk" in ran.err


def test_settings_left_in_home_are_found_by_every_command(selling: Commands) -> None:
    (selling.home / "boxoffice.toml").write_text('mail_from = "Casa <casa@example.com>"\n')

    rows = selling("config show --json").rows

    found = next(row for row in rows if row["name"] == "mail_from")
    assert found["value"] == "Casa <casa@example.com>"
    assert found["origin"] == str(selling.home / "boxoffice.toml")


def test_up_hides_no_box_office_that_is_there(selling: Commands, tmp_path: Path) -> None:
    office = Commands("", tmp_path / "home")
    del office.settings["BOXOFFICE_DATABASE_URL"]
    assert office("init").code == 0

    ran = office("up")

    assert (ran.code, ran.out) == (5, "")
    assert "SQLite" in ran.err
    assert selling("up").code == 78
