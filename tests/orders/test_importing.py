"""An order that was sold elsewhere is brought in whole, and once for its external id."""

import pytest

from boxoffice.errors import EventFull, EventNotOnSale, Forbidden, SoldOut
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.office import BoxOffice
from boxoffice.orders.importing import (
    BroughtIn,
    ImportedOrder,
    Sale,
    bring_in,
    known_external_ids,
)
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.place import Wanted
from boxoffice.orders.queries import find_orders
from boxoffice.outbox.models import Job
from boxoffice.people import Person
from boxoffice.tickets.models import Ticket
from tests.making import (
    DOOR,
    LOTE,
    RITA,
    SLUG,
    a_tier,
    an_event,
    codes_of,
    counts,
    places_left,
    rows,
    the_order,
)

LIA = Person("Lia Prado", "lia@example.com", company="Aurora")


def imported(*lines: Wanted, name: str = "P1", buyer: Person = RITA) -> ImportedOrder:
    """Return an order as a file has it."""
    return ImportedOrder(name, buyer, lines or (Wanted(LOTE, 1, (buyer,)),), note="mesa 4")


def brought(office: BoxOffice, order: ImportedOrder, *, mails: bool = False) -> BroughtIn:
    """Bring in an order, in a transaction of its own."""
    with office.writing() as session:
        event = event_by_slug(session, SLUG)
        tiers = {tier.name: tier for tier in tiers_of(session, event.id)}
        sale = Sale(event.id, tiers, office.ticket_key, mails=mails)
        (made,) = bring_in(session, office.actor, [order], sale, now=office.now())
        return made


def test_an_order_is_paid_with_a_ticket_for_each_place(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Lote 2", price="150,00", after=LOTE), fee_fixed="5,00")

    made = brought(office, imported(Wanted("Lote 2", 2, (RITA,)), Wanted(LOTE, 1, (LIA,))))

    order = the_order(office, made.code)
    assert (order.state, order.channel) == (OrderState.PAID, Channel.IMPORT)
    assert [str(money) for money in (order.subtotal, order.fee, order.total)] == [
        "R$ 400,00", "R$ 0,00", "R$ 400,00",
    ]  # fmt: skip
    assert [(t.holder_name, t.tier) for t in order.tickets] == [
        (RITA.name, "Lote 2"), ("", "Lote 2"), (LIA.name, LOTE),
    ]  # fmt: skip
    assert len(set(codes_of(order))) == 3
    assert order.paid_at == office.now()
    assert rows(office, Order)[0].note == "mesa 4"


def test_it_is_found_by_its_buyer_and_by_its_guests(office: BoxOffice) -> None:
    an_event(office)
    made = brought(office, imported(Wanted(LOTE, 1, (LIA,))))

    with office.reading() as session:
        for text in ("nogueira", "lia prad", "aurora", made.code):
            assert [line.code for line in find_orders(session, text, limit=9)] == [made.code]


def test_an_external_id_makes_one_order(office: BoxOffice) -> None:
    an_event(office)
    made = brought(office, imported())
    before = counts(office)

    again = brought(office, imported(Wanted(LOTE, 5)))

    assert (made.is_new, again.is_new, again.code) == (True, False, made.code)
    assert counts(office) == before
    assert places_left(office)[LOTE] == 9


def test_what_is_in_is_known_by_external_id(office: BoxOffice) -> None:
    event = an_event(office)
    made = brought(office, imported())

    with office.reading() as session:
        assert known_external_ids(session, event.id) == {"P1": made.code}


def test_places_that_are_gone_refuse_it_and_nothing_stays(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=1), capacity=3)

    with pytest.raises(SoldOut):
        brought(office, imported(Wanted(LOTE, 2)))

    assert (rows(office, Order), rows(office, Ticket)) == ([], [])


def test_an_event_that_is_full_refuses_it(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), capacity=1)

    with pytest.raises(EventFull):
        brought(office, imported(Wanted(LOTE, 2)))

    assert places_left(office) == {LOTE: 5, "*": 1}


def test_a_paused_sale_takes_in_what_was_sold_elsewhere_and_a_cancelled_event_does_not(
    office: BoxOffice,
) -> None:
    an_event(office)
    for state in (EventState.PAUSED, EventState.CANCELLED):
        with office.writing() as session:
            move(session, office.actor, SLUG, state, now=office.now())
        if state is EventState.PAUSED:
            assert brought(office, imported()).is_new

    with pytest.raises(EventNotOnSale):
        brought(office, imported(name="P2"))


def test_the_tickets_are_mailed_when_it_is_said_and_there_is_an_address(
    office: BoxOffice,
) -> None:
    an_event(office)
    brought(office, imported(name="P1"))
    brought(office, imported(name="P2", buyer=Person("Sem E-mail")), mails=True)
    assert rows(office, Job) == []

    brought(office, imported(name="P3"), mails=True)

    assert [job.kind for job in rows(office, Job)] == ["tickets.deliver"]


def test_the_door_may_not_bring_orders_in(office: BoxOffice) -> None:
    an_event(office)
    office.actor = DOOR

    with pytest.raises(Forbidden):
        brought(office, imported())
