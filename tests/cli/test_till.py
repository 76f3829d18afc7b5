"""The till and the counter on the command line: float, sales, change, drops, the count."""

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from tests.commands import Commands

SHIFT = (
    "code clerk state opened_at closed_at currency float_minor cash_sales_minor "
    "cash_refunds_minor drops_minor expected_minor counted_minor difference_minor note passed drops"
).split()
SELL = "order sell -e noite"


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def test_a_shift_from_the_float_to_the_report(selling: Commands) -> None:
    opened = selling("till open --float 200 --json").json
    selling.sells("--quantity 2")
    selling.sells("--method external")
    selling.sells("--method courtesy")
    dropped = selling("till drop 150,00 --json --note", "to the safe").json
    status = selling("till status --json").json
    closed = selling("till close --counted 'R$ 265,00' --json --note", "a note was torn").json
    reported = selling(f"till report {opened['code']} --json").json

    assert list(opened) == SHIFT
    assert (opened["state"], opened["float_minor"], opened["expected_minor"]) == (
        "open",
        20_000,
        20_000,
    )
    assert status == dropped
    assert status["cash_sales_minor"] == 22_000
    assert status["expected_minor"] == 27_000
    assert status["drops"][0]["note"] == "to the safe"
    assert [(one["kind"], one["method"], one["amount_minor"]) for one in status["passed"]] == [
        ("sale", "cash", 22_000),
        ("sale", "external", 11_000),
        ("drop", "cash", 15_000),
    ]
    assert (closed["state"], closed["counted_minor"], closed["difference_minor"]) == (
        "closed",
        26_500,
        -500,
    )
    assert reported == closed == selling("till report --json").json


def test_for_people_the_count_stands_beside_what_was_expected(selling: Commands) -> None:
    selling("till open --float 200")
    selling.sells()

    ran = selling("till close --counted 305")

    assert ran.code == 0
    told = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert told["expected"] == "R$ 310,00"
    assert told["counted"] == "R$ 305,00"
    assert told["difference"] == "-R$ 5,00"
    assert "till report" in ran.err


@pytest.mark.parametrize("line", ["status", "drop 10", "close --counted 10"])
def test_without_an_open_till_the_command_that_opens_one_is_told(
    boxoffice: Commands, line: str
) -> None:
    ran = boxoffice(f"till {line} --json")

    assert (ran.code, ran.error["code"]) == (5, "till.closed")
    assert "boxoffice till open" in ran.error["hint"]


def test_opening_and_closing_twice_are_refused(boxoffice: Commands) -> None:
    opened, again = (boxoffice("till open --json") for _ in range(2))
    closed, twice = (boxoffice("till close --counted 0 --json") for _ in range(2))

    assert (opened.code, again.code, again.error["code"]) == (0, 5, "till.open")
    assert (closed.code, twice.code, twice.error["code"]) == (0, 5, "till.closed")


@pytest.mark.parametrize(
    ("line", "exit_code", "case"),
    [
        ("drop 0", 2, "value.invalid"),
        ("drop -- -5", 2, "value.invalid"),
        ("drop 1.234", 2, "value.invalid"),
        ("drop 200,01", 5, "till.short"),
        ("drop 10 --note 'a\x1b[2Jb'", 2, "value.invalid"),
        ("drop 10 --fields nope", 2, "value.invalid"),
        ("close --counted many", 2, "value.invalid"),
        ("close --counted 10000000,01", 2, "value.invalid"),
        ("close --counted 10 --fields nope", 2, "value.invalid"),
        ("report NOPE22", 3, "shift.not_found"),
        ("report --pdf -", 2, "value.invalid"),
        ("report --pdf /proc/no/such.pdf", 2, "file.invalid"),
    ],
)
def test_what_makes_no_sense_is_named_and_changes_nothing(
    boxoffice: Commands, line: str, exit_code: int, case: str
) -> None:
    before = boxoffice("till open --float 200 --json").json
    verb, *rest = line.split(maxsplit=1)

    ran = boxoffice(f"till {verb} --json {' '.join(rest)}")

    assert (ran.code, ran.error["code"]) == (exit_code, case)
    assert boxoffice("till status --json").json == before


