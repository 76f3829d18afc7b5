"""Killed at any moment, an import goes on where it was: real processes, real SIGKILL."""

import random
import signal
from pathlib import Path

import pytest

from boxoffice.bulk.apply import Applied
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.payments.models import Payment
from boxoffice.tickets.models import Ticket, TicketState
from tests.bulk.files import applied, kept, many, results
from tests.bulk.killing import killed_after
from tests.making import LOTE, a_tier, an_event, places_left, rows
from tests.races.books import disagreements
from tests.races.clerks import Seat, race

ORDERS = 60


def apply_at_once(seat: Seat, path: Path) -> int:
    """Apply a plan of this process's own while others do the same; return how many it made."""
    office = seat.open()
    own = path.with_name(f"plan-{seat.number}.json")
    return applied(office, own).made


def applied_by_sevens(office: BoxOffice, path: Path) -> Applied:
    """Apply a plan, seven orders a transaction, and do not end before somebody kills it."""

    def wait_at_the_end(count: int, total: int) -> None:
        if count == total:
            signal.pause()

    return applied(office, path, together=7, progress=wait_at_the_end)


@pytest.mark.parametrize("seed", range(2))
def test_an_import_killed_at_random_orders_is_whole_in_the_end(
    office: BoxOffice, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  (chance, not secrecy)
    an_event(office, a_tier(quota=ORDERS))
    path = kept(office, many(ORDERS), tmp_path)
    for at in sorted(chance.sample(range(1, ORDERS - 20), 2)):
        killed_after(office, path, at, applied_by_sevens)
        assert disagreements(office) == []
        assert len(rows(office, Payment)) == len(rows(office, Order))
        assert {order.state for order in rows(office, Order)} == {OrderState.PAID}
    before = {order.code for order in rows(office, Order)}
    is_whole = len(before) % 7 == 0 or len(before) == ORDERS
    assert is_whole, "what one transaction brings is there together, or not at all"

    done = applied(office, path)

    assert len(before) > 0
    assert (done.made, done.already) == (ORDERS - len(before), len(before))
    assert before <= {order.code for order in rows(office, Order)}
    assert {o.external_id for o in rows(office, Order)} == {f"P{n}" for n in range(ORDERS)}
    assert len(rows(office, Payment)) == len(rows(office, Ticket)) == ORDERS
    assert {ticket.state for ticket in rows(office, Ticket)} == {TicketState.VALID}
    assert places_left(office) == {LOTE: 0, "*": 0}
    assert [line["rows"] for line in results(done)] == [[n + 2] for n in range(ORDERS)]


def test_files_that_hold_the_same_orders_the_other_way_round_do_not_wait_in_a_ring(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office, a_tier(quota=40))
    head, *lines = many(40).splitlines(keepends=True)
    for number in range(4):
        turned = lines if number % 2 else lines[::-1]
        path = kept(office, head + b"".join(turned), tmp_path)
        path.rename(tmp_path / f"plan-{number}.json")
        path.with_name("plan.json.orders.jsonl").rename(
            tmp_path / f"plan-{number}.json.orders.jsonl"
        )

    made = race(office, 4, apply_at_once, tmp_path / "plan.json")

    assert sum(made) == len(rows(office, Order)) == 40
    assert places_left(office) == {LOTE: 0, "*": 0}
    assert disagreements(office) == []


def test_four_runs_of_one_file_at_once_make_each_order_once(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office, a_tier(quota=20))
    for number in range(4):
        path = kept(office, many(20), tmp_path)
        path.rename(tmp_path / f"plan-{number}.json")
        path.with_name("plan.json.orders.jsonl").rename(
            tmp_path / f"plan-{number}.json.orders.jsonl"
        )

    made = race(office, 4, apply_at_once, tmp_path / "plan.json")

    assert sum(made) == len(rows(office, Order)) == 20
    assert places_left(office) == {LOTE: 0, "*": 0}
    assert disagreements(office) == []
