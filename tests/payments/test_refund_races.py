"""However an order ends, and however often at once, its places go back once."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boxoffice.errors import BoxOfficeError
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.orders.confirm import confirm, hold_for_review
from boxoffice.orders.drop import drop
from boxoffice.orders.models import OrderState
from boxoffice.orders.queries import OrderView
from boxoffice.payments.models import Payment
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import Ticket
from tests.making import (
    LOTE,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_office,
    an_order,
    places_left,
    rows,
    state_of,
    the_order,
)
from tests.payments.refunding import given_back, refunded
from tests.races.books import disagreements
from tests.races.clerks import Seat, race, ready


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path, clock: Clock) -> Iterator[BoxOffice]:
    """An office on PostgreSQL alone: on SQLite one writer waits for the other anyway."""
    with closing(an_office(postgres_url, tmp_path / "home", clock)) as made:
        yield made


# What may happen to an order of three tickets, in any order.

Act = Callable[[BoxOffice, OrderView], object]


def _review(office: BoxOffice, sale: OrderView) -> None:
    with office.writing() as session:
        hold_for_review(session, SYSTEM, sale.id, why="short", now=office.now())


def _cancel(office: BoxOffice, sale: OrderView) -> None:
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())


def _begin(office: BoxOffice, sale: OrderView) -> None:
    with office.writing() as session:
        begin_expiry(session, sale.id, now=office.now())


def _finish(office: BoxOffice, sale: OrderView) -> None:
    with office.writing() as session:
        finish_expiry(session, SYSTEM, sale.id, now=office.now())


def _confirm(office: BoxOffice, sale: OrderView) -> None:
    with office.writing() as session:
        confirm(session, SYSTEM, sale.id, office.ticket_key, now=office.now())


def _drop(number: int) -> Act:
    def act(office: BoxOffice, sale: OrderView) -> None:
        with office.writing() as session:
            drop(session, office.actor, sale.tickets[number].id, reason="", now=office.now())

    return act


def _refund(*numbers: int, amount: int | None = None) -> Act:
    def act(office: BoxOffice, sale: OrderView) -> None:
        refunded(office, sale.id, *[sale.tickets[n].id for n in numbers], amount=amount)

    return act


ACTS: dict[str, Act] = {
    "review": _review,
    "cancel": _cancel,
    "begin": _begin,
    "finish": _finish,
    "confirm": _confirm,
    "drop 1": _drop(0),
    "drop 2": _drop(1),
    "refund 1": _refund(0),
    "refund 2 and 3": _refund(1, 2),
    "refund some": _refund(amount=7_000),
    "refund all": _refund(),
}


def done(office: BoxOffice, sale: OrderView, name: str) -> str:
    """Return what an act came to: nothing, or the case of its refusal."""
    try:
        ACTS[name](office, sale)
    except BoxOfficeError as refusal:
        return refusal.case
    return ""


@settings(
    max_examples=50,
    deadline=None,  # a disk that syncs takes the time it takes
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has its own order
)
@given(is_paid=st.booleans(), acts=st.lists(st.sampled_from(sorted(ACTS)), max_size=8))
def test_whatever_happens_to_an_order_its_places_go_back_once(
    sqlite_url: str, tmp_path: Path, *, is_paid: bool, acts: list[str]
) -> None:
    with closing(an_office(sqlite_url, tmp_path / "home", Clock())) as office:
        slug = f"night-{len(rows(office, Ticket))}"
        an_event(office, a_tier(quota=3), slug=slug, capacity=3)
        if is_paid:
            sale = a_sale(office, (LOTE, 3), event=slug)
        else:
            sale = the_order(office, an_order(office, (LOTE, 3), event=slug).code)
        assert isinstance(office.now, Clock)
        office.now.forward(hours=1)

        for act in acts:
            done(office, sale, act)

            standing = sum(
                ticket.holds_place for ticket in rows(office, Ticket) if ticket.order_id == sale.id
            )
            left = places_left(office, slug)
            assert left == {LOTE: 3 - standing, "*": 3 - standing}, acts
            state = state_of(office, sale.id)
            if state in {OrderState.REFUNDED, OrderState.CANCELLED, OrderState.EXPIRED}:
                assert standing == 0
            of_payments, of_refunds = given_back(office)
            assert of_payments == of_refunds
        paid = [p for p in rows(office, Payment) if p.order_id == sale.id]
        assert all(p.refunded_minor <= p.paid_minor for p in paid)


def act_on_each(seat: Seat, codes: list[str], names: list[str]) -> list[str]:
    """Do one's own act to each order, at the same moment as the others do theirs."""
    said = []
    with closing(an_office(seat.database_url, seat.home, Clock(seat.moment))) as office:
        for code in codes:
            sale = the_order(office, code)
            ready()
            said.append(done(office, sale, names[seat.number]))
    return said


@pytest.mark.parametrize(
    "names",
    [
        ["refund all", "refund all"],
        ["refund 1", "refund all"],
        ["refund all", "cancel"],
        ["drop 1", "refund 1"],
        ["drop 1", "cancel"],
    ],
    ids=" | ".join,
)
def test_two_who_end_one_order_at_once_give_its_places_back_once(
    on_postgres: BoxOffice, names: list[str]
) -> None:
    office = on_postgres
    an_event(office, a_tier(quota=12))
    codes = [a_sale(office, (LOTE, 3)).code for _ in range(4)]

    said = race(office, 2, act_on_each, codes, names)

    assert {answer for answers in said for answer in answers} <= {
        "",
        "state.refused",
        "refund.nothing",
        "refund.too_much",
    }
    assert disagreements(office) == []
    of_payments, of_refunds = given_back(office)
    assert of_payments == of_refunds
    assert all(p.refunded_minor <= p.paid_minor for p in rows(office, Payment))
