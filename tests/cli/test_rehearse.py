"""`boxoffice rehearse` as an organizer runs it, and as one who changes their mind."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from boxoffice.rehearsal.leftovers import FOLDERS
from tests.commands import PATIENCE_SECONDS, Commands
from tests.leftovers import scratch_databases
from tests.making import SLUG

SHORT = "--buyers 20/s --minutes 0.05 --hands 2"
_HANDS = 4
# The program, where a statement of the scratch database was undone: tiers never run out.
CARELESS = """
from functools import partial
from sqlalchemy import text
from boxoffice.cli.main import run
from boxoffice.rehearsal import play

BUG = '''CREATE TRIGGER careless AFTER UPDATE OF places_left ON tier WHEN NEW.places_left = 0
BEGIN UPDATE tier SET places_left = 3 WHERE id = NEW.id; END'''

def prepare(office):
    with office.writing() as session:
        session.connection().execute(text(BUG))

play.rehearse = partial(play.rehearse, prepare=prepare)
run()
"""


@pytest.fixture
def boxoffice(database_url: str, tmp_path: Path) -> Commands:
    made = Commands(database_url, tmp_path / "home")
    made.has_event()
    return made


def left_behind(boxoffice: Commands) -> list[str]:
    """Return the folders and databases that a rehearsal has left."""
    found = [path.name for path in boxoffice.home.glob(FOLDERS)]
    return found + scratch_databases(boxoffice.settings["BOXOFFICE_DATABASE_URL"])


def test_an_event_is_rehearsed_with_one_command(boxoffice: Commands, tmp_path: Path) -> None:
    paper = tmp_path / "report.pdf"
    before = boxoffice("event show --json", SLUG).json

    ran = boxoffice.process(f"rehearse -e {SLUG} {SHORT} --offline 1 --json --pdf", str(paper))

    told = ran.json
    assert told["ok"] is True
    assert told["decided"]["buyers"] == 60
    assert set(told["sold"]) == {"Lote 1", "Lote 2", "Meia"}
    assert sum(told["sold"].values()) <= 25
    assert told["timings"]["order"]["p99_millis"] > 0
    assert told["missing_indexes"] == []
    assert paper.read_bytes().startswith(b"%PDF")
    assert boxoffice("event show --json", SLUG).json == before
    assert left_behind(boxoffice) == []


def test_ctrl_c_leaves_nothing_behind(boxoffice: Commands) -> None:
    with boxoffice.started(f"rehearse -e {SLUG} --buyers 20/s --minutes 5") as process:
        hands = wait_for_hands(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert left_behind(boxoffice) == []
    wait_until_gone(hands)  # one that was being started when Ctrl-C came ends by itself


def test_what_a_killed_one_leaves_is_named_by_the_doctor_and_goes_with_the_next(
    boxoffice: Commands,
) -> None:
    with boxoffice.started(f"rehearse -e {SLUG} --buyers 20/s --minutes 5") as process:
        hands = wait_for_hands(process.pid)
        process.kill()
        process.wait(PATIENCE_SECONDS)
    wait_until_gone(hands)
    left = left_behind(boxoffice)

    ill = boxoffice("doctor --json")
    ran = boxoffice.process(f"rehearse -e {SLUG} {SHORT} --json")
    healthy = boxoffice("doctor --json")

    assert left
    (finding,) = [row for row in ill.rows if row["check"] == "rehearsals"]
    assert (ill.code, finding["ok"]) == (8, False)
    assert [name for name in left if name not in finding["says"]] == []
    assert ran.json["ok"] is True
    assert left_behind(boxoffice) == []
    assert [row["ok"] for row in healthy.rows if row["check"] == "rehearsals"] == [True]


def wait_until_gone(pids: list[str]) -> None:
    """Wait until none of these processes is left."""
    until = time.monotonic() + PATIENCE_SECONDS
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < until, "a hand stays when its rehearsal was killed"
        time.sleep(0.1)


def wait_for_hands(pid: int) -> list[str]:
    """Return the processes of a rehearsal, once they are there."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        lists = Path(f"/proc/{pid}/task").glob("*/children")
        found = [child for path in lists for child in path.read_text().split()]
        if len(found) == _HANDS:
            return found
        time.sleep(0.1)
    raise AssertionError("no crowd has come")


def test_a_wrong_check_is_exit_code_8(tmp_path: Path) -> None:
    boxoffice = Commands(f"sqlite:///{tmp_path / 'never-made.db'}", tmp_path / "home")
    file = tmp_path / "event.toml"
    file.write_text(
        f'[event]\nslug = "{SLUG}"\ntitle = "Noite"\nstarts_at = "2099-12-01T19:00"\n'
        '[[tier]]\nname = "Lote 1"\nprice = "100,00"\nquota = 4\n'
    )

    ran = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", CARELESS, "rehearse", "--file", file, "--json", *SHORT.split()],
        env=boxoffice.environment(),
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    told = json.loads(ran.stdout)
    wrong = [check["what"] for check in told["checks"] if not check["ok"]]
    assert (ran.returncode, told["ok"]) == (8, False)
    assert "Lote 1: no place sold twice" in wrong
    assert not (tmp_path / "never-made.db").exists()


@pytest.mark.parametrize(
    ("words", "code", "case"),
    [
        ("", 2, "value.invalid"),
        (f"-e {SLUG} --file event.toml", 2, "value.invalid"),
        ("-e nothing", 3, "event.not_found"),
        (f"-e {SLUG} --buyers many", 2, "value.invalid"),
        (f"-e {SLUG} --desks 1 --offline 2", 2, "value.invalid"),
        (f"-e {SLUG} --fault letters-loft", 2, "value.invalid"),
        (f"-e {SLUG} --pdf /no/such/folder/x.pdf", 2, "value.invalid"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_before_anything_is_made(
    sqlite_url: str, tmp_path: Path, words: str, code: int, case: str
) -> None:
    boxoffice = Commands(sqlite_url, tmp_path / "home")
    boxoffice.has_event()

    ran = boxoffice(f"rehearse --json {words}")

    assert (ran.code, ran.error["code"]) == (code, case)
    assert left_behind(boxoffice) == []
