"""A campaign of many guests, killed again and again, invites and mails each of them once."""

import email
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boxoffice.promos.models import CampaignRow, Promo
from tasks.relay import run_until_empty
from tests.commands import EVENT, PATIENCE_SECONDS, Commands
from tests.making import SLUG, Clock, an_office, places_left, rows
from tests.races.books import disagreements

GIFT = "Cortesia"


def lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def mails_in(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*.eml"))


def killed_at(program: Commands, line: str, path: Path, count: int) -> None:
    """Start a command as a process; SIGKILL it once `path` has so many lines, or mails, more."""
    measure = mails_in if path.is_dir() else lines_of
    with program.started(line) as process:
        until = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < until and measure(path) < count:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.002)  # leaves the core to the one who works
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it had ended before it was killed"


@pytest.mark.parametrize(("kind", "count"), [("sqlite", 2_000), ("postgres", 200)])
def test_a_campaign_killed_twice_and_resumed_sends_each_guest_exactly_one_mail(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, count: int
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    program = Commands(url, tmp_path / "home")
    program.has_event(EVENT + f'\n[[tier]]\nname = "{GIFT}"\nprice = "50,00"\nquota = {count}\n')
    path = tmp_path / "guests.csv"
    guests = [f"Guest {n};g{n}@example.com" for n in range(count)]
    path.write_text("\n".join(["Nome;E-mail", *guests, ""]), encoding="utf-8")
    plan = program(f"courtesy plan -e {SLUG} -t {GIFT} --json", str(path)).json["plan"]
    chance = random.Random(count)  # noqa: S311  (chance, not secrecy)
    results = Path(f"{plan}.result.jsonl")

    for at in sorted(chance.sample(range(1, count * 2 // 3), 2)):
        results.unlink(missing_ok=True)
        killed_at(program, f"courtesy apply --yes '{plan}'", results, at)
    done = program("courtesy apply --yes --json", plan).json
    again = program("courtesy apply --yes --json", plan).json

    assert (done["made"] + done["already"], done["refused"]) == (count, 0)
    assert done["already"] > 0
    assert (again["made"], again["already"]) == (0, count)

    mails = tmp_path / "home" / "mail" / "new"
    mails.mkdir(parents=True)
    killed_at(program, "job run --until-empty", mails, chance.randrange(1, count // 2))
    later = Clock(datetime.now(UTC) + timedelta(hours=1))  # the lease of the killed worker is over
    with closing(an_office(url, tmp_path / "home", later)) as office:
        assert run_until_empty(office).trouble_count == 0

        sent = [email.message_from_bytes(file.read_bytes()) for file in mails.glob("*.eml")]
        told = Counter(str(mail["To"]) for mail in sent)
        assert (len(told), set(told.values())) == (count, {1})
        assert {row.state for row in rows(office, CampaignRow)} == {"sent"}
        assert len({promo.code for promo in rows(office, Promo)}) == count
        assert places_left(office)[GIFT] == 0
        assert disagreements(office) == []
