"""Orders on the command line: sold, repeated under a key, cancelled once, printed for the guest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from tests.commands import Commands, Ran

SALE = "order sell -e noite --tier 'Lote 1' --json --idempotency-key k1"


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def codes_in(pdf: bytes) -> Iterator[str]:
    """Yield what a scanner reads on each page."""
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        for page in document:
            image = page.render(scale=3).to_pil()
            yield from (found.text for found in zxingcpp.read_barcodes(image))


def test_a_repeat_under_one_key_answers_with_the_same_order(selling: Commands) -> None:
    first, second = selling(SALE), selling(SALE)

    assert second.json == first.json
    assert selling("event show noite --json").json["tiers"][0]["places_left"] == 9


def test_two_processes_with_one_key_at_once_make_one_order(selling: Commands) -> None:
    def sell(_: int) -> Ran:
        return selling.process(SALE)

    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(sell, range(2)))

    assert [one.code for one in ran] == [0, 0], [one.err for one in ran]
    assert ran[0].json == ran[1].json
    assert len(selling("order list --json").rows) == 1


def test_a_courtesy_costs_nothing(selling: Commands) -> None:
    told = selling.sells("--method courtesy")

    assert (told["order"]["total_minor"], told["payment"]["method"]) == (0, "courtesy")
    assert told["order"]["tickets"][0]["code"]


def test_quiet_prints_the_code_alone(selling: Commands) -> None:
    ran = selling("order sell -e noite --tier 'Lote 1' --quiet")

    assert ran.out.strip() == selling("order list --json").rows[0]["code"]


def test_a_document_is_masked_in_what_is_shown(selling: Commands) -> None:
    told = selling("order sell -e noite -t 'Lote 1' --buyer-document 390.533.447-05 --json")

    assert told.json["order"]["buyer_document"] == "***.533.447-**"
    assert "39053344705" not in told.out + told.err


@pytest.mark.parametrize("text", ["joao AVILA", "joão d'áv", "JOAO@EXAMPLE.COM", "aurora joao"])
def test_people_are_found_whatever_the_accents(selling: Commands, text: str) -> None:
    name = ("--buyer-name", "João d'Ávila Aurora")
    code = selling.sells("--buyer-email joao@example.com", *name)["order"]["code"]

    assert [row["code"] for row in selling("order find --json", text).rows] == [code]


def test_a_cancelled_order_gives_its_places_back_once(selling: Commands) -> None:
    code = selling.sells("--quantity 3")["order"]["code"]

    asked = selling(f"order cancel {code} --json")
    first = selling(f"order cancel {code} --yes --reason twice --json").json
    second = selling(f"order cancel {code} --yes")

    assert (asked.code, asked.error["hint"]) == (2, "repeat with --yes")
    assert first["order"]["state"] == "cancelled"
    assert {ticket["code"] for ticket in first["order"]["tickets"]} == {None}
    assert (second.code, second.out) == (0, f"{code} was cancelled before.\n")
    assert selling("event show noite --json").json["tiers"][0]["places_left"] == 10


def test_a_cancelled_ticket_does_not_open_the_door(selling: Commands) -> None:
    order = selling.sells()["order"]
    selling(f"order cancel {order['code']} --yes")

    ran = selling(f"door scan {order['tickets'][0]['code']} -e noite --json")

    assert (ran.code, ran.rows[0]["verdict"]) == (30, "cancelled")


@pytest.mark.parametrize("paper", ["a4", "receipt"])
def test_a_printed_ticket_admits_once_and_then_says_when_and_where(
    selling: Commands, tmp_path: Path, paper: str
) -> None:
    order = selling.sells("--quantity 2 --buyer-name Rita")["order"]
    out = tmp_path / "tickets.pdf"

    ran = selling(f"ticket pdf {order['code']} --paper {paper} --out", str(out))

    assert (ran.code, ran.out) == (0, "")
    codes = list(codes_in(out.read_bytes()))
    assert codes == [ticket["code"] for ticket in order["tickets"]]
    scans = [selling(f"door scan {codes[1]} -e noite --gate A --json") for _ in range(2)]
    assert [scan.code for scan in scans] == [0, 20]
    assert scans[1].rows[0]["message"].startswith("already in since ")
    assert " at A, by " in scans[1].rows[0]["message"]


def test_one_ticket_of_an_order_goes_to_stdout(selling: Commands) -> None:
    ticket = selling.sells("--quantity 3")["order"]["tickets"][2]

    ran = selling(f"ticket pdf {ticket['short_code'].lower()} --out -")

    assert (ran.code, ran.err) == (0, "")
    assert list(codes_in(ran.raw_out)) == [ticket["code"]]


@pytest.mark.parametrize("out", ["/proc/no/such.pdf", "{home}", "{home}/no/such.pdf"])
def test_a_file_that_cannot_be_written_is_told(selling: Commands, out: str) -> None:
    code = selling.sells()["order"]["code"]

    ran = selling(f"ticket pdf {code} --out", out.format(home=selling.home))

    assert (ran.code, ran.out) == (2, "")
    assert "cannot be written" in ran.err


def test_nothing_is_printed_for_who_has_not_paid_or_has_cancelled(
    charging: Commands, tmp_path: Path
) -> None:
    buyer = "--buyer-name Rita --buyer-email r@example.com --buyer-document 39053344705"
    placed = charging(f"order place -e noite -t 'Lote 1' {buyer} --json").json["order"]["code"]
    cancelled = charging.sells()["order"]["code"]
    charging(f"order cancel {cancelled} --yes")
    out = tmp_path / "tickets.pdf"

    refusals = [
        charging(f"ticket pdf {code} --out", str(out)).code
        for code in (placed, cancelled, "K7QX2M", f"{placed}-9")
    ]

    assert refusals == [5, 5, 3, 3]
    assert not out.exists()
