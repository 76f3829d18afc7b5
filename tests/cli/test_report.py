"""Reports on the command line: an object for programs, TABs for pipes, a table for people."""

import os
import pty
from contextlib import suppress
from pathlib import Path

import pytest
from sqlmodel import select

from boxoffice.db import Database
from boxoffice.orders.models import Order
from boxoffice.payments.models import Payment
from tests.commands import Commands


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    """An event that has sold two full tickets, one half one, and one that came back."""
    boxoffice.has_event()
    boxoffice.sells("--quantity 2")
    boxoffice.sells("--tier Meia")
    dead = boxoffice.sells()["order"]["code"]
    assert boxoffice(f"order cancel {dead} --yes").code == 0
    return boxoffice


def test_sales_are_told_by_tier_with_what_is_left(selling: Commands) -> None:
    told = selling("report sales -e noite --json").json

    lote, second, meia = told["rows"]
    assert (told["event"], told["by"], told["currency"]) == ("noite", "tier", "BRL")
    assert lote == {
        "tier": "Lote 1",
        "category": "full",
        "quota": 10,
        "places_left": 8,
        "sold": 3,
        "given_back": 1,
        "gross_minor": 30_000,
        "discount_minor": 0,
        "fee_minor": 3_000,
        "given_back_minor": 11_000,
        "net_minor": 22_000,
    }
    assert (second["tier"], second["sold"]) == ("Lote 2", 0)
    assert (meia["category"], meia["net_minor"]) == ("half", 5_500)
    assert told["total"]["net_minor"] == 27_500
    assert told["total"]["sold"] == 4


@pytest.mark.parametrize(("by", "key"), [("channel", "counter"), ("method", "cash")])
def test_sales_are_told_by_channel_and_method(selling: Commands, by: str, key: str) -> None:
    (row,) = selling(f"report sales -e noite --by {by} --json").json["rows"]

    assert (row[by], row["sold"]) == (key, 4)
    assert "quota" not in row


def test_sales_in_a_pipe_are_rows_of_tabs_and_centavos(selling: Commands) -> None:
    ran = selling("report sales -e noite")

    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert rows[0] == "Lote 1,3,1,30000,0,3000,11000,22000,8,10".split(",")
    assert [row[0] for row in rows] == ["Lote 1", "Lote 2", "Meia"]


def test_a_window_leaves_out_what_was_sold_before(selling: Commands) -> None:
    told = selling("report sales -e noite --by day --since +1h --json").json

    assert (told["rows"], told["total"]["sold"], told["until"]) == ([], 0, None)


@pytest.mark.parametrize(
    "words",
    [
        "sales -e noite --by hour",
        "sales -e noite --since yesterday",
        "money --until never",
        "sales -e noite --since 2026-11-22 --until 2026-11-22",
        "half-price -e noite --fields nothing",
    ],
)
def test_what_cannot_be_read_is_named(selling: Commands, words: str) -> None:
    ran = selling(f"report {words} --json")

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")


@pytest.mark.parametrize("words", ["sales", "money", "half-price"])
def test_an_event_that_is_not_there_is_named(selling: Commands, words: str) -> None:
    ran = selling(f"report {words} -e nowhere --json")

    assert (ran.code, ran.error["code"]) == (3, "event.not_found")


def test_money_agrees_with_the_orders(selling: Commands) -> None:
    ran = selling("report money --json")

    told = ran.json
    assert told["rows"] == [
        {
            "method": "cash",
            "provider": "till",
            "currency": "BRL",
            "payments": 3,
            "in_minor": 38_500,
            "refunded_minor": 0,
            "refunding_minor": 0,
            "balance_minor": 38_500,
        }
    ]
    assert (told["event"], told["agree"], told["differs"]) == (None, True, [])
    assert (told["waiting"], told["late"], told["differs_count"]) == (0, 0, 0)
    assert told["sums"] == [
        {
            "currency": "BRL",
            "orders_minor": 38_500,
            "late_minor": 0,
            "returned_minor": 0,
            "part_minor": 0,
            "in_minor": 38_500,
        }
    ]


def test_money_in_a_pipe_is_rows_alone(selling: Commands) -> None:
    ran = selling("report money -e noite")

    assert ran.out == "cash\ttill\tBRL\t3\t38500\t0\t0\t38500\n"
    assert ran.err == "the orders and the money agree.\n"


