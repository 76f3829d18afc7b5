"""What the processes of a race do. They are real ones: nothing is shared but the database."""

import multiprocessing
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

import psycopg  # noqa: F401  (loaded here, before the processes fork, it is loaded once)
from sqlalchemy import insert, update
from sqlmodel import col, select

from boxoffice.door.queries import gate_at
from boxoffice.door.undo import undo
from boxoffice.errors import BoxOfficeError, DatabaseBusy
from boxoffice.events.models import Tier
from boxoffice.ids import new_code, new_id
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel, finish_expiry
from boxoffice.orders.confirm import confirm
from boxoffice.orders.models import Channel, Order, OrderLine
from boxoffice.orders.queries import order_by_code
from boxoffice.outbox.jobs import Promise
from boxoffice.sandbox.ledger import API_KEY
from boxoffice.staff.rules import SYSTEM, Actor, Role
from boxoffice.tickets.models import Ticket
from tasks.dispatch import Dispatcher
from tasks.relay import run_promised, run_rung, run_until_empty
from tests.making import SLUG, Clock, a_request, an_office, placed, shown_at
from tests.payments.changing import exchanged
from tests.tasks.ringing import Rung

_PATIENCE_SECONDS = 90

Result = TypeVar("Result")


@dataclass(frozen=True)
class Seat:
    """One process in a race: which one, where its office is, and how it waits for the others."""

    number: int
    database_url: str
    home: Path
    moment: datetime

    def open(self) -> BoxOffice:
        """Open the office of this process."""
        return an_office(self.database_url, self.home, Clock(self.moment))


_start: Barrier | None = None


def _seated(start: Barrier) -> None:
    global _start  # noqa: PLW0603  (a process has one barrier, given when it is born)
    _start = start


def ready() -> None:
    """Wait until every process of the race is here."""
    assert _start is not None, "only a process of a race waits for others"
    _start.wait(_PATIENCE_SECONDS)


def race(office: BoxOffice, count: int, run: Callable[..., Result], *args: Any) -> list[Result]:
    """Let `count` processes do `run` at the same time, and return what each of them answers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # libraries are loaded once, not per process
    settings = office.settings
    seats = [
        Seat(number, settings.database_url, settings.home, office.now()) for number in range(count)
    ]
    start = context.Barrier(count)
    with ProcessPoolExecutor(
        count, mp_context=context, initializer=_seated, initargs=(start,)
    ) as pool:
        running = [pool.submit(run, seat, *args) for seat in seats]
        return [each.result(2 * _PATIENCE_SECONDS) for each in running]


def _said(act: Callable[..., object], *args: Any) -> str:
    """Return what an act says: its answer, or the case of its refusal."""
    try:
        return str(act(*args))
    except BoxOfficeError as refusal:
        return refusal.case


def sell_one(seat: Seat, tiers: list[str]) -> list[str]:
    """Try to buy the last place of each tier at the same moment as the others."""
    said = []
    with closing(seat.open()) as office:

        def buy(line: tuple[str, int]) -> bool:
            return placed(office, a_request(line)).is_new

        for tier in tiers:
            ready()
            said.append(_said(buy, (tier, 1)))
    return said


def sell_or_swap(seat: Seat, tiers: list[str], tickets: list[UUID]) -> list[str]:
    """Sell the last place of each tier, or swap a ticket into it, as the others do the other."""
    said = []
    with closing(seat.open()) as office:

        def buy(tier: str, _ticket: UUID) -> bool:
            return placed(office, a_request((tier, 1))).is_new

        def move(tier: str, ticket: UUID) -> bool:
            return bool(exchanged(office, ticket, tier).to)

        act = move if seat.number % 2 else buy
        for tier, ticket in zip(tiers, tickets, strict=True):
            ready()
            said.append(_said(act, tier, ticket))
    return said


def swap_to_and_fro(seat: Seat, ticket: UUID, tiers: tuple[str, str], count: int) -> Counter[str]:
    """Swap one ticket between two tiers again and again; half of the clerks begin at the other."""
    said = Counter[str]()
    with closing(seat.open()) as office:

        def move(tier: str) -> bool:
            return bool(exchanged(office, ticket, tier, proof="receipt 17").to)

        ready()
        for turn in range(count):
            said[_said(move, tiers[(turn + seat.number) % 2])] += 1
    return said


def sell_until_refused(seat: Seat, *lines: tuple[str, int]) -> tuple[int, str]:
    """Buy the same again and again; return how often it went well, and the last refusal.

    A clerk who is told to come back later does: SQLite has one writer, and a slow machine queues.
    """
    count = 0
    mine = lines if seat.number % 2 else lines[::-1]  # half of the carts are packed in reverse
    with closing(seat.open()) as office:

        def buy(*cart: tuple[str, int]) -> bool:
            return placed(office, a_request(*cart)).is_new

        ready()
        while (said := _said(buy, *mine)) in {"True", DatabaseBusy.code}:
            count += said == "True"
    return count, said


def sell_under_keys(seat: Seat, tier: str, keys: list[str]) -> list[tuple[str, bool]]:
    """Send the same requests as everybody else, under the same keys."""
    answers = []
    with closing(seat.open()) as office:
        for key in keys:
            ready()
            done = placed(office, a_request((tier, 1)), key=key)
            answers.append((done.code, done.is_new))
    return answers


def sell_carelessly(seat: Seat, tier_name: str) -> bool:
    """Check, then write: what a seller does who believes what was true a moment ago."""
    with closing(seat.open()) as office:
        with office.reading() as session:
            tier = session.exec(select(Tier).where(Tier.name == tier_name)).one()
        ready()
        if tier.places_left < 1:
            return False
        order = Order(
            id=new_id(),
            code=new_code(),
            event_id=tier.event_id,
            channel=Channel.COUNTER,
            subtotal_minor=tier.price_minor,
            total_minor=tier.price_minor,
            placed_at=office.now(),
        )
        line = OrderLine(order_id=order.id, tier_id=tier.id, quantity=1, price_minor=0)
        ticket = Ticket(
            event_id=tier.event_id,
            tier_id=tier.id,
            order_id=order.id,
            line_id=line.id,
            number=1,
            price_minor=0,
        )
        with office.writing() as session:
            for row in (order, line, ticket):
                session.connection().execute(insert(type(row)), [row.model_dump()])
            session.connection().execute(
                update(Tier).where(col(Tier.id) == tier.id).values(places_left=tier.places_left - 1)
            )
    return True


def show_each(seat: Seat, codes: list[str]) -> list[str]:
    """Show each code at a gate of one's own, at the same moment as the others."""
    said = []
    with closing(seat.open()) as office:
        for code in codes:
            ready()
            said.append(str(shown_at(office, code, gate=f"gate {seat.number}").verdict))
    return said


