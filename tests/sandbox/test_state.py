"""A stand-in that is started again remembers."""

import stat
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from boxoffice.errors import Misconfigured
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.refusal import Refusal
from tests.sandbox.charges import CPF, a_charge
from tests.sandbox.conftest import Told


def test_charges_customers_and_refunds_are_remembered(tmp_path: Path) -> None:
    state = tmp_path / "asaas.sqlite"
    with closing(Sandbox(state=state)) as before:
        paid, open_one = a_charge(before, value=Decimal("129.90")), a_charge(before)
        before.pay(paid)
        before.refund(paid, {"value": Decimal(40)})
        rows = before.charges({})["data"]

    with closing(Sandbox(state=state)) as after:
        assert after.charges({})["data"] == rows
        assert after.customers({"cpfCnpj": CPF})["totalCount"] == 2
        assert after.refund(paid, {})["status"] == "REFUNDED"
        assert after.pay(open_one)["status"] == "RECEIVED"
        assert after.create_customer({"name": "Ana", "cpfCnpj": CPF})["id"] == "cus_000000000003"


def test_a_deletion_is_remembered(tmp_path: Path) -> None:
    state = tmp_path / "asaas.sqlite"
    with closing(Sandbox(state=state)) as before:
        charge_id = a_charge(before)
        before.delete(charge_id)

    with closing(Sandbox(state=state)) as after, pytest.raises(Refusal):
        after.delete(charge_id)


def test_letters_that_waited_are_sent_after_a_restart(tmp_path: Path, told: Told) -> None:
    state, url = tmp_path / "asaas.sqlite", told.sandbox.letters.url
    with closing(Sandbox(state=state, webhook_url=url)) as before:
        hook_id = before.hooks.listed({})["data"][0]["id"]
        before.hooks.update(hook_id, {"interrupted": True})
        before.pay(a_charge(before))
    told_before = list(told.letters)

    with closing(Sandbox(state=state)) as after:
        after.hooks.update(hook_id, {"interrupted": False})
        after.flush()
        a_charge(after)
        after.flush()

    names = ["PAYMENT_CREATED", "PAYMENT_RECEIVED", "PAYMENT_CREATED"]
    assert told_before == []
    assert [letter["event"] for letter in told.letters] == names
    assert len({letter["id"] for letter in told.letters}) == 3


def test_a_letter_that_was_delivered_is_not_sent_again(tmp_path: Path, told: Told) -> None:
    state, url = tmp_path / "asaas.sqlite", told.sandbox.letters.url
    with closing(Sandbox(state=state, webhook_url=url)) as before:
        a_charge(before)
        before.flush()

    with closing(Sandbox(state=state)) as after:
        assert after.letters.waiting_count == 0
    assert len(told.letters) == 1


def test_two_sandboxes_do_not_share_a_file(tmp_path: Path) -> None:
    state = tmp_path / "asaas.sqlite"
    with closing(Sandbox(state=state)) as first:
        a_charge(first)
        with pytest.raises(Misconfigured):
            Sandbox(state=state)

    with closing(Sandbox(state=state)) as second:
        assert second.charges({})["totalCount"] == 1


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    state = tmp_path / "asaas.sqlite"
    with closing(Sandbox(state=state)):
        assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_a_file_that_is_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("not a database, and long enough to be looked at as one\n" * 10)

    with pytest.raises(Misconfigured):
        Sandbox(state=state)

    assert state.read_text().startswith("not a database")
