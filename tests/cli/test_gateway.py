"""The commands about the gateway: reconcile, disown, hooks and letters, and payments shown."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import zxingcpp
from PIL import Image

from boxoffice.errors import GatewaySilent
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.payments.letters import keep_letter
from boxoffice.payments.provider import Hook
from boxoffice.settings import Settings
from boxoffice.staff.rules import SYSTEM
from tests.cli.test_charging import PLACE
from tests.commands import TOKEN, Commands
from tests.payments.truth import Truth

HOOK = Hook("hook_1", "boxoffice", "https://a.example/webhooks/asaas", True, False, 0, ("X",), True)  # noqa: FBT003  (as the gateway lists them)


@pytest.fixture
def truth() -> Iterator[Truth]:
    made = Truth()
    with patch.object(BoxOffice, "provider", made):
        yield made


@pytest.fixture
def selling(boxoffice: Commands, truth: Truth) -> Commands:
    assert truth.charges == {}
    made = boxoffice.setting(asaas_webhook_token=TOKEN)
    assert made("init").code == 0
    made.has_event()
    return made


def placed(program: Commands) -> Any:
    return program(PLACE).json


def test_reconcile_finds_money_whose_letter_never_came(selling: Commands, truth: Truth) -> None:
    sale = placed(selling)
    truth.pays(sale["payment"]["provider_id"])

    ran = selling("payment reconcile --json")

    assert (ran.code, ran.rows) == (0, [])
    assert "1 mended" in ran.err
    state = selling(f"order show {sale['order']['code']} --json").json["order"]["state"]
    assert state == "paid"


def test_reconcile_lists_what_is_left_with_the_command_that_mends_it(
    selling: Commands, truth: Truth
) -> None:
    truth.add("pay_other", "shop-77", Money(5_000))
    truth.pays("pay_other")

    told = selling("payment reconcile --json")
    mended = selling("payment disown pay_other --note 'the shop' --yes --json")
    again = selling("payment disown pay_other --note 'the shop' --yes --json")

    assert told.code == 7
    assert told.rows[0] == {
        "kind": "charge_without_order",
        "subject": "pay_other",
        "amount_minor": 5_000,
        "currency": "BRL",
        "what": "refers to no payment of ours",
        "mend": "boxoffice payment disown pay_other --note …",
    }
    assert (mended.json["disowned"], again.json["disowned"]) == (True, False)
    assert selling("payment reconcile").code == 0


def test_reconcile_with_a_silent_gateway_is_to_be_tried_later(
    selling: Commands, truth: Truth
) -> None:
    truth.dies_after = {"list"}

    ran = selling("payment reconcile --json")

    assert ran.code == GatewaySilent.exit_code
    assert ran.error["code"] == "gateway.unavailable"


def test_a_charge_nobody_saw_cannot_be_disowned(selling: Commands) -> None:
    ran = selling("payment disown pay_none --note x --yes --json")

    assert (ran.code, ran.error["code"]) == (3, "charge.not_found")


def test_status_says_when_letters_have_stopped_and_reactivate_mends_it(
    selling: Commands, truth: Truth
) -> None:
    nothing = selling("webhook status")
    made = selling("webhook register --url https://a.example --email me@example.com --yes --json")
    fine = selling("webhook status --json")
    truth.hook = replace(HOOK, is_interrupted=True)
    stopped = selling("webhook status")
    resumed = selling("webhook reactivate")

    assert (nothing.code, fine.code, stopped.code) == (8, 0, 8)
    assert made.json["url"] == "https://a.example/webhooks/asaas"
    assert fine.json["problems"] == []
    assert "hint: boxoffice webhook reactivate" in stopped.err
    assert resumed.out == "boxoffice sends again.\n"
    assert selling("webhook status").code == 0


def test_payments_are_listed_newest_first_and_by_what_they_are(
    selling: Commands, truth: Truth
) -> None:
    cash = selling.sells()
    pix = placed(selling)
    every = selling("payment list --json").rows
    waiting = selling("payment list --method pix --state waiting --limit 1 --json --fields order")
    truth.pays(pix["payment"]["provider_id"])
    selling("payment reconcile")

    assert [row["order"] for row in every] == [pix["order"]["code"], cash["order"]["code"]]
    assert [(row["method"], row["state"]) for row in every] == [
        ("pix", "waiting"),
        ("cash", "settled"),
    ]
    assert waiting.json == {"order": pix["order"]["code"]}
    assert selling("payment list --state waiting --json").rows == []
    assert selling("payment list --method gold --json").error["code"] == "value.invalid"
    assert selling("payment list --state gold --json").error["code"] == "value.invalid"
    assert selling("payment list -e nothing --json").code == 3


def test_letters_are_sent_nowhere_but_over_a_safe_line(selling: Commands) -> None:
    ran = selling("webhook register --url http://a.example --email me@example.com --yes --json")

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")


def test_a_letter_can_be_seen_and_read_again(selling: Commands, truth: Truth) -> None:
    sale = placed(selling)
    charge_id = sale["payment"]["provider_id"]
    body = json.dumps({"id": "evt_1&7", "payment": {"id": charge_id}}).encode()
    with (
        closing(BoxOffice(Settings.read(selling.environment()))) as office,
        office.writing() as kept,
    ):
        keep_letter(kept, SYSTEM, "asaas", body, json.loads(body), now=office.now())
    first = selling("webhook replay 'evt_1&7' --json").json
    truth.pays(charge_id)
    second = selling("webhook replay 'evt_1&7' --json").json
    shown = selling("webhook show 'evt_1&7' --json").json

    assert (first["outcome"], second["outcome"]) == ("already so", "paid")
    assert (shown["charge"], shown["outcome"]) == (charge_id, "paid")
    assert shown["body"]["id"] == "evt_1&7"
    assert selling("webhook show evt_none").code == 3


def test_the_pix_code_is_written_as_a_picture_that_reads(
    selling: Commands, truth: Truth, tmp_path: Path
) -> None:
    sale = placed(selling)
    code, path = sale["order"]["code"], tmp_path / "pix.png"

    written = selling(f"payment show {code} --json --png", str(path))
    piped = selling(f"payment show {code} --png -")

    payload = truth.charges[sale["payment"]["provider_id"]].pix_payload
    assert written.json["pix_payload"] == payload
    for picture in (path.read_bytes(), piped.raw_out):
        (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
        assert found.text == payload


def test_nothing_is_copied_where_nobody_could_paste_it(selling: Commands) -> None:
    code = placed(selling)["order"]["code"]

    ran = selling(f"payment show {code} --copy --json")

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")


def test_watching_tells_each_change_as_a_line(selling: Commands, truth: Truth) -> None:
    sale = placed(selling)
    code = sale["order"]["code"]
    late = selling(f"payment watch {code} --timeout 1 --json")
    truth.pays(sale["payment"]["provider_id"])
    selling("payment reconcile")
    done = selling(f"payment watch {code} --timeout 1 --json")

    assert late.code == 75
    assert late.rows == [{"code": code, "state": "placed", "payment_state": "waiting"}]
    assert done.json == {"code": code, "state": "paid", "payment_state": "settled"}


def test_a_refund_reaches_the_gateway_with_the_command_that_asks_for_it(
    selling: Commands, truth: Truth
) -> None:
    sale = placed(selling)
    truth.pays(sale["payment"]["provider_id"])
    selling("payment reconcile")

    ran = selling(f"payment refund {sale['order']['code']} --yes --json").json

    assert [part["state"] for part in ran["refund"]["parts"]] == ["done"]
    assert truth.calls.count("refund") == 1
    assert selling("payment reconcile").code == 0
