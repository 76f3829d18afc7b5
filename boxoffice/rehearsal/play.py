"""A rehearsal from the first buyer to the last guest, in a scratch database."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from boxoffice.db import Database
from boxoffice.demo.stage import Stage, stage
from boxoffice.errors import BadValue
from boxoffice.events.models import Event, Tier
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.rehearsal.advice import advise
from boxoffice.rehearsal.checks import checks_of_door, checks_of_sale, troubles
from boxoffice.rehearsal.clock import Ahead
from boxoffice.rehearsal.crew import Crew, Said, Step
from boxoffice.rehearsal.doors import Rush, rush
from boxoffice.rehearsal.drill import Chain, Drill, chains_of, crowd, dealt, decisions
from boxoffice.rehearsal.indexes import look_up_costs, missing_indexes
from boxoffice.rehearsal.meter import added
from boxoffice.rehearsal.report import Busy, Report, Slow, Timing
from boxoffice.rehearsal.scratch import scratch
from boxoffice.rehearsal.settle import letter_waits, settle
from boxoffice.rehearsal.setup import Setup, put_up
from boxoffice.rehearsal.watch import Watch
from boxoffice.sandbox.faults import Faults, read_faults
from boxoffice.sandbox.panel import read

SALE, DOOR, SPRINT = "sale", "door", "all at once"

_LATE_SHARE = 0.5  # of the time of a sale, for buyers who still stand in line at its end
_GRACE_SECONDS = 60.0  # for what was begun in time: a gateway that hangs takes as long
_SPRINT_SECONDS = 4.0
_SPRINT_SLUG = "rehearsal-all-at-once"
_SPRINT_QUOTA = 1_000_000
_SLOWEST = 5

Tell = Callable[[str, int], None]  # which act, and how many of its steps are done
Prepare = Callable[[BoxOffice], None]


@dataclass(frozen=True, slots=True)
class _Act:
    """One act: what the hands said, how long it took, and what was busy."""

    said: list[Said]
    seconds: float
    cpu_percent: int | None
    lock_percent: int | None
    disk_percent: int | None

    @property
    def steps(self) -> Iterator[Step]:
        """What came of every step."""
        return (step for one in self.said for step in one.steps)

    def timing(self, name: str, what: str, said: str | None = None) -> Timing:
        """Return how long one thing took in every step that has it."""
        waits = [s[what] for s in self.steps if what in s and said in {None, s["said"]}]
        return Timing(name, self.seconds, tuple(waits))

    def busy(self) -> Busy:
        """Return what was busy."""
        spent = added([one.statements for one in self.said])
        whole = sum(each.seconds for each in spent.values())
        begins = sum(each.seconds for text, each in spent.items() if text.startswith("BEGIN"))
        time_of_hands = self.seconds * max(1, len(self.said))
        return Busy(
            cpu_percent=self.cpu_percent,
            lock_percent=self.lock_percent,
            disk_percent=self.disk_percent,
            begin_percent=round(100 * begins / whole) if begins else None,
            database_percent=round(100 * whole / time_of_hands) if self.seconds else 0,
        )


def faults_of(words: tuple[str, ...]) -> Faults:
    """Read the sandbox's faults as people type them.

    Raises:
        BadValue: one is unknown, or its value is not of its kind.
    """
    try:
        return read_faults(read(list(words)))
    except ValueError as error:
        raise BadValue("--fault", f"cannot be read: {error}.") from None


def rehearse(
    live: Database,
    folder: Path,
    setup: Setup,
    drill: Drill,
    *,
    tell: Tell = lambda _act, _count: None,
    prepare: Prepare = lambda _office: None,
) -> Report:
    """Rehearse `setup` in a scratch database of the same kind as `live`, with files in `folder`.

    `prepare` may touch the scratch office before anybody comes. Nothing is left running, nor any
    database; the folder is the caller's to remove.

    Raises:
        Refused: the user of the live database may create no other (`rehearsal.no_database`).
        BadValue: a fault is unknown.
    """
    faults, clock = faults_of(drill.faults), Ahead()
    with (
        _a_log_of_its_own(),
        scratch(live, folder) as url,
        stage(folder, database_url=url, faults=faults, seed=drill.seed, now=clock) as on,
        Crew(max(drill.hands, drill.desks), on.office.settings, folder) as crew,
    ):
        with on.office.writing() as session:
            for each in (setup, _sprinting(setup, chains_of(setup.plan))):
                put_up(session, on.office.actor, each, now=on.office.now())
        prepare(on.office)
        return _Rehearsal(on, crew, setup, drill, clock=clock, tell=tell).play()


@contextmanager
def _a_log_of_its_own() -> Iterator[None]:
    """Have the log go where it went before, once the block is over: the scratch folder goes."""
    before = log.handlers[:]
    try:
        yield
    finally:
        for handler in set(log.handlers) - set(before):
            handler.close()
        log.handlers[:] = before


class _Rehearsal:
    """One rehearsal on its stage."""

    def __init__(
        self,
        on: Stage,
        crew: Crew,
        setup: Setup,
        drill: Drill,
        *,
        clock: Ahead,
        tell: Tell,
    ) -> None:
        self.on, self.crew, self.setup, self.drill = on, crew, setup, drill
        self.chains, self.clock, self.tell = chains_of(setup.plan), clock, tell
        self.slug = setup.plan.slug
        self.buyers = crowd(drill, self.chains, sorted(setup.promos))

    def play(self) -> Report:
        """Play every act, and report."""
        sale = self._sell()
        paying = {buyer.number for buyer in self.buyers if buyer.pays}
        settle(self.on, self.clock, paying)
        checks = checks_of_sale(self.on, self.slug)
        door, came = self._open_doors()
        told = came.heard
        checks += checks_of_door(self.on, came.door, self.slug, told)
        sprint = self._sprint()
        acts = {SALE: sale, DOOR: door, SPRINT: sprint}
        with self.on.office.reading() as session:
            ended_badly = troubles(session)
        missing = missing_indexes(self.on.office.database)
        report = Report(
            event=self.slug,
            title=self.setup.plan.title,
            database="SQLite" if self.on.office.database.is_sqlite else "PostgreSQL",
            drill=self.drill,
            decided=decisions(self.drill, self.chains, self.buyers),
            outcomes=Counter(step["said"] for step in sale.steps),
            sold=self._sold(),
            verdicts=came.verdicts,
            timings=(
                sale.timing("order", "waited", "sold"),
                sale.timing("order, once it was its turn", "took", "sold"),
                sale.timing("charge", "charge"),
                Timing("letter", sale.seconds, letter_waits(self.on)),
                door.timing("scan", "took"),
                sprint.timing("orders, all at once", "took", "sold"),
            ),
            busy={name: act.busy() for name, act in acts.items()},
            slow=_slowest(acts.values()),
            checks=checks,
            missing=missing,
            troubles=ended_badly,
            look_up=look_up_costs(self.on.office.database) if missing else None,
        )
        return replace(report, advice=tuple(advise(report)))

    def _sell(self) -> _Act:
        begins = time.time()
        ends = begins + self.drill.seconds * (1 + _LATE_SHARE)
        task = {
            "do": "sell",
            "event": self.slug,
            "chains": [chain.tiers for chain in self.chains],
            "gateway": self.on.gateway_url,
            "begins": begins,
            "ends": ends,
            "ahead": self.clock.seconds,
        }
        rows = [(b.number, b.at_seconds, b.chain, b.quantity, b.promo, b.pays) for b in self.buyers]
        tasks = [task | {"buyers": mine} for mine in dealt(rows, self.drill.hands)]
        return self._act(SALE, lambda on_step: self._do(tasks, ends, on_step))

    def _open_doors(self) -> tuple[_Act, Rush]:
        came: list[Rush] = []

        def work(on_step: Callable[[Step], None]) -> list[Said]:
            came.append(
                rush(
                    self.on, self.crew, self.drill, self.slug,
                    ahead=self.clock.seconds, on_step=on_step,
                )
            )  # fmt: skip
            return came[0].said

        act = self._act(DOOR, work)
        return replace(act, seconds=came[0].seconds), came[0]

    def _sprint(self) -> _Act:
        ends = time.time() + min(_SPRINT_SECONDS, self.drill.seconds)
        task = {
            "do": "sprint",
            "event": _SPRINT_SLUG,
            "tier": self.chains[0].tiers[0],
            "ends": ends,
            "ahead": self.clock.seconds,
        }
        return self._act(SPRINT, lambda on_step: self._do([task] * self.drill.hands, ends, on_step))

    def _do(
        self, tasks: list[dict[str, Any]], ends: float, on_step: Callable[[Step], None]
    ) -> list[Said]:
        return self.crew.do(tasks, until=ends + _GRACE_SECONDS, on_step=on_step)

    def _act(self, name: str, work: Callable[[Callable[[Step], None]], list[Said]]) -> _Act:
        count = Counter[str]()

        def on_step(_step: Step) -> None:
            count[name] += 1
            self.tell(name, count[name])

        with Watch(self.on.office.database) as watch:
            began = time.perf_counter()
            said = work(on_step)
            seconds = time.perf_counter() - began
        return _Act(
            said, seconds, watch.cpu_percent, watch.wait_percent("Lock"), watch.wait_percent("IO")
        )

    def _sold(self) -> dict[str, int]:
        with self.on.office.reading() as session:
            rows = session.exec(
                select(Tier.name, Tier.quota, Tier.places_left)
                .join(Event, col(Event.id) == Tier.event_id)
                .where(Event.slug == self.slug)
                .order_by(col(Tier.turn))
            ).all()
        return {name: quota - left for name, quota, left in rows}


def _sprinting(setup: Setup, chains: list[Chain]) -> Setup:
    """Return the same event with a tier that does not sell out: what it can bear is tried on it."""
    tier = next(tier for tier in setup.plan.tiers if tier.name == chains[0].tiers[0])
    endless = replace(tier, quota=_SPRINT_QUOTA, after=None)
    plan = replace(
        setup.plan,
        slug=_SPRINT_SLUG,
        capacity=None,
        half_cap_percent=None,
        tiers=(endless,),
        lists=(),
    )
    return Setup(plan, {})


def _slowest(acts: Iterable[_Act]) -> tuple[Slow, ...]:
    """Return the statements that took the most time; standing in line is told apart."""
    spent = {
        text: each
        for text, each in added([one.statements for act in acts for one in act.said]).items()
        if not text.startswith("BEGIN")
    }
    whole = sum(each.seconds for each in spent.values()) or 1.0
    return tuple(
        Slow(text, each.count, 1e3 * each.seconds / each.count, round(100 * each.seconds / whole))
        for text, each in list(spent.items())[:_SLOWEST]
    )