def test_money_that_is_not_the_orders_exits_7_and_names_them(selling: Commands) -> None:
    lost = selling.sells()["order"]["code"]
    loses_a_cent(selling, lost)

    ran = selling("report money -e noite --json")
    talk = selling("report money -e noite")

    assert ran.code == 7
    assert ran.rows[0]["differs"] == [
        {
            "order": lost,
            "event": "noite",
            "state": "paid",
            "currency": "BRL",
            "expected_minor": 11_000,
            "in_minor": 10_999,
            "refunded_minor": 0,
        }
    ]
    assert talk.code == 7
    assert f"boxoffice order show {lost}" in talk.err


def test_half_price_is_told_with_its_law(selling: Commands) -> None:
    told = selling("report half-price -e noite --json").json

    assert told == {
        "event": "noite",
        "on_sale": 25,
        "offered": 5,
        "sold": 3,
        "half_sold": 1,
        "half_held": 0,
        "share_basis_points": 3_333,
        "cap_percent": 40,
        "cap": 10,
        "left": 9,
        "limit": None,
        "used": 1,
        "limit_left": None,
        "law": "Lei 12.933/2013, art. 1º, § 10; Decreto 8.537/2015, art. 9º",
    }


def test_fewer_half_price_places_than_the_law_assures_are_told(selling: Commands) -> None:
    ran = selling("report half-price -e noite")

    assert "offered 5 places, and the law assures 10 of 25" in ran.err
    assert "half-price tickets sold\t1\n" in ran.out


def test_people_read_brazilian_numbers_under_heads(selling: Commands) -> None:
    selling("tier add noite Camarote --price 1234,56 --quota 2000")
    selling.sells("--tier Camarote")

    drawn = on_a_terminal(selling, "report sales -e noite")

    camarote = next(line.split() for line in drawn.splitlines() if line.startswith("Camarote"))
    total = next(line.split() for line in drawn.splitlines() if line.startswith("total"))
    assert camarote == "Camarote 1 0 1.234,56 0,00 123,46 1.358,02 1.999/2.000".split()
    assert total == "total 5 1 1.584,56 0,00 158,46 1.633,02".split()


def test_people_read_days_as_they_write_them(selling: Commands) -> None:
    (row,) = selling("report sales -e noite --by day --json").json["rows"]

    drawn = on_a_terminal(selling, "report sales -e noite --by day")

    year, month, day = row["day"].split("-")
    assert f"{day}/{month}/{year}" in drawn


def test_people_read_money_and_half_price_as_tables(selling: Commands) -> None:
    money = on_a_terminal(selling, "report money")
    half = on_a_terminal(selling, "report half-price -e noite")

    assert "385,00" in money
    assert "balance" in money
    assert "assured by law (40 %)" in half
    assert "share of half price: 33,33 %" in half
    assert "Lei 12.933/2013" in half


def test_a_door_is_told_to_programs_pipes_people_and_on_paper(
    selling: Commands, tmp_path: Path
) -> None:
    code = selling.sells()["order"]["tickets"][0]["code"]
    for _ in range(2):
        selling(f"door scan {code} -e noite")

    told = selling("report door -e noite --json").json
    piped = selling("report door -e noite --list main")
    drawn = on_a_terminal(selling, "report door -e noite")
    printed = selling(f"report door -e noite --pdf {tmp_path}/door.pdf")

    assert (told["admitted"], told["scans"], told["verdicts"]) == (1, 2, {"already_in": 1, "ok": 1})
    assert told["spans"] == [told["peak"]]
    assert piped.out == f"{told['peak']['since']}\t1\n"
    assert "entries" in drawn
    assert (printed.code, printed.out) == (0, "")
    assert (tmp_path / "door.pdf").read_bytes().startswith(b"%PDF")
    assert selling("report door -e noite --list nowhere").code == 3


def on_a_terminal(boxoffice: Commands, line: str) -> str:
    """Run a command on a terminal of 80 columns, and return what it drew on stdout."""
    mine, theirs = pty.openpty()
    more = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    ran = boxoffice.process(line, stdout=theirs, more=more)
    os.close(theirs)
    drawn = b""
    with suppress(OSError):  # how a pseudo-terminal says that nobody is left at the other end
        while part := os.read(mine, 65_536):
            drawn += part
    os.close(mine)
    assert ran.code == 0, ran.err
    return drawn.decode()


def loses_a_cent(boxoffice: Commands, code: str) -> None:
    """Take a centavo from an order's money behind the program's back."""
    database = Database(boxoffice.settings["BOXOFFICE_DATABASE_URL"])
    with database.writing() as session:
        order = session.exec(select(Order).where(Order.code == code)).one()
        payment = session.exec(select(Payment).where(Payment.order_id == order.id)).one()
        payment.paid_minor -= 1
    database.close()
