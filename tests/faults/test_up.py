"""`boxoffice up` as a user runs it: started, used from another terminal, stopped, started again."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.faults.rig import wait_until
from tests.faults.terminals import STOP_SECONDS, is_well, laptop, sold_in_four, up
from tests.making import SLUG


@pytest.fixture
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="boxoffice-up-"))
    made.chmod(0o711)  # the server of root is `nobody`'s
    yield made
    shutil.rmtree(made, ignore_errors=True)


def running_in(home: Path) -> list[str]:
    """Return the programs whose words or settings name a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(home).encode() in told:
                found.append(entry.name)
    return found


def test_it_starts_sells_stops_and_goes_on(home: Path) -> None:
    office = Commands("", home)
    del office.settings["BOXOFFICE_DATABASE_URL"]
    with up(office) as (process, said):
        wait_until(lambda: is_well(office), why=lambda: "".join(said))
        office.has_event()
        office.sells("--buyer-email ana@example.com")
        watched = office("job watch --until-empty --timeout 120")
        second = office("up")
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOP_SECONDS)
    left = running_in(home)
    with up(office) as (_, said):
        wait_until(lambda: is_well(office), why=lambda: "".join(said))
        found = office(f"order list -e {SLUG} --json").rows

    assert (watched.code, second.code, code) == (0, 5, 0)
    assert "is up in" in second.err
    assert len(list((home / "mail" / "new").iterdir())) == 1
    assert left == []
    assert len(found) == 1


def test_four_terminals_that_sell_while_redis_dies_bring_each_buyer_one_mail(home: Path) -> None:
    office = Commands("", home)
    del office.settings["BOXOFFICE_DATABASE_URL"]
    with up(office) as (process, said):
        wait_until(lambda: is_well(office), why=lambda: "".join(said))
        done = sold_in_four(office, 24, kills=1, up_number=process.pid)

    assert done.sold == 24
    assert done.kills == 1
    assert done.mails == dict.fromkeys(done.buyers, 1)


def test_four_terminals_of_a_laptop_need_no_redis(home: Path) -> None:
    done = sold_in_four(laptop(home), 16)

    assert done.sold == 16
    assert done.mails == dict.fromkeys(done.buyers, 1)
