"""A shift from the float to the count, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import BadValue, BoxOfficeError, Forbidden, NotFound, Refused
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.payments.call_off import call_off
from boxoffice.payments.provider import Method
from boxoffice.staff.rules import LOCAL_ADMIN, Actor, Role
from boxoffice.till.models import EntryKind, TillEntry
from boxoffice.till.queries import last_shift_view, shift_view
from tests.making import DOOR, Clock, a_tier, an_event, counts, places_left, rows
from tests.till.working import Clerk

LIA = Actor("lia", Role.BOX_OFFICE)


@pytest.fixture
def carla(office: BoxOffice) -> Clerk:
    """A clerk at an event that sells a thousand places."""
    an_event(office, a_tier(price="100", quota=1000))
    return Clerk(office)


def refusal(act: Callable[..., Any], *args: Any, **more: Any) -> str:
    """Return the code of the refusal that `act` ends with."""
    with pytest.raises(BoxOfficeError) as caught:
        act(*args, **more)
    return caught.value.case


def test_a_shift_adds_up_from_the_float_to_the_count(carla: Clerk, clock: Clock) -> None:
    opened = carla.opens(20_000)
    order_id = carla.sells(3)
    carla.sells(2, method=Method.EXTERNAL)
    carla.gives_back(order_id, 10_000)
    carla.drops(15_000, "to the safe")
    clock.forward(hours=6)

    closed = carla.closes(24_500, "a note was torn")

    assert (opened.expected.minor, opened.counted, opened.difference) == (20_000, None, None)
    assert (closed.code, closed.closed_at, closed.note) == (
        opened.code,
        clock.moment,
        "a note was torn",
    )
    assert (closed.expected, closed.counted) == (Money(25_000), Money(24_500))
    assert closed.difference == Money(-500)
    assert [(p.kind, p.method, p.amount.minor, p.count) for p in closed.passed] == [
        (EntryKind.SALE, "cash", 30_000, 1),
        (EntryKind.SALE, "external", 20_000, 1),
        (EntryKind.REFUND, "cash", 10_000, 1),
        (EntryKind.DROP, "cash", 15_000, 1),
    ]
    assert [(drop.amount.minor, drop.note) for drop in closed.drops] == [(15_000, "to the safe")]


def test_a_clerk_without_an_open_till_sells_nothing(carla: Clerk) -> None:
    before = counts(carla.office)

    with pytest.raises(Refused) as caught:
        carla.sells()

    assert caught.value.case == "till.closed"
    assert "boxoffice till open" in caught.value.hint
    assert counts(carla.office) == before
    assert places_left(carla.office)["*"] == 1000


def test_a_clerk_without_an_open_till_gives_nothing_back(carla: Clerk) -> None:
    carla.opens()
    order_id = carla.sells()
    carla.closes(30_000)

    assert refusal(carla.gives_back, order_id, 10_000) == "till.closed"
    assert len(rows(carla.office, TillEntry)) == 1


def test_a_courtesy_passes_no_till(carla: Clerk) -> None:
    carla.sells(method=Method.COURTESY)

    assert rows(carla.office, TillEntry) == []
    assert places_left(carla.office)["*"] == 999


def test_what_costs_nothing_leaves_no_entry(office: BoxOffice) -> None:
    an_event(office, a_tier(price="0"))
    clerk = Clerk(office)
    clerk.opens()

    clerk.sells(2)

    assert rows(office, TillEntry) == []
    assert places_left(office)["*"] == 8


def test_an_admin_sells_without_a_till_and_through_it_when_it_is_open(carla: Clerk) -> None:
    admin = Clerk(carla.office, LOCAL_ADMIN)
    order_id = admin.sells()
    assert not admin.gives_back(order_id, 1)
    assert rows(carla.office, TillEntry) == []

    admin.opens(0)
    admin.sells(2)

    assert admin.shift.expected.minor == 20_000


def test_a_sale_repeated_under_its_key_passes_the_till_once(carla: Clerk) -> None:
    carla.opens(0)

    ids = {carla.sells(key="k1") for _ in range(2)}

    assert len(ids) == 1
    assert carla.shift.expected.minor == 10_000


def test_cancelling_an_order_moves_no_cash(carla: Clerk) -> None:
    carla.opens(0)
    order_id = carla.sells()

    with carla.office.writing() as session:
        call_off(session, carla.actor, order_id, reason="ill", now=carla.office.now())

    assert carla.shift.expected.minor == 10_000


def test_each_clerk_has_a_drawer_of_their_own(carla: Clerk) -> None:
    lia = Clerk(carla.office, LIA)
    carla.opens(1_000)
    lia.opens(2_000)

    carla.sells()
    lia.sells(2)

    assert (carla.shift.expected.minor, lia.shift.expected.minor) == (11_000, 22_000)


def test_an_open_till_is_not_opened_again(carla: Clerk) -> None:
    shift = carla.opens()

    with pytest.raises(Refused) as caught:
        carla.opens(0)

    assert (caught.value.case, caught.value.details["shift"]) == ("till.open", shift.code)
    assert carla.shift == shift


def test_closing_twice_is_refused_and_the_first_count_stands(carla: Clerk) -> None:
    shift = carla.opens()
    closed = carla.closes(20_000)

    assert refusal(carla.closes, 0) == "till.closed"
    with carla.office.reading() as session:
        assert shift_view(session, shift.code.lower()) == closed


def test_after_the_count_the_next_shift_begins_with_its_own_float(
    carla: Clerk, clock: Clock
) -> None:
    first = carla.opens()
    carla.sells()
    carla.closes(30_000)
    clock.forward(minutes=1)

    second = carla.opens(5_000)

    assert second.code != first.code
    assert second.expected.minor == 5_000
    with carla.office.reading() as session:
        assert last_shift_view(session, "carla").code == second.code


def test_the_last_shift_is_the_open_one_or_else_the_newest(carla: Clerk, clock: Clock) -> None:
    codes = []
    for _ in range(2):
        codes.append(carla.opens().code)
        carla.closes(20_000)
        clock.forward(hours=1)

    with carla.office.reading() as session:
        assert last_shift_view(session, "carla").code == codes[1]
        with pytest.raises(NotFound):
            last_shift_view(session, "lia")


@pytest.mark.parametrize("code", ["NOPE22", "", "a\0b", "K7QX-1", "\ud800"])
def test_a_shift_that_is_not_there_is_told(office: BoxOffice, code: str) -> None:
    with office.reading() as session, pytest.raises(NotFound) as caught:
        shift_view(session, code)

    assert caught.value.case == "shift.not_found"


def test_no_more_leaves_the_drawer_than_is_in_it(carla: Clerk) -> None:
    carla.opens(5_000)
    order_id = carla.sells(2, method=Method.EXTERNAL)
    before = counts(carla.office)

    assert refusal(carla.drops, 5_001) == "till.short"
    assert refusal(carla.gives_back, order_id, 5_001) == "till.short"
    assert counts(carla.office) == before
    assert carla.gives_back(order_id, 20_000, method="external")
    assert carla.drops(5_000).expected.minor == 0


def test_a_drop_of_nothing_and_amounts_beyond_a_drawer_are_refused(carla: Clerk) -> None:
    assert refusal(carla.opens, 10**9 + 1) == "value.invalid"
    carla.opens(10**9)

    for act, amount in ((carla.drops, 0), (carla.drops, -1), (carla.closes, 10**9 + 1)):
        with pytest.raises(BadValue):
            act(amount)

    assert carla.shift.expected.minor == 10**9


def test_more_than_a_drawer_holds_goes_to_the_safe_before_the_count(office: BoxOffice) -> None:
    an_event(office, a_tier(price="1000000", quota=100))
    clerk = Clerk(office)
    clerk.opens(0)
    clerk.sells(100)

    assert refusal(clerk.closes, 0) == "till.full"
    clerk.drops(10**10 - 100)
    assert clerk.closes(100).difference == Money(0)


def test_money_of_another_currency_does_not_pass_the_till(carla: Clerk) -> None:
    carla.opens(currency="EUR")

    assert refusal(carla.sells) == "till.currency"
    assert rows(carla.office, Order) == []


def test_who_may_not_sell_has_no_till(office: BoxOffice) -> None:
    dora = Clerk(office, DOOR)
    before = counts(office)

    for act in (dora.opens, dora.drops, dora.closes):
        with pytest.raises(Forbidden):
            act(1)

    assert counts(office) == before


def test_each_act_at_the_till_is_in_the_audit(carla: Clerk) -> None:
    carla.opens(20_000)
    carla.drops(5_000, "Rita's box")
    carla.closes(15_000, "for Rita")

    acts = [entry for entry in rows(carla.office, AuditEntry) if entry.actor == "carla"]
    assert [(entry.verb, entry.facts) for entry in acts] == [
        ("till.open", {"float_minor": 20_000}),
        ("till.drop", {"amount_minor": 5_000}),
        ("till.close", {"expected_minor": 15_000, "counted_minor": 15_000}),
    ]