def show_under_nonces(seat: Seat, codes: list[str], nonces: list[str]) -> list[str]:
    """Send the same scans as everybody else, under the same nonces."""
    said = []
    with closing(seat.open()) as office:
        for code, nonce in zip(codes, nonces, strict=True):
            ready()
            said.append(repr(shown_at(office, code, nonce=nonce)))
    return said


def undo_each(seat: Seat, names: list[str]) -> list[str]:
    """Take each admission back, at the same moment as the others."""
    lead = Actor(f"lead {seat.number}", Role.DOOR_LEAD)
    said = []
    with closing(seat.open()) as office:

        def take_back(name: str) -> str:
            with office.writing() as session:
                return undo(session, lead, gate_at(session, SLUG, None), name, now=office.now())

        for name in names:
            ready()
            said.append(_said(take_back, name))
    return said


def confirm_or_cancel(seat: Seat, codes: list[str]) -> None:
    """Confirm each order, or cancel it, while the others do the one or the other."""
    with closing(seat.open()) as office:
        for code in codes:
            with office.reading() as session:
                order_id = order_by_code(session, code).id
            ready()
            with office.writing() as session:
                if seat.number % 2:
                    cancel(session, office.actor, order_id, reason="", now=office.now())
                else:
                    confirm(session, SYSTEM, order_id, office.ticket_key, now=office.now())


def confirm_or_expire(seat: Seat, codes: list[str]) -> None:
    """Confirm each order, or finish its expiry, while the others do the one or the other."""
    with closing(seat.open()) as office:
        for code in codes:
            with office.reading() as session:
                order_id = order_by_code(session, code).id
            ready()
            with office.writing() as session:
                if seat.number % 2:
                    finish_expiry(session, SYSTEM, order_id, now=office.now())
                else:
                    confirm(session, SYSTEM, order_id, office.ticket_key, now=office.now())


def open_a_charge(database_url: str, home: Path, moment: datetime, url: str, job: Promise) -> None:
    """Run the job that opens a charge at the gateway at `url`."""
    more = {"asaas_url": url, "asaas_api_key": API_KEY}
    with closing(an_office(database_url, home, Clock(moment), **more)) as office:
        run_promised(office, job)


def work(seat: Seat) -> int:
    """Work until no job is due, and return how many were done."""
    with closing(seat.open()) as office:
        ready()
        ran = run_until_empty(office)
    assert ran.trouble_count == 0, ran
    return ran.done_count


def hear(seat: Seat, job_ids: list[UUID]) -> None:
    """Hear one ring."""
    with closing(seat.open()) as office:
        ready()
        run_rung(office, job_ids, seconds_max=2 * _PATIENCE_SECONDS)


def pick(seat: Seat) -> list[str]:
    """Dispatch until nothing is due, and return whom we rang for."""
    bell = Rung()
    with closing(seat.open()) as office:
        ready()
        Dispatcher(office, bell, schedules=()).tick()
    return [str(job_id) for ring in bell.rings for job_id in ring.job_ids]
