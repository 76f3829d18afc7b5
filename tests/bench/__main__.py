"""`make bench`: measure everything, or the groups that are named. QUICK=1 takes under 3 minutes.

Where our side of a row is slower than its target the table says so; the exit code tells only of
measurements that failed.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import compare
from tests.bench.dashboard import dashboard
from tests.bench.databases import databases
from tests.bench.desk import desk
from tests.bench.engine import engine
from tests.bench.exports import exports
from tests.bench.harness import Bench, Group, Row, sync_millis
from tests.bench.hot import hot
from tests.bench.imports import imports
from tests.bench.jobs import jobs
from tests.bench.letters import letters, paces
from tests.bench.orders import orders, search_terms
from tests.bench.papers import papers
from tests.bench.report import head, line, save, table
from tests.bench.scans import scans
from tests.bench.searches import searches
from tests.bench.startup import startup

GROUPS: dict[str, Group] = {
    group.__name__: group
    for group in (
        startup, orders, hot, scans, searches, dashboard, search_terms, imports, exports, letters,
        paces, jobs, engine, papers, desk,
    )
}  # fmt: skip


def main() -> int:
    """Run the groups that were asked for, and say how each went; or show or compare a run."""
    if sys.argv[1:2] == ["compare"]:
        return compare.main(sys.argv[2:])
    if sys.argv[1:] == ["table"]:
        _say(table(compare.RESULTS))
        return 0
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--out", type=Path, default=compare.RESULTS)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whatever ends us, we clean up
    unknown = set(asked.groups) - set(GROUPS)
    if unknown:
        parser.error(f"there is no group {unknown.pop()}; there are: {', '.join(GROUPS)}")
    is_quick = os.environ.get("QUICK", "") not in {"", "0"}
    rows: list[tuple[str, Row]] = []
    _say(head())
    # On a disk: a sync must cost what it costs.
    with tempfile.TemporaryDirectory(prefix="boxoffice-bench-") as folder:
        place = Path(folder)
        with databases(place) as made:
            bench = Bench(is_quick=is_quick, folder=place, databases=made)
            failed = [name for name in asked.groups or GROUPS if not _run(name, bench, rows)]
    save(rows, asked.out, is_quick=is_quick, now=datetime.now(UTC))
    _talk(f"written to {asked.out}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def _run(name: str, bench: Bench, rows: list[tuple[str, Row]]) -> bool:
    """Run one group and print its rows as they come; return whether it ended well."""
    start, sync = time.perf_counter(), sync_millis(bench.folder)
    _talk(f"{name}: a sync takes {sync:.2f} ms, load {os.getloadavg()[0]:.1f}")
    try:
        for row in GROUPS[name](bench):
            rows.append((name, replace(row, sync_millis=sync)))
            _say(line(row))
    except Exception:  # noqa: BLE001  (one failed measurement must not cost the others)
        traceback.print_exc()
        return False
    _talk(f"{name}: done in {time.perf_counter() - start:.0f} s")
    return True


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _talk(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
