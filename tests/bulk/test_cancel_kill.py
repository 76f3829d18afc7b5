"""Killed at any moment, the end of an event goes on where it was: real processes, real SIGKILL."""

import random
from collections import Counter
from pathlib import Path

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import Refused
from boxoffice.events.models import Event, EventState
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import TellCancelled, TellUninvited
from boxoffice.outbox.models import Job
from boxoffice.payments.models import Refund
from boxoffice.tickets.models import Ticket, TicketState
from tests.bulk.campaigns import GIFT, a_night, held, invited, many
from tests.bulk.cancelling import applied, kept, paid_by_pix, results
from tests.bulk.killing import killed_after
from tests.making import LOTE, a_sale, a_tier, an_event, an_order, places_left, rows
from tests.races.books import disagreements
from tests.races.clerks import Seat, race, ready, sell_until_refused

RELEASE = "campaign.release"
EACH = 12  # orders of each of three kinds


def apply_or_sell(seat: Seat, path: Path) -> tuple[int, str]:
    """Apply the plan's copy of this process until it is not stale, or sell meanwhile."""
    if seat.number:
        return sell_until_refused(seat, (LOTE, 1))
    office = seat.open()
    ready()
    plan = kept(office, path)
    while True:
        try:
            return applied(office, plan).orders, "applied"
        except Refused as refusal:
            assert refusal.case == "plan.stale"  # noqa: PT017  (in a process of the race)
            plan = kept(office, path)


@pytest.mark.parametrize("seed", range(2))
def test_an_end_killed_at_random_orders_ends_each_once(
    office: BoxOffice, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  (chance, not secrecy)
    an_event(office, a_tier(quota=3 * EACH))
    for _ in range(EACH):
        an_order(office)
        paid_by_pix(office)
        a_sale(office)
    path = kept(office, tmp_path)
    for at in sorted(chance.sample(range(1, 3 * EACH - 14), 2)):
        killed_after(office, path, at, applied)
        assert [event.state for event in rows(office, Event)] == [EventState.CANCELLED]
        assert disagreements(office) == []
    left = sum(order.state in {OrderState.PLACED, OrderState.PAID} for order in rows(office, Order))

    done = applied(office, path)

    assert left > 0
    assert (done.ended, done.already, done.by_hand) == (left, 3 * EACH - left, EACH)
    assert Counter(order.state for order in rows(office, Order)) == {
        OrderState.CANCELLED: 2 * EACH,
        OrderState.REFUNDED: EACH,
    }
    assert len({refund.order_id for refund in rows(office, Refund)}) == EACH
    assert len(rows(office, Refund)) == EACH
    told = [job for job in rows(office, Job) if job.kind == TellCancelled.kind]
    assert len(told) == len({job.args["order_id"] for job in told}) == 3 * EACH
    verbs = Counter(entry.verb for entry in rows(office, AuditEntry))
    assert (verbs["event.cancelled"], verbs["order.cancel"]) == (1, EACH)
    assert verbs["order.event_cancelled"] == 2 * EACH
    assert {ticket.state for ticket in rows(office, Ticket)} == {TicketState.VOID}
    assert places_left(office) == {LOTE: 3 * EACH, "*": 3 * EACH}
    assert len(results(done)) == 3 * EACH


def test_an_end_killed_among_its_codes_takes_each_back_once(
    office: BoxOffice, tmp_path: Path
) -> None:
    a_night(office, quota=700)
    invited(office, tmp_path, many(700))
    a_sale(office)
    path = kept(office, tmp_path)
    killed_after(office, path, 1, applied)  # the one order has ended; the codes are being taken

    done = applied(office, path)

    released = [entry.facts for entry in rows(office, AuditEntry) if entry.verb == RELEASE]
    assert sum(each["codes"] for each in released) == 700
    assert (done.codes, done.places) in {(700, 700), (200, 200), (0, 0)}
    assert held(office) == [0] * 700
    assert places_left(office) == {LOTE: 10, GIFT: 700, "*": 710}
    told = Counter(job.kind for job in rows(office, Job))
    assert told[TellUninvited.kind] == 700
    assert disagreements(office) == []


def test_who_sells_while_the_event_ends_sells_nothing_that_stands(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office, a_tier(quota=60))

    said = race(office, 3, apply_or_sell, tmp_path)

    assert said[0][1] == "applied"
    assert {refusal for _, refusal in said[1:]} <= {"event.not_on_sale", "tier.sold_out"}
    assert {order.state for order in rows(office, Order)} <= {OrderState.CANCELLED}
    assert places_left(office) == {LOTE: 60, "*": 60}
    assert disagreements(office) == []
