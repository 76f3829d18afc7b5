"""A promo in an order: the money, the uses taken, and the uses given back."""

from typing import Any

import pytest

from boxoffice.office import BoxOffice
from boxoffice.promos.models import PromoKind, PromoUse
from boxoffice.promos.redeem import give_back_uses
from boxoffice.promos.rules import WhyNot
from boxoffice.tickets.models import Ticket
from tests.making import (
    LOTE,
    Clock,
    a_request,
    a_sale,
    a_tier,
    an_event,
    an_order,
    placed,
    rows,
    the_order,
)
from tests.promos.codes import (
    CODE,
    a_courtesy,
    a_promo,
    cancelled,
    expired,
    refused,
    revoked,
    the_promo,
    uses,
)


@pytest.mark.parametrize(
    ("promo", "discount", "fee"),
    [
        # two places of R$ 100,00, a fee of 10 % and R$ 2,50 on what is left of each
        ({"value": 1_000}, 2_000, 2_300),
        ({"value": 10_000}, 20_000, 0),
        ({"kind": PromoKind.AMOUNT, "value": 2_000}, 4_000, 2_100),
        ({"kind": PromoKind.AMOUNT, "value": 99_999}, 20_000, 0),
        ({"kind": PromoKind.FIXED_PRICE, "value": 5_000}, 10_000, 1_500),
        ({"kind": PromoKind.FIXED_PRICE, "value": 99_999}, 0, 2_500),
        ({"kind": PromoKind.COURTESY, "value": 0, "uses_max": 2}, 20_000, 0),
    ],
)
def test_the_fee_is_on_the_discounted_price(
    office: BoxOffice, promo: dict[str, Any], discount: int, fee: int
) -> None:
    an_event(office, a_tier(price="100"), fee_fixed="2,50", fee_percent=10)
    a_promo(office, **promo)

    done = placed(office, a_request((LOTE, 2), promo=CODE))

    order = the_order(office, done.code)
    assert order.subtotal.minor == 20_000
    assert (order.discount.minor, order.fee.minor) == (discount, fee)
    assert order.total.minor == done.total.minor == 20_000 - discount + fee


def test_a_fixed_fee_of_an_order_is_kept_unless_all_of_it_is_free(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100"), a_tier("Pista"), fee_fixed="2,50", fee_per="order")
    a_courtesy(office, tiers=(LOTE,))

    free = placed(office, a_request((LOTE, 1), promo=CODE))
    mixed = placed(office, a_request((LOTE, 1), ("Pista", 1), promo=CODE))

    assert (free.total.minor, mixed.total.minor) == (0, 10_250)


def test_each_ticket_carries_its_own_money_and_no_cent_is_lost(office: BoxOffice) -> None:
    an_event(office, a_tier(price="3,35"), a_tier("Pista", price="0,05"), fee_percent=10)
    a_promo(office, value=1_000)

    done = placed(office, a_request((LOTE, 3), ("Pista", 1), promo=CODE))

    order = the_order(office, done.code)
    tickets = rows(office, Ticket)
    money = sorted((t.price_minor, t.discount_minor, t.fee_minor) for t in tickets)
    assert money == [(5, 1, 0), (335, 34, 30), (335, 34, 30), (335, 34, 30)]
    assert order.discount.minor == sum(t.discount_minor for t in tickets)
    assert order.fee.minor == sum(t.fee_minor for t in tickets)
    used = {use.ticket_id: use.discount_minor for use in rows(office, PromoUse)}
    assert used == {ticket.id: ticket.discount_minor for ticket in tickets}


def test_only_places_of_its_tiers_get_cheaper_and_use_it(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Pista"))
    a_promo(office, tiers=("Pista",), uses_max=2)

    done = placed(office, a_request((LOTE, 3), ("Pista", 2), promo=CODE))

    assert the_order(office, done.code).discount.minor == 2_000
    assert uses(office) == (0, 2)


def test_a_code_is_read_in_any_case(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office)

    done = placed(office, a_request(promo=f" {CODE.lower()} "))

    assert done.total.minor == 9_000


def test_a_promo_shows_what_it_has_given(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=5)
    a_sale(office, (LOTE, 2), promo=CODE)
    an_order(office, (LOTE, 1), promo=CODE)

    promo = the_promo(office)

    assert (promo.used_count, promo.uses_left, promo.discount.minor) == (3, 2, 3_000)


def test_nobody_is_written_down_in_the_clear(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, per_person_max=1)
    a_promo(office, "TODOS")
    placed(office, a_request(promo=CODE))
    placed(office, a_request(promo="TODOS"))
    placed(office, a_request(promo="TODOS"))

    people = [use.person for use in rows(office, PromoUse)]

    assert len(set(people)) == 3
    assert all(len(bytes.fromhex(person)) == 32 for person in people)


def test_a_cancelled_order_gives_its_uses_back_once(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=4, per_person_max=3)
    order = placed(office, a_request((LOTE, 3), promo=CODE))
    taken = uses(office)

    cancelled(office, order.id)
    cancelled(office, order.id)

    assert (taken, uses(office)) == ((1, 3), (4, 0))
    assert placed(office, a_request((LOTE, 3), promo=CODE)).is_new


def test_a_paid_order_that_is_cancelled_gives_its_uses_back(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=4)
    sale = a_sale(office, (LOTE, 3), promo=CODE)

    cancelled(office, sale.id)

    assert uses(office) == (4, 0)


def test_an_expired_order_gives_its_uses_back_once(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_promo(office, uses_max=4)
    order = an_order(office, (LOTE, 3), promo=CODE)
    clock.forward(minutes=31)

    ends = [expired(office, order.id), expired(office, order.id)]

    assert ends == [True, False]
    assert uses(office) == (4, 0)


def test_a_promo_without_a_quota_stays_without_one(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office)
    order = placed(office, a_request((LOTE, 3), promo=CODE))
    taken = uses(office)

    cancelled(office, order.id)

    assert (taken, uses(office)) == ((None, 3), (None, 0))


def test_a_turn_that_came_back_is_taken_again(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, per_person_max=3)
    first = placed(office, a_request((LOTE, 1), promo=CODE))
    placed(office, a_request((LOTE, 2), promo=CODE))
    cancelled(office, first.id)

    placed(office, a_request((LOTE, 1), promo=CODE))

    assert sorted(use.turn for use in rows(office, PromoUse)) == [1, 2, 3]
    assert refused(office).case == "promo.person_limit"


def test_one_ticket_of_an_order_gives_its_own_use_back_once(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=5)
    order = placed(office, a_request((LOTE, 3), promo=CODE))
    ticket = rows(office, Ticket)[0]

    with office.writing() as session:
        given = [give_back_uses(session, order.id, [ticket.id]) for _ in range(2)]

    assert given == [1, 0]
    assert uses(office) == (3, 2)
    cancelled(office, order.id)
    assert uses(office) == (5, 0)


def test_a_revoked_promo_takes_back_what_an_order_gives_back(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=5)
    order = placed(office, a_request((LOTE, 3), promo=CODE))
    revoked(office)

    cancelled(office, order.id)

    assert uses(office) == (5, 0)
    assert the_promo(office).closed is WhyNot.REVOKED


def test_the_same_key_takes_its_uses_once(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=5, per_person_max=1)

    again = [placed(office, a_request(promo=CODE), key="k-1").is_new for _ in range(2)]

    assert again == [True, False]
    assert uses(office) == (4, 1)
