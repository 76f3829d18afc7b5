"""An export killed at any moment: the file before or the file after, and no manifest that lies."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.formats import Format
from boxoffice.exports.manifest import verified
from boxoffice.exports.models import ExportRun
from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.exports.store import manifest_beside
from boxoffice.office import BoxOffice
from tests.making import LOTE, SLUG, a_sale, a_tier, an_event, rows

FORMATS = {"csv": 20, "xlsx": 10, "parquet": 10, "pdf": 10}  # moments of each: fifty in all
WIDE, NARROW = None, ("tier", "ticket")  # the same file, written by turns

# Loaded once; each line that it reads is a child of its own, which writes the file until it dies.
NURSERY = """
import itertools, os, signal, sys
from boxoffice.office import BoxOffice
from boxoffice.settings import Settings
from tests.exports.test_kill import NARROW, WIDE, write
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
office = BoxOffice(Settings.read())
write(office, sys.argv[1] + ".first", WIDE, sys.argv[2])  # the first one is slow
office.database.close()
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        for columns in itertools.cycle((WIDE, NARROW)):
            write(office, sys.argv[1], columns, sys.argv[2])
    print(pid, flush=True)
"""


def write(office: BoxOffice, out: str, columns: tuple[str, ...] | None, form: str) -> None:
    request = ExportRequest(
        definition_named("door-list" if form == "pdf" else "attendees"),
        Path(out),
        event=SLUG,
        format=Format(form),
        columns=columns,
    )
    run_export(office.database, office.actor, request, clock=office.now)


@contextmanager
def a_nursery(office: BoxOffice, *words: str) -> "Iterator[subprocess.Popen[str]]":
    more = {
        f"BOXOFFICE_{name.upper()}": office.settings.get(name) for name in ("home", "secret_key")
    }
    url = {"BOXOFFICE_DATABASE_URL": office.settings.database_url}
    environment = dict(os.environ) | url | {name: text or "" for name, text in more.items()}
    with subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-c", NURSERY, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed(nursery: "subprocess.Popen[str]", seconds: float) -> None:
    """Have a child begin, kill it after a while, and return when it is gone."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline())
    gone = threading.Event()

    def kill() -> None:
        os.kill(pid, signal.SIGKILL)
        gone.set()

    threading.Timer(seconds, kill).start()
    assert gone.wait(30)
    while Path(f"/proc/{pid}").exists():
        os.sched_yield()


@pytest.mark.parametrize("form", FORMATS)
def test_a_kill_at_any_of_fifty_moments_leaves_no_half_file_and_no_lie(
    office: BoxOffice, tmp_path: Path, form: str
) -> None:
    an_event(office, a_tier(quota=1_000))
    for _ in range(30):
        a_sale(office, (LOTE, 10))
    out, chance = tmp_path / f"guests.{form}", random.Random(8)  # noqa: S311  (the same moments each time)
    whole = set()
    for columns in (NARROW, WIDE):
        write(office, str(out), columns, form)
        whole.add(out.read_bytes())
    met: Counter[str] = Counter()
    runs = len(rows(office, ExportRun))

    with a_nursery(office, str(out), form) as nursery:
        for _ in range(FORMATS[form]):
            killed(nursery, chance.uniform(0, 0.4))

            assert out.read_bytes() in whole
            found = verified(out)
            has_manifest = manifest_beside(out).exists()
            assert bool(found.problem) is not has_manifest
            met["whole" if has_manifest else "cut off"] += 1

    write(office, str(out), WIDE, form)
    assert met["whole"] + met["cut off"] == FORMATS[form]
    assert len(rows(office, ExportRun)) > runs  # the last one was not killed
    assert verified(out).problem == ""
    assert list(tmp_path.glob(".*.tmp")) == []  # drafts of the dead are gone
