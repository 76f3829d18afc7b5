"""How long a command takes to say something: mostly, what it imports."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.databases import DAY, SQLITE, TIER
from tests.bench.harness import Bench, Row, at_most, duel, steps
from tests.bench.raw import is_sqlite
from tests.making import SECRET, an_order

_BOXOFFICE = str(Path(sys.executable).with_name("boxoffice"))
_HELP_FLOOR = "import typer, rich.console, rich.table"
_FIND_FLOOR = "import typer, sqlmodel"


def startup(bench: Bench) -> Iterator[Row]:
    """Compare whole commands with the bare import of the libraries they cannot do without."""
    url, office = bench.databases.selling(SQLITE)
    an_order(office, (TIER, 2), event=DAY)
    rounds = bench.pick(9, 15)
    for name, words, floor, limit in (
        ("boxoffice --help", ["--help"], _HELP_FLOOR, 1.3),
        ("boxoffice order find, SQLite", ["order", "find", "nogueira"], _FIND_FLOOR, 1.2),
    ):
        met = duel(
            partial(steps, 1, partial(_run, [sys.executable, "-c", floor], url, bench.folder)),
            partial(steps, 1, partial(_run, [_BOXOFFICE, *words], url, bench.folder)),
            rounds=rounds,
        )
        yield met.times(name, at_most(limit), note=f'python -c "{floor}"')


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return the environment of a command that works on the database at `url`."""
    ours = {"HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": SECRET.hex()}
    return os.environ | {f"BOXOFFICE_{name}": text for name, text in ours.items()}


def _run(command: list[str], url: str, folder: Path) -> None:
    assert is_sqlite(url), "a network is another measurement"
    ran = subprocess.run(  # noqa: S603  (our own program)
        command, env=environment(url, folder), capture_output=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr.decode()
