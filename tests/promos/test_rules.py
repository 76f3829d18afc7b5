"""What a promo does to a price, and when it is not good for an order."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice.errors import BadValue
from boxoffice.events.models import Category
from boxoffice.money import Money
from boxoffice.promos.models import PromoKind, PromoState
from boxoffice.promos.rules import (
    PER_PERSON_MAX,
    USES_MAX,
    Cart,
    PromoFacts,
    Terms,
    WhyNot,
    check_terms,
    discount_of,
    parse_promo_code,
    person_key,
    read_promo_code,
    why_not,
)
from tests.making import NOON

PISTA, MESA = UUID(int=1), UUID(int=2)
HOUR = timedelta(hours=1)


def a_fact(**more: Any) -> PromoFacts:
    given: dict[str, Any] = {
        "kind": PromoKind.PERCENT,
        "state": PromoState.CREATED,
        "opens_at": None,
        "closes_at": None,
        "uses_left": None,
        "per_person_max": None,
        "tier_ids": frozenset(),
    }
    return PromoFacts(**(given | more))


def a_cart(**more: Any) -> Cart:
    given: dict[str, Any] = {
        "places": {PISTA: 2},
        "categories": {Category.FULL},
        "is_given": False,
        "is_named": True,
    }
    return Cart(**(given | more))


@pytest.mark.parametrize(
    ("kind", "value", "price", "discount"),
    [
        (PromoKind.PERCENT, 1_000, 10_000, 1_000),
        (PromoKind.PERCENT, 10_000, 10_000, 10_000),
        (PromoKind.PERCENT, 1, 10_000, 1),
        (PromoKind.PERCENT, 1_000, 0, 0),
        # half a centavo is rounded up, to the buyer's good, a ticket at a time
        (PromoKind.PERCENT, 1_000, 335, 34),
        (PromoKind.PERCENT, 1_000, 334, 33),
        (PromoKind.PERCENT, 5_000, 1, 1),
        (PromoKind.AMOUNT, 2_000, 10_000, 2_000),
        (PromoKind.AMOUNT, 2_000, 2_000, 2_000),
        (PromoKind.AMOUNT, 2_000, 1_999, 1_999),
        (PromoKind.AMOUNT, 2_000, 0, 0),
        (PromoKind.FIXED_PRICE, 5_000, 10_000, 5_000),
        (PromoKind.FIXED_PRICE, 0, 10_000, 10_000),
        (PromoKind.FIXED_PRICE, 5_000, 5_000, 0),
        (PromoKind.FIXED_PRICE, 5_000, 4_000, 0),
        (PromoKind.COURTESY, 0, 10_000, 10_000),
        (PromoKind.COURTESY, 0, 0, 0),
    ],
)
def test_each_kind_takes_its_own_off_a_price(
    kind: PromoKind, value: int, price: int, discount: int
) -> None:
    assert discount_of(kind, value, Money(price)) == Money(discount)


@settings(max_examples=60)
@given(st.sampled_from(PromoKind), st.integers(0, 10_000), st.integers(0, 10**12))
def test_a_discount_is_never_less_than_nothing_nor_more_than_the_price(
    kind: PromoKind, value: int, price: int
) -> None:
    assert 0 <= discount_of(kind, value, Money(price)).minor <= price


@pytest.mark.parametrize(
    ("promo", "cart", "why"),
    [
        ({}, {}, None),
        ({"state": PromoState.SENT}, {}, None),
        ({"state": PromoState.REVOKED}, {}, WhyNot.REVOKED),
        ({"opens_at": NOON}, {}, None),
        ({"opens_at": NOON + HOUR}, {}, WhyNot.NOT_YET),
        ({"closes_at": NOON + HOUR}, {}, None),
        ({"closes_at": NOON}, {}, WhyNot.OVER),
        ({}, {"categories": {Category.HALF}}, WhyNot.NOT_WITH_HALF_PRICE),
        ({}, {"categories": {Category.FULL, Category.HALF}}, WhyNot.NOT_WITH_HALF_PRICE),
        (
            {"kind": PromoKind.COURTESY},
            {"categories": {Category.HALF}},
            WhyNot.NOT_WITH_HALF_PRICE,
        ),
        ({}, {"is_given": True}, WhyNot.NOT_WITH_COURTESY),
        ({"kind": PromoKind.COURTESY}, {"is_given": True}, None),
        ({"tier_ids": frozenset({PISTA})}, {}, None),
        ({"tier_ids": frozenset({MESA})}, {}, WhyNot.WRONG_TIER),
        ({"tier_ids": frozenset({MESA})}, {"places": {PISTA: 2, MESA: 1}}, None),
        ({"uses_left": 2}, {}, None),
        ({"uses_left": 1}, {}, WhyNot.USED_UP),
        ({"uses_left": 0}, {}, WhyNot.USED_UP),
        # only places that the promo covers use it
        ({"uses_left": 1, "tier_ids": frozenset({MESA})}, {"places": {PISTA: 9, MESA: 1}}, None),
        ({"per_person_max": 2}, {}, None),
        ({"per_person_max": 1}, {}, WhyNot.PERSON_LIMIT),
        ({"per_person_max": 2}, {"is_named": False}, WhyNot.NEEDS_PERSON),
        ({}, {"is_named": False}, None),
        # what is over for everybody is said before what is wrong with this order
        ({"closes_at": NOON}, {"categories": {Category.HALF}}, WhyNot.OVER),
    ],
)
def test_a_promo_is_good_for_an_order_or_says_why_not(
    promo: dict[str, Any], cart: dict[str, Any], why: WhyNot | None
) -> None:
    assert why_not(a_fact(**promo), a_cart(**cart), NOON) is why


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AMIGOS10", "AMIGOS10"),
        (" amigos-10\n", "AMIGOS-10"),
        ("A", "A"),
        ("A" * 40, "A" * 40),
        ("A" * 41, None),
        ("", None),
        ("-A", None),
        ("A-", None),
        ("A B", None),
        ("AÇAÍ", None),
        ("\N{LATIN SMALL LETTER DOTLESS I}", None),  # its upper case is a plain I
        ("A\x00", None),
        ("\ud800", None),
    ],
    ids=ascii,
)
def test_a_code_is_read_in_any_case_and_refused_when_it_is_none(
    text: str, code: str | None
) -> None:
    assert read_promo_code(text) == code
    if code is None:
        with pytest.raises(BadValue):
            parse_promo_code(text)


def test_a_person_is_known_by_the_document_before_the_e_mail() -> None:
    def key(promo: int = 1, document: str = "", email: str = "") -> str:
        return person_key(UUID(int=promo), document=document, email=email)

    by_document = key(document="39053344705", email="rita@example.com")

    assert by_document == key(document="390.533.447-05")
    assert by_document != key(email="rita@example.com")
    assert key(email="Rita@Example.com ") == key(email="rita@example.com")
    assert by_document != key(promo=2, document="39053344705")
    assert len(by_document) == 64
    assert key() == ""


@pytest.mark.parametrize(
    "terms",
    [
        Terms(PromoKind.PERCENT, 0),
        Terms(PromoKind.PERCENT, 10_001),
        Terms(PromoKind.AMOUNT, 0),
        Terms(PromoKind.FIXED_PRICE, -1),
        Terms(PromoKind.COURTESY),  # without a quota
        Terms(PromoKind.PERCENT, 1_000, uses_max=0),
        Terms(PromoKind.PERCENT, 1_000, uses_max=USES_MAX + 1),
        Terms(PromoKind.PERCENT, 1_000, per_person_max=0),
        Terms(PromoKind.PERCENT, 1_000, per_person_max=PER_PERSON_MAX + 1),
        Terms(PromoKind.PERCENT, 1_000, closes_at=NOON),
        Terms(PromoKind.PERCENT, 1_000, opens_at=NOON + HOUR, closes_at=NOON + HOUR),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: Terms) -> None:
    with pytest.raises(BadValue):
        check_terms(terms, NOON)


def test_terms_that_make_sense_are_taken() -> None:
    check_terms(Terms(PromoKind.FIXED_PRICE, 0, uses_max=USES_MAX), NOON)
    check_terms(Terms(PromoKind.COURTESY, uses_max=1, opens_at=NOON - HOUR), NOON)
