"""Floor against ours, in turns: what is measured, and how two sides are compared.

A machine that is busy slows both sides of a round alike, so a ratio is taken within each round, and
the row tells the median of the rounds with the lowest and the highest.
"""

import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.databases import Databases

Take = Callable[[], "Sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One side of one round: how many things were done in how many seconds, and each one's wait."""

    count: int
    seconds: float
    waits: tuple[float, ...] = ()  # seconds; none when only the whole was timed

    @property
    def rate(self) -> float:
        """Things done in a second."""
        return self.count / self.seconds

    @property
    def each(self) -> float:
        """Seconds that one thing took: the median wait, or the mean where waits are not known."""
        return median(self.waits) if self.waits else self.seconds / self.count

    def wait(self, percent: float) -> float:
        """Return the wait, in seconds, that `percent` of the things did not exceed."""
        return percentile(self.waits, percent)


@dataclass(frozen=True, slots=True)
class Target:
    """What design §13 asks for: at least, or at most, so many times the floor (or units)."""

    limit: float
    is_floor: bool  # at least; otherwise at most
    unit: str = "×"

    def is_met(self, value: float) -> bool:
        """Whether `value` is on the right side of the limit."""
        return value >= self.limit if self.is_floor else value <= self.limit

    def __str__(self) -> str:
        """Write it as a reader expects: `≥ 0.4 ×`."""
        return f"{'≥' if self.is_floor else '≤'} {self.limit:g} {self.unit}"


def at_least(limit: float) -> Target:
    """Ask for at least `limit` times the floor's speed."""
    return Target(limit, is_floor=True)


def at_most(limit: float, unit: str = "×") -> Target:
    """Ask for at most `limit` times the floor's time, or at most `limit` of a unit."""
    return Target(limit, is_floor=False, unit=unit)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `value` is what the target speaks of: a ratio, or `ours` itself."""

    name: str
    unit: str  # of `ours` and `floor`
    ours: float
    floor: float | None
    value: float
    low: float  # the least value of any round
    high: float
    rounds: int
    target: Target | None
    note: str = ""
    load: float = field(default_factory=lambda: os.getloadavg()[0])  # when it was taken
    sync_millis: float | None = None  # what a sync to disk took just before its group

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; `None` when there is none."""
        return None if self.target is None else self.target.is_met(self.value)


@dataclass(frozen=True, slots=True)
class Duel:
    """The rounds of two sides."""

    floor: tuple[Sample, ...]
    ours: tuple[Sample, ...]

    def rates(self, name: str, target: Target | None, note: str = "") -> Row:
        """Compare things done in a second: ours as a share of the floor."""
        return self._row(name, "/s", lambda sample: sample.rate, target, note)

    def times(self, name: str, target: Target | None, note: str = "") -> Row:
        """Compare the milliseconds that one thing takes: ours as a multiple of the floor."""
        return self._row(name, "ms", lambda sample: sample.each * 1e3, target, note)

    def waits(self, name: str, percent: float, target: Target | None, note: str = "") -> Row:
        """Compare the milliseconds that `percent` of the things did not exceed."""
        return self._row(name, "ms", lambda sample: sample.wait(percent) * 1e3, target, note)

    def _row(
        self,
        name: str,
        unit: str,
        value_of: Callable[[Sample], float],
        target: Target | None,
        note: str,
    ) -> Row:
        floor, ours = [*map(value_of, self.floor)], [*map(value_of, self.ours)]
        ratios = [mine / least for mine, least in zip(ours, floor, strict=True)]
        return Row(
            name=name,
            unit=unit,
            ours=median(ours),
            floor=median(floor),
            value=median(ratios),
            low=min(ratios),
            high=max(ratios),
            rounds=len(ratios),
            target=target,
            note=note,
        )


@dataclass(frozen=True, slots=True)
class Bench:
    """What a group of measurements works with."""

    is_quick: bool
    folder: Path
    databases: "Databases"

    def pick(self, quick: int, full: int) -> int:
        """Return the number for this kind of run."""
        return quick if self.is_quick else full


Group = Callable[[Bench], Iterator[Row]]


def duel(floor: Take, ours: Take, *, rounds: int) -> Duel:
    """Take both sides in turns. Who goes first changes from round to round."""
    taken: dict[Take, list[Sample]] = {floor: [], ours: []}
    for turn in range(rounds):
        for side in (floor, ours) if turn % 2 == 0 else (ours, floor):
            taken[side].append(side())
    return Duel(tuple(taken[floor]), tuple(taken[ours]))


def plain(
    name: str,
    unit: str,
    value: float,
    values: Collection[float],
    target: Target | None,
    *,
    note: str = "",
) -> Row:
    """Return a row that stands without a floor: one `value`, picked from `values` by the caller."""
    return Row(
        name=name,
        unit=unit,
        ours=value,
        floor=None,
        value=value,
        low=min(values),
        high=max(values),
        rounds=len(values),
        target=target,
        note=note,
    )


def whole(count: int, work: Callable[[], object]) -> Sample:
    """Time `work`, which does `count` things, as a whole."""
    start = time.perf_counter()
    work()
    return Sample(count, time.perf_counter() - start)


def steps(count: int, step: Callable[[], object]) -> Sample:
    """Time `count` runs of `step`, each by itself."""
    waits = []
    begin = time.perf_counter()
    for _ in range(count):
        start = time.perf_counter()
        step()
        waits.append(time.perf_counter() - start)
    return Sample(count, time.perf_counter() - begin, tuple(waits))


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the least of `values` that `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def sync_millis(folder: Path) -> float:
    """Return the milliseconds that a sync of one page to the disk under `folder` takes now.

    Where both sides wait for the disk most of the time, a ratio says little about our code.
    """
    page = folder / "page"
    with page.open("wb", buffering=0) as file:

        def step() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        taken = steps(50, step)
    page.unlink()
    return taken.each * 1e3


def megabytes(pid: int) -> float:
    """Return the memory a process holds, in MB."""
    said = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", said)
    assert found, "Linux says what a process holds"
    return int(found[1]) / 1024
