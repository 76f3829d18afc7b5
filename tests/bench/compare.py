"""`python -m tests.bench compare`: the last run against the ratios that were committed.

A ratio may be worse than the committed one by its row's tolerance, which says how much a busy
machine moves it: what is worse than that is a regression, and the exit code is 1. It stands outside
of the tests: a measurement needs a machine for itself. `--keep` makes the last run the baseline.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).with_name("baseline.json")
RESULTS = Path("build/bench.json")

_TOLERANCE, _TOLERANCE_TAIL = 0.35, 1.0  # a p99 is one of a few hundred waits
_SIZE = re.compile(r"\b[0-9]{1,3}(?:,[0-9]{3})+\b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row, then and now."""

    name: str
    before: float
    now: float
    tolerance: float
    is_rate: bool  # more is better

    @property
    def worse(self) -> float:
        """By which share it got worse; negative when it got better."""
        return (self.before / self.now if self.is_rate else self.now / self.before) - 1

    @property
    def is_regression(self) -> bool:
        """Whether it is worse than its tolerance allows."""
        return self.worse > self.tolerance

    def __str__(self) -> str:
        """Write it on a line."""
        mark = "WORSE" if self.is_regression else "ok"
        change = f"{-100 * self.worse:+.0f} %"
        return f"{self.name:<62} {self.before:8.3g} × {self.now:8.3g} × {change:>8}  {mark}"


def ratios(results: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the rows of a run that have a floor, by name; sizes are left out of it.

    A quick run measures the same paths on smaller databases: it is held to the same ratios.
    """
    return {
        _plain(row["name"]): {
            "value": round(row["value"], 4),
            "is_rate": row["unit"] == "/s",
            "tolerance": _TOLERANCE_TAIL if "p99" in row["name"] else _TOLERANCE,
        }
        for row in results["rows"]
        if row["floor"] is not None
    }


def compared(baseline: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Verdict]:
    """Yield every row that both have."""
    for name, now in found.items():
        before = baseline.get(name)
        if before is not None and before["value"] > 0 and now["value"] > 0:
            yield Verdict(
                name, before["value"], now["value"], before["tolerance"], before["is_rate"]
            )


def main(words: list[str]) -> int:
    """Compare, and return how many rows got worse as an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench compare", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="what a run has written")
    parser.add_argument("--baseline", type=Path, default=BASELINE)
    parser.add_argument("--keep", action="store_true", help="make these the new baseline")
    asked = parser.parse_args(words)
    if not asked.results.exists():
        parser.error(f"{asked.results} is not there; run: make bench")
    found = ratios(json.loads(asked.results.read_text(encoding="utf-8")))
    known = (
        json.loads(asked.baseline.read_text(encoding="utf-8")) if asked.baseline.exists() else {}
    )
    if asked.keep:
        text = json.dumps(known | found, indent=1, sort_keys=True, ensure_ascii=False)
        asked.baseline.write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"{len(found)} rows kept in {asked.baseline}\n")
        return 0
    verdicts = list(compared(known, found))
    for verdict in verdicts:
        sys.stdout.write(f"{verdict}\n")
    worse = sum(verdict.is_regression for verdict in verdicts)
    new = len(found) - len(verdicts)
    sys.stderr.write(f"{len(verdicts)} rows compared, {worse} worse; {new} have no baseline\n")
    return 1 if worse else 0


def _plain(name: str) -> str:
    return _SIZE.sub("N", name)
