"""Orders that change, on the command line: new holders, dead tickets, money back, and the story."""

from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import update

from boxoffice.db import Database
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from tests.commands import Commands

CHANGE_FIELDS = {
    "short_code", "code", "order", "order_state", "event", "tier", "holder_name", "holder_email",
    "holder_document", "holder_company", "holder_title", "seat", "attention", "state", "generation",
    "price_minor", "discount_minor", "fee_minor", "currency",
}  # fmt: skip
PROOF = "--proof 'cash, receipt 17'"


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    """The program with an event on sale."""
    boxoffice.has_event()
    return boxoffice


def verdict(program: Commands, code: str) -> str:
    said: str = program(f"door scan {code} -e noite --json").rows[0]["verdict"]
    return said


def places_left(program: Commands) -> int:
    left: int = program("event show noite --json").json["tiers"][0]["places_left"]
    return left


def sold(program: Commands, quantity: int = 2) -> dict[str, Any]:
    told: dict[str, Any] = program.sells(
        f"--quantity {quantity} --buyer-name Rita --buyer-email rita@example.com"
    )["order"]
    return told


def mails(program: Commands) -> int:
    return len(list((program.home / "mail" / "new").iterdir()))


def test_a_transfer_answers_with_the_new_code_and_mails_it(selling: Commands) -> None:
    first = sold(selling)["tickets"][0]
    who = "--to-name 'Bia Reis' --to-email bia@example.com --to-document 529.982.247-25"

    told = selling(f"order transfer {first['short_code']} {who} --json").json

    assert set(told) == CHANGE_FIELDS | {"mailed"}
    assert (told["holder_name"], told["generation"], told["mailed"]) == ("Bia Reis", 1, True)
    assert told["holder_document"] == "***.982.247-**"
    assert verdict(selling, first["code"]) == "revoked"
    assert verdict(selling, told["code"]) == "ok"
    assert mails(selling) == 2


def test_a_lost_ticket_is_re_issued_by_the_code_on_the_old_paper(selling: Commands) -> None:
    first = sold(selling)["tickets"][0]

    told = selling(f"ticket reissue {first['code']} --reason lost --json").json

    assert (told["short_code"], told["generation"]) == (first["short_code"], 1)
    assert told["code"] != first["code"]
    assert selling(f"ticket show {first['code']} --json --fields code").json == {
        "code": told["code"]
    }


def test_a_ticket_is_blocked_and_unblocked(selling: Commands) -> None:
    first = sold(selling)["tickets"][0]
    name = first["short_code"]

    blocked = selling(f"ticket block {name} --reason stolen --json").json
    again = selling(f"ticket block {name} --reason stolen")

    assert (blocked["state"], blocked["code"]) == ("blocked", None)
    assert again.out == f"{name} was blocked.\n"
    assert verdict(selling, first["code"]) == "blocked"
    assert selling(f"ticket unblock {name} --reason found").out == f"{name} is valid.\n"
    assert verdict(selling, first["code"]) == "ok"


def test_a_ticket_is_shown_with_all_its_fields(selling: Commands) -> None:
    first = sold(selling)["tickets"][0]

    told = selling(f"ticket show {first['short_code'].lower()} --json").json

    assert set(told) == CHANGE_FIELDS
    assert (told["price_minor"], told["fee_minor"], told["order_state"]) == (10_000, 1_000, "paid")
    assert selling(f"ticket show {first['short_code']}").out.startswith(first["short_code"])


def test_tickets_are_sent_to_a_corrected_address(selling: Commands) -> None:
    code = sold(selling)["code"]

    told = selling(f"order resend {code} --to rita.n@example.com --json").json

    assert told == {"order": code, "to": "rita.n@example.com"}
    assert selling(f"order show {code} --json").json["order"]["buyer_email"] == told["to"]
    assert mails(selling) == 2


def test_a_note_for_the_door_is_read_there(selling: Commands) -> None:
    order_told = sold(selling)

    told = selling(f"order note {order_told['code']} 'gate B' --door --json").json

    assert told == {"order": order_told["code"], "note": "gate B", "door": True, "tickets": 2}
    assert verdict(selling, order_told["tickets"][0]["code"]) == "needs_confirmation"


def test_one_ticket_is_cancelled_and_its_place_is_free(selling: Commands) -> None:
    first, second = sold(selling)["tickets"]
    asked = selling(f"order cancel-ticket {first['short_code']} --reason ill --json")

    told = selling(f"order cancel-ticket {first['short_code']} --reason ill --yes --json").json

    assert (asked.code, asked.error["hint"]) == (2, "repeat with --yes")
    assert told["order"]["state"] == "paid"
    assert [ticket["state"] for ticket in told["order"]["tickets"]] == ["void", "valid"]
    assert places_left(selling) == 9
    last = selling(f"order cancel-ticket {second['short_code']} --reason ill --yes")
    assert "is cancelled." in last.out.splitlines()[1]


