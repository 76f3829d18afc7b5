"""Placing an order: everything in it happens, or nothing does."""

from datetime import timedelta
from typing import Any

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import (
    BadValue,
    BoxOfficeError,
    EventFull,
    EventNotOnSale,
    Forbidden,
    NotFound,
    PromoRefused,
    SoldOut,
    TierNotOnSale,
)
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, OrderState
from boxoffice.orders.place import Wanted, place
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.outbox.models import Job
from boxoffice.people import Person
from boxoffice.promos.create import create
from boxoffice.promos.models import PromoKind
from boxoffice.promos.rules import Terms
from boxoffice.tickets.models import Ticket, TicketState
from tests.making import (
    DOOR,
    LOTE,
    NOON,
    RITA,
    SLUG,
    Clock,
    a_plan,
    a_request,
    a_sale,
    a_tier,
    an_event,
    an_order,
    applied,
    counts,
    placed,
    places_left,
    rows,
    the_event,
    the_order,
)


def test_places_are_held_until_the_clock_runs_out(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=10), capacity=8, hold_minutes=45)

    done = an_order(office, (LOTE, 2))

    order = the_order(office, done.code)
    assert places_left(office) == {LOTE: 8, "*": 6}
    assert (order.state, order.expires_at) == (OrderState.PLACED, NOON + timedelta(minutes=45))
    assert [ticket.state for ticket in order.tickets] == [TicketState.HELD] * 2
    assert [ticket.code for ticket in order.tickets] == [None] * 2
    (job,) = rows(office, Job)
    assert (job.kind, job.run_at) == ("order.expire", NOON + timedelta(minutes=45))


def test_a_sale_over_the_counter_has_no_clock(office: BoxOffice) -> None:
    an_event(office)

    done = placed(office, a_request(), holds=False)

    assert the_order(office, done.code).expires_at is None
    assert rows(office, Job) == []


@pytest.mark.parametrize(
    ("event", "fee"),
    [
        ({}, 0),
        ({"fee_fixed": "2,50"}, 500),
        ({"fee_fixed": "2,50", "fee_per": "order"}, 250),
        ({"fee_percent": "7,5"}, 2_250),
        ({"fee_percent": "7,5", "fee_fixed": "1", "fee_per": "order"}, 2_350),
    ],
)
def test_the_total_is_the_prices_and_the_fee(
    office: BoxOffice, event: dict[str, Any], fee: int
) -> None:
    an_event(office, a_tier(price="100"), a_tier("Lote 2", price="200"), **event)

    done = placed(office, a_request((LOTE, 1), ("Lote 2", 1)))

    order = the_order(office, done.code)
    assert (order.subtotal.minor, order.fee.minor, order.discount.minor) == (30_000, fee, 0)
    assert done.total == order.total
    assert order.total.minor == 30_000 + fee
    assert [ticket.price.minor for ticket in order.tickets] == [10_000, 20_000]


def test_a_courtesy_costs_nothing_and_takes_a_place(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100"), fee_fixed="2,50", fee_percent=10)

    done = placed(office, a_request((LOTE, 2), channel=Channel.COURTESY, method="courtesy"))

    order = the_order(office, done.code)
    assert (order.subtotal.minor, order.discount.minor) == (20_000, 20_000)
    assert (order.fee.minor, order.total.minor) == (0, 0)
    assert places_left(office)[LOTE] == 8


def test_the_same_tier_in_two_lines_is_taken_once_for_both(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=3))

    placed(office, a_request((LOTE, 1), (LOTE, 2)))

    assert places_left(office)[LOTE] == 0


def test_two_lines_of_one_tier_cannot_take_more_than_there_is(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=3))
    before = counts(office)

    with pytest.raises(SoldOut):
        placed(office, a_request((LOTE, 2), (LOTE, 2)))

    assert counts(office) == before
    assert places_left(office)[LOTE] == 3


