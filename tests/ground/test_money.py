"""Money: read as people write it, shared out to the last cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.errors import BadValue
from boxoffice.money import MINOR_MAX, Money, parse_money, parse_percent


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("100", 10_000),
        ("100.00", 10_000),
        ("100,00", 10_000),
        ("100,5", 10_050),
        ("0", 0),
        ("0,01", 1),
        ("R$ 1.234,56", 123_456),
        ("R$1.234.567,89", 123_456_789),
        ("1.234.567", 123_456_700),
        (" R$\N{NO-BREAK SPACE}7,00 ", 700),
        ("10000000000", MINOR_MAX),
    ],
)
def test_money_is_read_as_brazilians_and_machines_write_it(typed: str, minor: int) -> None:
    assert parse_money(typed) == Money(minor, "BRL")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "R$",
        "-1",
        "+1",
        "1.234",
        "12.34.567",
        "1,234.56",
        "1.234,567",
        "0,001",
        "1 000",
        "1_000",
        "1e3",
        "0x10",
        "nan",
        "Infinity",
        "ten",
        "R$ R$ 1",
        "$ 1",
        "1\x00",
        "10000000000,01",
        "9" * 5_000,
    ],
)
def test_what_is_not_money_is_refused_by_its_name(typed: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_money(typed, name="tier 1.price")

    assert caught.value.details == {"name": "tier 1.price"}
    assert len(caught.value.message) < 100


@given(st.integers(0, MINOR_MAX))
def test_what_is_written_for_people_reads_back_as_the_same(minor: int) -> None:
    money = Money(minor)

    assert parse_money(str(money)) == parse_money(str(money.decimal)) == money


def test_money_is_written_for_brazilians_and_for_machines() -> None:
    assert str(Money(123_456)) == "R$ 1.234,56"
    assert Money(123_456).decimal == Decimal("1234.56")
    assert str(Money(5).decimal) == "0.05"


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.integers(1, 500))
def test_splitting_loses_no_cent_and_parts_differ_by_one_at_most(minor: int, parts: int) -> None:
    shares = [share.minor for share in Money(minor).split(parts)]

    assert len(shares) == parts
    assert sum(shares) == minor
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("minor", "basis_points", "share"),
    [
        (10_000, 1_000, 1_000),
        (10_000, 0, 0),
        (9_999, 10_000, 9_999),
        (5, 1_000, 1),  # half a cent goes up
        (4, 1_000, 0),
        (15, 1_000, 2),  # up, not to the even neighbour
        (333, 750, 25),
        (MINOR_MAX, 9_999, 999_900_000_000),
    ],
)
def test_a_share_rounds_half_a_cent_up(minor: int, basis_points: int, share: int) -> None:
    assert Money(minor).share(basis_points) == Money(share)


def test_amounts_of_two_currencies_neither_add_nor_subtract() -> None:
    with pytest.raises(AssertionError):
        Money(1, "BRL") + Money(1, "USD")
    with pytest.raises(AssertionError):
        Money(1, "BRL") - Money(1, "USD")


@pytest.mark.parametrize(
    ("typed", "basis_points"),
    [("10", 1_000), ("7,5", 750), ("7.25%", 725), (" 100 % ", 10_000), ("0", 0), ("0,01", 1)],
)
def test_a_percentage_is_read_as_basis_points(typed: str, basis_points: int) -> None:
    assert parse_percent(typed) == basis_points


@pytest.mark.parametrize("typed", ["", "-1", "100,01", "1000", "1,234", "ten", "%", "1e1", "True"])
def test_what_is_not_a_percentage_is_refused_by_its_name(typed: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_percent(typed, name="event.fee_percent")

    assert caught.value.details == {"name": "event.fee_percent"}