def test_cash_goes_back_with_a_proof_and_the_tickets_die(selling: Commands) -> None:
    order_told = sold(selling)
    code, first = order_told["code"], order_told["tickets"][0]
    without = selling(f"order refund {code} --yes --json")

    told = selling(f"order refund {code} --ticket {first['short_code']} {PROOF} --yes --json").json

    assert (without.code, without.error["code"]) == (2, "value.invalid")
    assert told["order"]["state"] == "partly_refunded"
    assert (told["refund"]["amount_minor"], told["refund"]["currency"]) == (11_000, "BRL")
    (part,) = told["refund"]["parts"]
    assert (part["method"], part["state"], part["proof"]) == ("cash", "by_hand", "cash, receipt 17")
    assert verdict(selling, first["code"]) == "cancelled"
    rest = selling(f"order refund {code} {PROOF} --keep-fee --yes")
    assert (rest.code, rest.out) == (0, f"{code} is refunded: R$ 90,00 goes back.\n")
    assert verdict(selling, order_told["tickets"][1]["code"]) == "refunded"
    assert places_left(selling) == 10


def test_more_money_than_is_left_is_refused(selling: Commands) -> None:
    code = sold(selling)["code"]

    ran = selling(f"order refund {code} --amount 220,01 {PROOF} --yes --json")

    assert (ran.code, ran.error["code"]) == (5, "refund.too_much")
    assert ran.error["details"] == {"left_minor": 22_000}


def test_a_repeat_under_one_key_gives_back_once(selling: Commands) -> None:
    code = sold(selling)["code"]
    line = f"order refund {code} --amount 10 {PROOF} --yes --json --idempotency-key r1"

    first, second = selling(line).json, selling(line).json

    assert first == second
    other = selling(f"order refund {code} --amount 11 {PROOF} --yes --json --idempotency-key r1")
    assert (other.code, other.error["code"]) == (5, "idempotency_key.reused")


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        ("--amount -5", 2),
        ("--amount 1.234", 2),
        ("--amount 0", 5),
        ("--ticket K7QX2M-1", 3),
        ("--idempotency-key ''", 2),
        (f"--reason {'x' * 201}", 2),
    ],
)
def test_what_makes_no_sense_gives_nothing_back(
    selling: Commands, words: str, exit_code: int
) -> None:
    code = sold(selling)["code"]

    ran = selling(f"order refund {code} {PROOF} --yes --json {words}")

    assert ran.code == exit_code, ran.err
    assert selling(f"order show {code} --json").json["order"]["state"] == "paid"


def test_a_ticket_of_another_order_is_not_refunded_here(selling: Commands) -> None:
    mine, other = sold(selling), sold(selling)

    ran = selling(
        f"order refund {mine['code']} --ticket {other['tickets'][0]['short_code']} {PROOF} --yes"
    )

    assert (ran.code, ran.out) == (2, "")
    assert "is not one of order" in ran.err


def test_the_history_of_an_order_is_told_from_the_first_line(selling: Commands) -> None:
    code = sold(selling)["code"]
    selling(f"order note {code} 'ask for Bia'")
    selling(f"order refund {code} {PROOF} --yes")

    told = selling(f"order history {code} --json").rows

    verbs = [row["verb"] for row in told]
    assert verbs[0] == "order.place"
    assert verbs[-2:] == ["order.note", "order.refund"]
    assert {frozenset(row) for row in told} == {frozenset({"at", "actor", "verb", "facts"})}
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)
    lines = selling(f"order history {code}").out.splitlines()
    assert [line.split("\t")[2] for line in lines] == verbs


def test_money_of_the_gateway_is_asked_for_and_said_not_to_be_sent(selling: Commands) -> None:
    code = sold(selling)["code"]
    url = selling.settings["BOXOFFICE_DATABASE_URL"]
    with closing(Database(url)) as database, database.writing() as session:
        session.exec(update(Payment).values(provider="asaas", method=Method.PIX))

    ran = selling(f"order refund {code} --yes --json")

    assert ran.json["order"]["state"] == "refunded"
    assert [part["state"] for part in ran.json["refund"]["parts"]] == ["requested"]
    assert "R$ 220,00 (pix) is asked for here, and not sent yet." in ran.err