def test_tickets_are_held_by_who_is_named_then_by_the_buyer_then_by_nobody(
    office: BoxOffice,
) -> None:
    an_event(office)
    guests = (Person("Ana"), Person("Bia"))
    named = placed(office, a_request(lines=(Wanted(LOTE, 3, holders=guests),)))
    unnamed = placed(office, a_request((LOTE, 2)))

    holders = [ticket.holder_name for ticket in the_order(office, named.code).tickets]
    assert holders == ["Ana", "Bia", ""]
    holders = [ticket.holder_name for ticket in the_order(office, unnamed.code).tickets]
    assert holders == [RITA.name, ""]


def test_a_sale_to_nobody_by_name_is_a_sale(office: BoxOffice) -> None:
    an_event(office)

    done = placed(office, a_request(buyer=Person(name="")))

    assert the_order(office, done.code).buyer == Person(name="")


@pytest.mark.parametrize(
    ("lines", "refusal", "case"),
    [
        ([("Lote 9", 1)], NotFound, "tier.not_found"),
        ([("lote 1", 1)], NotFound, "tier.not_found"),
        ([("Lote 1\x00", 1)], NotFound, "tier.not_found"),
        ([(LOTE, 0)], BadValue, "value.invalid"),
        ([(LOTE, -1)], BadValue, "value.invalid"),
        ([(LOTE, 2), (LOTE, -1)], BadValue, "value.invalid"),
        ([(LOTE, QUANTITY_MAX + 1)], BadValue, "value.invalid"),
        ([(LOTE, QUANTITY_MAX), ("Pista", 1)], BadValue, "value.invalid"),
        ([(LOTE, 6)], SoldOut, "tier.sold_out"),
        ([("Pista", 2), (LOTE, 6)], SoldOut, "tier.sold_out"),
        ([("Cheio", 1)], SoldOut, "tier.sold_out"),
        ([("Lote 2", 1)], TierNotOnSale, "tier.not_on_sale"),
        ([("Cedo", 1)], TierNotOnSale, "tier.not_on_sale"),
        ([("Tarde", 1)], TierNotOnSale, "tier.not_on_sale"),
        ([("Pista", 9)], EventFull, "event.sold_out"),
        ([(LOTE, 5), ("Pista", 4)], EventFull, "event.sold_out"),
    ],
)
def test_what_cannot_be_sold_is_refused_and_leaves_nothing_behind(
    office: BoxOffice, lines: list[tuple[str, int]], refusal: type[BoxOfficeError], case: str
) -> None:
    an_event(
        office,
        a_tier(quota=5),
        a_tier("Lote 2", after=LOTE),
        a_tier("Pista", quota=100),
        a_tier("Cheio", quota=1),
        a_tier("Cedo", opens_at="2026-11-23"),
        a_tier("Tarde", closes_at="2026-11-22"),
        capacity=9,
    )
    a_sale(office, ("Cheio", 1))
    before = counts(office), places_left(office)

    with pytest.raises(refusal) as caught:
        placed(office, a_request(*lines), key="a key that is free again afterwards")

    assert caught.value.case == case
    assert (counts(office), places_left(office)) == before


def test_a_refusal_says_what_is_left_and_what_is_on_sale(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=2), a_tier("Pista"))

    with pytest.raises(SoldOut) as caught:
        placed(office, a_request((LOTE, 3)))

    assert caught.value.message == "Lote 1 has 2 places left."
    assert caught.value.hint == "on sale now: Lote 1, Pista"
    assert caught.value.details == {"tier": LOTE, "left_count": 2}


def test_an_order_may_have_as_many_places_as_the_limit(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=200))

    done = placed(office, a_request((LOTE, QUANTITY_MAX)))

    numbers = [ticket.short_code for ticket in the_order(office, done.code).tickets]
    assert numbers == [f"{done.code}-{number}" for number in range(1, QUANTITY_MAX + 1)]


@pytest.mark.parametrize("slug", ["nowhere", "", "noite\x00", "\ud800", "x" * 500], ids=ascii)
def test_an_event_that_is_not_there_is_not_found(office: BoxOffice, slug: str) -> None:
    an_event(office)

    with pytest.raises(NotFound):
        placed(office, a_request(event=slug))


def test_a_draft_sells_nothing(office: BoxOffice) -> None:
    applied(office, a_plan())

    with pytest.raises(EventNotOnSale) as caught:
        placed(office, a_request())

    assert caught.value.hint == "open the sale: boxoffice event publish noite"


