"""What an order still owes is taken at the door: once, all of it, and for nobody else's ticket."""

import pytest

from boxoffice.door.queries import gate_at
from boxoffice.errors import BadValue, BoxOfficeError, NotFound, Refused
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.orders.within import Reach
from boxoffice.payments.collect import Till
from boxoffice.payments.debt import Debt, collect_debt, debt_of
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from boxoffice.till.open_shift import open_shift
from tests.making import LOTE, SLUG, a_tier, an_event, an_order, rows, state_of
from tests.payments.test_forgive import short
from tests.races.clerks import Seat, race, ready


def till_opened(office: BoxOffice) -> None:
    with office.writing() as session:
        open_shift(session, office.actor, start=Money(0, "BRL"), now=office.now())


def reach_of(office: BoxOffice, door: str | None = None, event: str = SLUG) -> Reach:
    with office.reading() as session:
        gate = gate_at(session, event, door)
    return Reach(gate.event_id, gate.tier_ids)


def owed(office: BoxOffice, reach: Reach, ticket: str) -> Money:
    with office.reading() as session:
        return debt_of(session, office.actor, reach, ticket)


def taken(office: BoxOffice, reach: Reach, debt: Debt, method: Method | None = Method.CASH) -> bool:
    with office.writing() as session:
        how = Till(office.ticket_key, method)
        return collect_debt(session, office.actor, reach, debt, how, now=office.now())


def one_of_two(seat: Seat, name: str) -> str:
    """Take the debt as one of two desks does at the same moment."""
    office = seat.open()
    try:
        debt = Debt(name, Money(10_000, "BRL"))
        ready()
        return "taken" if taken(office, reach_of(office), debt) else "nothing"
    except BoxOfficeError as error:
        return error.case
    finally:
        office.close()


def came_in(office: BoxOffice) -> list[int]:
    return [one.paid_minor for one in rows(office, Payment) if one.paid_minor]


def test_a_debt_is_taken_once_however_often_it_is_sent(office: BoxOffice) -> None:
    an_event(office)
    till_opened(office)
    order, reach = an_order(office), reach_of(office)
    debt = Debt(f"{order.code}-1", owed(office, reach, f"{order.code}-1"))

    assert [taken(office, reach, debt) for _ in range(2)] == [True, False]
    assert (debt.owed, came_in(office)) == (Money(10_000, "BRL"), [10_000])
    assert state_of(office, order.id) is OrderState.PAID
    assert owed(office, reach, debt.ticket) == Money(0, "BRL")


def test_what_an_order_was_left_short_of_is_taken_at_the_door(office: BoxOffice) -> None:
    sold = short(office)
    till_opened(office)
    reach, ticket = reach_of(office), f"{sold.order.code}-1"

    assert owed(office, reach, ticket) == Money(5_000, "BRL")
    assert taken(office, reach, Debt(ticket, Money(5_000, "BRL")))
    assert owed(office, reach, ticket) == Money(0, "BRL")


def test_another_sum_than_the_guest_was_told_is_not_taken(office: BoxOffice) -> None:
    an_event(office)
    till_opened(office)
    name = f"{an_order(office).code}-1"

    with pytest.raises(Refused, match=r"owes R\$ 100,00, and not R\$ 90,00") as caught:
        taken(office, reach_of(office), Debt(name, Money(9_000, "BRL")))

    assert (caught.value.case, came_in(office)) == ("debt.changed", [])


@pytest.mark.parametrize("method", [Method.PIX, Method.COURTESY, None])
def test_only_what_lies_in_a_drawer_is_taken(office: BoxOffice, method: Method | None) -> None:
    an_event(office)
    till_opened(office)
    name = f"{an_order(office).code}-1"

    with pytest.raises(BadValue):
        taken(office, reach_of(office), Debt(name, Money(10_000, "BRL")), method)


def test_a_door_takes_nothing_for_a_ticket_that_is_not_its_own(office: BoxOffice) -> None:
    an_event(office, a_tier(LOTE), a_tier("VIP"), lists=[{"name": "vip", "tiers": ["VIP"]}])
    an_event(office, a_tier(LOTE), slug="dia")
    name = f"{an_order(office).code}-1"

    for reach in (reach_of(office, "vip"), reach_of(office, event="dia")):
        for wanted in (name, "K7QX2M-9", "x", "\x00", ""):
            with pytest.raises(NotFound, match="ticket"):
                taken(office, reach, Debt(wanted, Money(10_000, "BRL")))
    assert came_in(office) == []


def test_two_desks_that_take_one_debt_at_once_take_it_once(office: BoxOffice) -> None:
    an_event(office)
    till_opened(office)
    order = an_order(office)

    said = race(office, 4, one_of_two, f"{order.code}-1")

    assert sorted(said) == ["nothing", "nothing", "nothing", "taken"]
    assert came_in(office) == [10_000]
