"""The gate of `make bench`: a ratio that got worse is noticed, one that moved a little is not."""

import json
from pathlib import Path

import pytest

from tests.bench.compare import BASELINE, main, ratios


def a_run(folder: Path, name: str = "order of 2", value: float = 0.4, unit: str = "/s") -> Path:
    row = {"name": name, "value": value, "unit": unit, "floor": 100.0}
    path = folder / "bench.json"
    path.write_text(json.dumps({"rows": [row, row | {"name": "idle: memory", "floor": None}]}))
    return path


@pytest.mark.parametrize(
    ("name", "unit", "before", "now", "code"),
    [
        ("order of 2", "/s", 0.4, 0.39, 0),
        ("order of 2", "/s", 0.4, 0.9, 0),
        ("order of 2", "/s", 0.4, 0.25, 1),
        ("help", "ms", 1.0, 1.2, 0),
        ("help", "ms", 1.0, 1.5, 1),
        ("scan: p99", "ms", 2.0, 3.5, 0),
        ("scan: p99", "ms", 2.0, 4.5, 1),
    ],
)
def test_what_is_worse_than_its_tolerance_fails(
    tmp_path: Path, name: str, unit: str, before: float, *, now: float, code: int
) -> None:
    words = ["--baseline", str(tmp_path / "baseline.json"), "--results"]
    assert main([*words, str(a_run(tmp_path, name, before, unit)), "--keep"]) == 0

    assert main([*words, str(a_run(tmp_path, name, now, unit))]) == code


def test_a_quick_run_is_held_to_the_ratios_of_a_whole_one(tmp_path: Path) -> None:
    words = ["--baseline", str(tmp_path / "baseline.json"), "--results"]
    main([*words, str(a_run(tmp_path, "scan, SQLite, 1,000,000 tickets")), "--keep"])

    assert main([*words, str(a_run(tmp_path, "scan, SQLite, 100,000 tickets", value=0.1))]) == 1


def test_the_committed_baseline_can_be_read() -> None:
    known = json.loads(BASELINE.read_text(encoding="utf-8"))

    assert "order of 2, PostgreSQL, 8 at once" in known
    assert all(set(row) == {"value", "is_rate", "tolerance"} for row in known.values())
    assert ratios({"rows": []}) == {}