def test_a_wrong_field_opens_no_till(boxoffice: Commands) -> None:
    assert boxoffice("till open --json --fields nope").code == 2
    assert boxoffice("till status").code == 5
    assert boxoffice("till report").code == 3


def test_the_report_is_printed_to_a_file_or_to_stdout(selling: Commands, tmp_path: Path) -> None:
    selling("till open --float 200")
    selling("till close --counted 200")
    out = tmp_path / "till.pdf"

    to_file, to_stdout = selling("till report --pdf", str(out)), selling("till report --pdf -")

    assert (to_file.code, to_stdout.code) == (0, 0)
    assert "difference" in to_file.out
    assert out.read_bytes() == to_stdout.raw_out
    with pypdfium2.PdfDocument(BytesIO(to_stdout.raw_out)) as document:
        assert document[0].get_width() == pytest.approx(80 / 25.4 * 72)
        assert "R$ 200,00" in document[0].get_textpage().get_text_bounded()


def test_several_tiers_are_sold_at_once_each_with_its_quantity(selling: Commands) -> None:
    told = selling.sells("--tier 'Lote 1' --quantity 2 --tier Meia --quantity 1")

    assert [ticket["tier"] for ticket in told["order"]["tickets"]] == ["Lote 1", "Lote 1", "Meia"]
    assert told["order"]["total_minor"] == 27_500
    tiers = selling("event show noite --json").json["tiers"]
    assert {tier["name"]: tier["places_left"] for tier in tiers} == {
        "Lote 1": 8,
        "Lote 2": 10,
        "Meia": 4,
    }


def test_tiers_without_quantities_are_one_place_each(selling: Commands) -> None:
    told = selling.sells("--tier 'Lote 1' --tier Meia")

    assert [ticket["tier"] for ticket in told["order"]["tickets"]] == ["Lote 1", "Meia"]


@pytest.mark.parametrize(
    ("flags", "exit_code"),
    [
        ("--tier 'Lote 1' --tier Meia --quantity 2", 2),
        ("--tier 'Lote 1' --quantity 1 --quantity 2", 2),
        ("--tier 'Lote 1' --quantity 1 --tier Meia --quantity 0", 2),
        ("--tier 'Lote 1' --quantity 1 --tier Meia --quantity 6", 5),
        ("--tier 'Lote 1' --tier Nope", 3),
        ("--tier 'Lote 1' --given 109,99", 5),
        ("--tier 'Lote 1' --given 1.234", 2),
        ("--tier 'Lote 1' --given 200 --method external", 2),
        ("--tier 'Lote 1' --given 200 --fields nope", 2),
    ],
)
def test_a_sale_that_makes_no_sense_sells_nothing(
    selling: Commands, flags: str, exit_code: int
) -> None:
    ran = selling(f"{SELL} {flags} --json")

    assert (ran.code, ran.out) == (exit_code, "")
    assert selling("order list --json").rows == []
    assert selling("event show noite --json").json["places_left"] == 25


def test_the_change_is_told(selling: Commands) -> None:
    told = selling.sells("--given 150")
    exact = selling.sells("--given 110")
    plain = selling(f"{SELL} --tier 'Lote 1' --given 'R$ 150,00'")
    quiet = selling(f"{SELL} --tier 'Lote 1' --given 150 --quiet")
    narrow = selling(f"{SELL} --tier 'Lote 1' --given 150 --json --fields change_minor,order.state")

    assert (told["change_minor"], exact["change_minor"]) == (4_000, 0)
    assert "change_minor" not in selling.sells()
    assert plain.err == quiet.err == "change: R$ 40,00\n"
    assert len(quiet.out.strip()) == 6
    assert narrow.json == {"change_minor": 4_000, "order.state": "paid"}


def test_too_little_cash_is_refused_with_what_is_missing(selling: Commands) -> None:
    ran = selling(f"{SELL} --tier 'Lote 1' --given 100 --json")

    assert (ran.error["code"], ran.error["details"]["missing_minor"]) == (
        "till.given_too_little",
        1_000,
    )


def test_a_drop_is_kept_by_a_process_that_does_nothing_else(selling: Commands) -> None:
    selling("till open --float 200")

    dropped = selling.process("till drop 50 --json")

    assert dropped.json["expected_minor"] == 15_000
