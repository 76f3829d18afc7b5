"""What a rehearsal found out: what was decided, what was measured, what is right, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boxoffice.demo.books import Check
from boxoffice.rehearsal.drill import Drill
from boxoffice.rehearsal.indexes import LookUp, Missing


@dataclass(frozen=True, slots=True)
class Timing:
    """How many of something were done in how many seconds, and how long each took, in seconds."""

    name: str
    seconds: float
    waits: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Things done in a second."""
        return len(self.waits) / self.seconds if self.seconds > 0 else 0.0

    def wait(self, percent: float) -> float | None:
        """Return the seconds that `percent` of them did not exceed; `None` when there was none."""
        ordered = sorted(self.waits)
        at = min(len(ordered) - 1, int(len(ordered) * percent / 100))
        return ordered[at] if ordered else None

    def as_json(self) -> dict[str, Any]:
        """Return it in milliseconds."""
        found = {f"p{p}_millis": self.wait(p) for p in (50, 95, 99)}
        return {
            "count": len(self.waits),
            "per_second": round(self.rate, 1),
            **{name: None if s is None else round(1e3 * s, 1) for name, s in found.items()},
        }


@dataclass(frozen=True, slots=True)
class Slow:
    """A statement, and its share of the time that the database took."""

    statement: str
    count: int
    millis_each: float
    percent: int


@dataclass(frozen=True, slots=True)
class Busy:
    """What was busy in one act. A percent is `None` where nobody tells."""

    cpu_percent: int | None
    lock_percent: int | None  # of what the database's busy lines did: they waited for one another
    disk_percent: int | None
    begin_percent: int | None  # of the database's time: SQLite's writers stood in line
    database_percent: int  # of the hands' time: they waited for the database, or stood in line


@dataclass(frozen=True, slots=True)
class Report:
    """A rehearsal, whole."""

    event: str
    title: str
    database: str
    drill: Drill
    decided: Mapping[str, Any]
    outcomes: Mapping[str, int]  # how often buyers heard what
    sold: Mapping[str, int]  # places of each tier
    verdicts: Mapping[str, int]
    timings: Sequence[Timing]
    busy: Mapping[str, Busy]  # by act
    slow: Sequence[Slow]
    checks: Sequence[Check]
    missing: Sequence[Missing]
    look_up: LookUp | None
    troubles: Sequence[str] = field(default=())  # jobs that ended badly, and why
    advice: Sequence[str] = field(default=())

    @property
    def is_right(self) -> bool:
        """Whether every check holds."""
        return all(check.is_right for check in self.checks)

    def timing(self, name: str) -> Timing:
        """Return one timing by its name."""
        return next(timing for timing in self.timings if timing.name == name)

    def as_json(self) -> dict[str, Any]:
        """Return the report as programs read it."""
        return {
            "ok": self.is_right,
            "event": self.event,
            "database": self.database,
            "seed": self.drill.seed,
            "decided": dict(self.decided),
            "outcomes": dict(self.outcomes),
            "sold": dict(self.sold),
            "verdicts": dict(self.verdicts),
            "timings": {timing.name: timing.as_json() for timing in self.timings},
            "busy": {
                act: {name: getattr(busy, name) for name in Busy.__slots__}
                for act, busy in self.busy.items()
            },
            "slow_statements": [
                {name: getattr(slow, name) for name in Slow.__slots__} for slow in self.slow
            ],
            "checks": [
                {
                    "what": check.what,
                    "found": check.found,
                    "expected": check.expected,
                    "at_most": check.at_most,
                    "ok": check.is_right,
                }
                for check in self.checks
            ],
            "troubles": list(self.troubles),
            "missing_indexes": [
                {"name": one.name, "table": one.table, "columns": list(one.columns)}
                for one in self.missing
            ],
            "advice": list(self.advice),
        }