@pytest.mark.parametrize("state", [EventState.PAUSED, EventState.ENDED, EventState.CANCELLED])
def test_an_event_off_sale_sells_nothing(office: BoxOffice, state: EventState) -> None:
    an_event(office)
    with office.writing() as session:
        move(session, office.actor, SLUG, state, now=office.now())
    before = counts(office)

    with pytest.raises(EventNotOnSale):
        placed(office, a_request())

    assert counts(office) == before


def test_who_may_not_sell_sells_nothing(office: BoxOffice) -> None:
    an_event(office)
    before = counts(office)

    with pytest.raises(Forbidden), office.writing() as session:
        place(session, DOOR, a_request(), now=office.now(), holds=False)

    assert counts(office) == before


def test_the_tier_of_the_moment_is_sold(office: BoxOffice, clock: Clock) -> None:
    an_event(office, a_tier(), a_tier("Lote 2", after=LOTE, opens_at="2026-11-22T13:00"))

    placed(office, a_request((LOTE, 1)))
    clock.forward(hours=1)

    placed(office, a_request(("Lote 2", 1)))
    with pytest.raises(TierNotOnSale) as caught:
        placed(office, a_request((LOTE, 1)))
    assert caught.value.message == "Lote 1 is not on sale: its time is over."


def test_what_was_placed_is_in_the_audit_without_a_name(office: BoxOffice) -> None:
    an_event(office)
    done = an_order(office, (LOTE, 2))

    (entry,) = [entry for entry in rows(office, AuditEntry) if entry.verb == "order.place"]

    assert (entry.actor, entry.subject) == ("local", f"order:{done.id}")
    assert entry.facts == {"channel": "online", "method": "pix", "total_minor": 20_000}
    for secret in (RITA.name, RITA.email, RITA.document):
        assert secret not in str(entry.facts)


def test_a_promo_makes_the_order_cheaper_or_there_is_no_order(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100"), fee_percent=10)
    with office.writing() as session:
        terms = Terms(PromoKind.AMOUNT, 2_000, uses_max=2)
        create(session, office.actor, SLUG, "AMIGOS", terms, now=office.now())

    done = placed(office, a_request((LOTE, 2), promo="AMIGOS"))
    before = counts(office), places_left(office)

    order = the_order(office, done.code)
    assert (order.subtotal.minor, order.discount.minor) == (20_000, 4_000)
    assert (order.fee.minor, done.total.minor) == (1_600, 17_600)
    with pytest.raises(PromoRefused) as caught:
        placed(office, a_request(promo="AMIGOS"))
    assert caught.value.case == "promo.used_up"
    assert (counts(office), places_left(office)) == before


def test_a_ticket_is_written_with_every_column_as_its_model_has_it(office: BoxOffice) -> None:
    event = an_event(office, fee_percent=10)
    ana = Person("Ana", "ana@example.com", "52998224725", company="Aurora", title="Químico")
    done = placed(office, a_request(lines=(Wanted(LOTE, 1, holders=(ana,)),)))

    (written,) = rows(office, Ticket)

    assert (
        written.model_dump()
        == Ticket(
            id=written.id,
            event_id=event.id,
            tier_id=event.tiers[0].id,
            order_id=done.id,
            line_id=written.line_id,
            number=1,
            price_minor=10_000,
            fee_minor=1_000,
            holder_name=ana.name,
            holder_email=ana.email,
            holder_document=ana.document,
            holder_company=ana.company,
            holder_title=ana.title,
        ).model_dump()
    )


def test_rows_of_an_order_agree_with_each_other(office: BoxOffice) -> None:
    event = an_event(office, a_tier(), a_tier("Pista"))
    done = placed(office, a_request((LOTE, 2), ("Pista", 1)))

    tickets = rows(office, Ticket)

    assert {ticket.order_id for ticket in tickets} == {done.id}
    assert {ticket.event_id for ticket in tickets} == {event.id}
    assert len({ticket.line_id for ticket in tickets}) == 2
    assert the_event(office).places_left == 17
