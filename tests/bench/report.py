"""What was measured, for people and for programs."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench.harness import Row

_WIDTHS = (58, 13, 13, 9, 17, 10)
_HEAD = ("what", "ours", "floor", "is", "from … to", "target")
_MARKS = {True: "ok", False: "MISSED", None: ""}


def head() -> str:
    """Return the head of the table."""
    return _line(_HEAD) + "\n" + "-" * (sum(_WIDTHS) + len(_WIDTHS) + 6)


def line(row: Row) -> str:
    """Return one row of the table, with its note below it."""
    sign = " ×" if row.floor is not None else ""
    cells = (
        row.name,
        _amount(row.ours, row.unit),
        "" if row.floor is None else _amount(row.floor, row.unit),
        f"{_short(row.value)}{sign}",
        f"{_short(row.low)} … {_short(row.high)}",
        str(row.target or "–"),
    )
    note = f"\n    {row.note}" if row.note else ""
    return f"{_line(cells)} {_MARKS[row.is_met]}".rstrip() + note


def save(rows: Iterable[tuple[str, Row]], out: Path, *, is_quick: bool, now: datetime) -> None:
    """Write the results, and what they were measured on, as one JSON object."""
    content: dict[str, Any] = {
        "schema": "bench/1",
        "taken_at": now.isoformat(timespec="seconds"),
        "is_quick": is_quick,
        "machine": {
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
            "system": platform.platform(),
            "python": sys.version.split()[0],
            "sqlite": sqlite3.sqlite_version,
        },
        "rows": [{"group": group, **_plain(row)} for group, row in rows],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(saved: Path) -> str:
    """Return the rows of a saved run as the table of docs/performance.md."""
    content = json.loads(saved.read_text(encoding="utf-8"))
    lines = ["| what | ours | floor | is | from … to | target | load |", "| --- " * 7 + "|"]
    for row in content["rows"]:
        floor = "–" if row["floor"] is None else _amount(row["floor"], row["unit"])
        sign = f" {row['unit']}" if row["floor"] is None else " ×"
        missed = " **missed**" if row["is_met"] is False else ""
        cells = (
            row["name"],
            _amount(row["ours"], row["unit"]),
            floor,
            _short(row["value"]) + sign,
            f"{_short(row['low'])} … {_short(row['high'])}",
            (row["target"] or "–") + missed,
            f"{row['load']:.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _plain(row: Row) -> dict[str, Any]:
    target = None if row.target is None else str(row.target)
    return asdict(row) | {"target": target, "is_met": row.is_met}


def _line(cells: Iterable[str]) -> str:
    first, *rest = cells
    width, *widths = _WIDTHS
    return " ".join([first.ljust(width), *map(str.rjust, rest, widths)])


def _amount(value: float, unit: str) -> str:
    return f"{_short(value)} {unit}"


def _short(value: float) -> str:
    """Write three digits that count: no more is known."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
