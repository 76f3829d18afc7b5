"""A promo that is not good for an order is refused by name, and nothing has changed."""

from datetime import timedelta
from typing import Any

import pytest

from boxoffice.errors import SoldOut
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel
from boxoffice.people import Person
from tests.making import (
    LOTE,
    NOON,
    RITA,
    Clock,
    a_request,
    a_tier,
    an_event,
    counts,
    placed,
)
from tests.promos.codes import (
    CODE,
    a_courtesy,
    a_promo,
    refused,
    revoked,
    uses,
)

NOBODY = Person("")
ANA = Person("Ana Lima", "ana@example.com")


@pytest.mark.parametrize(
    ("terms", "case"),
    [
        ({"opens_at": NOON + timedelta(minutes=1)}, "promo.not_yet"),
        ({"uses_max": 1}, "promo.used_up"),
        ({"tiers": ("Pista",)}, "promo.wrong_tier"),
        ({"per_person_max": 1}, "promo.person_limit"),
    ],
)
def test_a_promo_that_is_not_good_for_an_order_is_refused_by_name(
    office: BoxOffice, terms: dict[str, Any], case: str
) -> None:
    an_event(office, a_tier(), a_tier("Pista"))
    a_promo(office, **terms)

    assert refused(office, (LOTE, 2)).case == case


@pytest.mark.parametrize(
    ("code", "case"),
    [
        ("NADA", "promo.unknown"),
        ("A B", "promo.unreadable"),
        ("\x00", "promo.unreadable"),
        ("\ud800", "promo.unreadable"),
        ("A" * 5_000, "promo.unreadable"),
    ],
    ids=ascii,
)
def test_a_code_that_is_none_is_refused(office: BoxOffice, code: str, case: str) -> None:
    an_event(office)
    a_promo(office)

    assert refused(office, promo=code).case == case


def test_a_promo_of_another_event_is_unknown_here(office: BoxOffice) -> None:
    an_event(office)
    an_event(office, slug="outra")
    a_promo(office, event="outra")

    assert refused(office).case == "promo.unknown"


def test_a_promo_that_was_revoked_or_is_over_is_refused(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_promo(office)
    a_promo(office, "CEDO", closes_at=NOON + timedelta(hours=1))
    revoked(office)
    clock.forward(hours=1)

    assert refused(office).case == "promo.revoked"
    assert refused(office, promo="CEDO").case == "promo.over"


def test_half_price_is_never_combined_with_a_promo(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Meia", category="half"))
    a_promo(office)

    said = [
        refused(office, ("Meia", 1)).case,
        refused(office, (LOTE, 1), ("Meia", 1)).case,
    ]

    assert said == ["promo.not_with_half_price"] * 2


def test_a_courtesy_is_given_with_its_own_code_and_no_other(office: BoxOffice) -> None:
    an_event(office)
    a_courtesy(office, "LAB")
    a_promo(office)

    placed(office, a_request(channel=Channel.COURTESY, method="courtesy", promo="LAB"))

    assert uses(office, "LAB") == (9, 1)
    assert refused(office, channel=Channel.COURTESY).case == "promo.not_with_courtesy"


def test_a_refusal_says_how_many_uses_are_left(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, uses_max=3)
    placed(office, a_request((LOTE, 2), promo=CODE))

    some = refused(office, (LOTE, 2))
    placed(office, a_request((LOTE, 1), promo=CODE))
    none = refused(office)

    assert (some.message, some.details["left_count"]) == ("AMIGOS has 1 places left.", 1)
    assert (none.message, none.details["left_count"]) == ("AMIGOS is used up.", 0)


def test_a_person_is_counted_by_document_else_by_e_mail(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=20))
    a_promo(office, per_person_max=2)
    placed(office, a_request((LOTE, 2), promo=CODE))
    placed(office, a_request((LOTE, 1), promo=CODE, buyer=ANA))

    same_document = Person("R. Nogueira", "other@example.com", RITA.document)
    shouting = Person("Ana", "ANA@EXAMPLE.COM")

    assert refused(office, buyer=same_document).details == {
        "promo": CODE,
        "limit": 2,
        "left_count": 0,
    }
    assert refused(office, (LOTE, 2), buyer=shouting).details["left_count"] == 1
    placed(office, a_request(promo=CODE, buyer=shouting))
    assert uses(office) == (None, 4)


def test_a_limit_per_person_needs_a_person(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office, per_person_max=1)
    a_promo(office, "TODOS")

    assert refused(office, buyer=NOBODY).case == "promo.needs_person"
    assert placed(office, a_request(promo="TODOS", buyer=NOBODY)).total.minor == 9_000


def test_sold_out_takes_no_use(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=3), a_tier("Pista", quota=3), capacity=3)
    a_promo(office, uses_max=10, per_person_max=10)
    before = counts(office)

    with pytest.raises(SoldOut):
        placed(office, a_request((LOTE, 2), (LOTE, 2), promo=CODE))

    assert counts(office) == before
    assert uses(office) == (10, 0)
