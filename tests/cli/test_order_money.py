"""Orders that change with their money, from the command line: swap, add, pay, parts, the buyer."""

from typing import Any

import pytest

from boxoffice.sandbox.ledger import Refusal, Sandbox
from tests.commands import Commands

RITA = "--buyer-name 'Rita Nogueira' --buyer-email rita@example.com --buyer-document 39053344705"
EVENT = """
[event]
slug = "noite"
title = "Noite"
starts_at = "2099-12-01T19:00"
fee_percent = 10
[[tier]]
name = "Lote 1"
price = "100,00"
quota = 3
[[tier]]
name = "VIP"
price = "150,00"
quota = 3
[[tier]]
name = "Cortesia"
price = "80,00"
quota = 3
category = "courtesy"
"""


@pytest.fixture
def gated(charging: Commands) -> Commands:
    """The program with a gateway, and this event beside the other."""
    charging.has_event(EVENT.replace('"noite"', '"gala"'))
    return charging


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event(EVENT)
    return boxoffice


def shown(commands: Commands, code: str) -> tuple[str, int, int, list[str]]:
    """Return an order's state, total, balance, and the tiers and states of its tickets."""
    order = commands(f"order show {code} --json").json["order"]
    tickets = [f"{ticket['tier']} {ticket['state']}" for ticket in order["tickets"]]
    return order["state"], order["total_minor"], order["balance_minor"], tickets


def asked(gateway: Sandbox) -> list[Any]:
    return [c for c in gateway.charges({"limit": "100"})["data"] if not c["deleted"]]


def test_a_swap_for_cash_keeps_the_code_and_tells_both_tiers(selling: Commands) -> None:
    order = selling.sells(RITA)["order"]

    ran = selling(f"order swap {order['code']}-1 --tier VIP --method cash")

    assert ran.out.splitlines()[0] == f"{order['code']}-1: Lote 1 -> VIP."
    after = selling(f"order show {order['code']} --json").json["order"]
    assert after["tickets"][0]["code"] == order["tickets"][0]["code"]
    assert shown(selling, order["code"]) == ("paid", 16_500, 0, ["VIP valid"])
    assert selling("report money -e noite --json").json["agree"]


def test_a_cheaper_tier_gives_back_with_a_proof_or_keeps_the_difference(selling: Commands) -> None:
    first, second = (selling.sells("--tier VIP")["order"]["code"] for _ in range(2))

    assert selling(f"order swap {first}-1 --tier 'Lote 1' --json").error["exit"] == 2
    ran = selling(f"order swap {first}-1 --tier 'Lote 1' --proof 'receipt 17'")
    kept = selling(f"order swap {second}-1 --tier 'Lote 1' --keep-difference")

    assert "R$ 55,00 goes back." in ran.out
    assert "goes back" not in kept.out
    assert shown(selling, first) == ("partly_refunded", 16_500, 0, ["Lote 1 valid"])
    assert shown(selling, second) == ("paid", 16_500, 0, ["Lote 1 valid"])
    assert selling("report money -e noite --json").json["agree"]


@pytest.mark.parametrize(
    ("line", "exit_code"),
    [
        ("order swap {code}-1 --tier VIP", 2),
        ("order swap {code}-1 --tier Nada --method cash", 3),
        ("order swap {code}-9 --tier VIP --method cash", 3),
        ("order swap {code}-1 --tier 'Lote 1' --method cash", 5),
        ("order swap {code}-1 --tier VIP --method gold", 2),
        ("order swap {code}-1 --tier VIP --method cash --fields nope", 2),
        ("order add {code} --tier VIP --quantity 4 --method cash", 5),
        ("order add {code} --tier VIP --quantity 0 --method cash", 2),
        ("order add {code} --tier VIP", 2),
        ("order add NADA22 --tier VIP --method cash", 3),
        ("order pay NADA22 --method cash", 3),
        ("order change {code}", 2),
        ("order change {code} --buyer-email nobody", 2),
        ("order change {code} --buyer-name \u3164", 2),
        ("order sell -e noite -t VIP --method cash=50", 2),
        ("order sell -e noite -t VIP --method cash=500 --method external", 2),
        ("order sell -e noite -t VIP --method cash=50 --method external --given 40", 5),
        ("order sell -e noite -t VIP --method pix", 2),
        ("order sell -e noite -t VIP --method cash=x --method external", 2),
        ("order sell -e noite -t VIP --method cash=50 --method pix", 2),
    ],
)
def test_what_is_refused_answers_nothing_and_changes_nothing(
    selling: Commands, line: str, exit_code: int
) -> None:
    code = selling.sells()["order"]["code"]
    before = selling("order list --json").out, selling(f"order history {code} --json").out

    error = selling(line.format(code=code) + " --json").error

    assert error["exit"] == exit_code
    after = selling("order list --json").out, selling(f"order history {code} --json").out
    assert after == before


def test_places_are_added_and_the_history_tells_it_in_words(selling: Commands) -> None:
    code = selling.sells()["order"]["code"]

    assert (
        f"{code}-2, {code}-3 added for R$ 330,00."
        in selling(f"order add {code} --tier VIP --quantity 2 --method cash").out
    )

    said = [line.split("\t")[3] for line in selling(f"order history {code}").out.splitlines()]
    assert said[0] == "placed (counter), to be paid by cash: R$ 110,00"
    assert "2 places of VIP added for R$ 330,00" in said
    assert said[-1] == "all of its money is in; 2 more tickets are good"


def test_the_buyer_is_corrected_and_found_by_the_new_name(selling: Commands) -> None:
    code = selling.sells(RITA)["order"]["code"]

    ran = selling(f"order change {code} --buyer-name 'Rita Souza' --buyer-company Farma --json")

    assert ran.json["order"]["buyer_name"] == "Rita Souza"
    assert [row["code"] for row in selling("order find souza --json").rows] == [code]
    again = selling(f"order change {code} --buyer-name 'Rita Souza'")
    assert again.out == f"{code}: nothing has changed.\n"
    assert "Souza" not in selling(f"order history {code} --json").out


def test_a_courtesy_tier_is_given_without_money_or_fee(selling: Commands) -> None:
    told = selling("order sell -e noite -t Cortesia --json").json

    assert (told["order"]["total_minor"], told["order"]["fee_minor"]) == (0, 0)
    assert told["payment"]["method"] == "courtesy"


def test_fields_without_json_are_refused(selling: Commands) -> None:
    ran = selling("order list --fields code")

    assert (ran.code, ran.out) == (2, "")
    assert "hint: add --json" in ran.err


def test_a_dry_run_adds_neither_event_nor_tier(selling: Commands) -> None:
    tier = selling("tier add noite Extra --price 10 --quota 5 --dry-run")
    made = selling("event create outra --title Outra --starts-at 2099-12-01T19:00 --dry-run")

    assert (tier.out, tier.err) == ("+ tier Extra: 5 places at R$ 10,00\n", "nothing written.\n")
    assert "nothing written." in made.err
    assert [row["slug"] for row in selling("event list --json").rows] == ["noite"]
    assert len(selling("tier list noite --json").rows) == 3


def test_a_sale_in_parts_is_paid_when_the_pix_is(gated: Commands, gateway: Sandbox) -> None:
    line = f"order sell -e gala -t VIP {RITA} --method cash=50 --method pix --json"

    told = gated(f"{line} --idempotency-key k1").json
    again = gated(f"{line} --idempotency-key k1").json

    code = told["order"]["code"]
    assert (told["order"]["state"], told["order"]["balance_minor"]) == ("placed", 11_500)
    assert (told["payment"]["amount_minor"], bool(told["payment"]["pix_payload"])) == (11_500, True)
    assert again["order"]["code"] == code
    (charge,) = asked(gateway)
    assert charge["value"] == 115
    gateway.pay(charge["id"])
    gated(f"order cancel {code} --yes")  # the gateway says that it was paid first
    gated("job run --until-empty")
    assert shown(gated, code) == ("paid", 16_500, 0, ["VIP valid"])


def test_the_rest_of_a_sale_in_parts_may_be_cash_after_all(
    gated: Commands, gateway: Sandbox
) -> None:
    line = f"order sell -e gala -t VIP {RITA} --method cash=50 --method pix --quiet"
    code = gated(line).out.strip()

    ran = gated(f"order pay {code} --method cash")

    assert ran.code == 0
    assert shown(gated, code) == ("paid", 16_500, 0, ["VIP valid"])
    assert asked(gateway) == []
    assert gated(f"order pay {code} --method cash").err == f"{code} owed nothing.\n"


def test_a_refused_part_leaves_the_cash_and_the_order(
    gated: Commands, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> None:
        raise Refusal("invalid_customer", "Não.")

    monkeypatch.setattr(gateway, "create_charge", refused)
    line = f"order sell -e gala -t VIP {RITA} --method cash=50 --method pix --json"

    error = gated(line).error

    assert (error["code"], error["exit"]) == ("charge.refused", 5)
    code = error["details"]["order"]
    assert error["hint"].endswith(f"boxoffice order pay {code} --method cash")
    assert shown(gated, code) == ("placed", 16_500, 11_500, ["VIP held"])


def test_a_swap_of_an_order_that_waits_replaces_its_charge(
    gated: Commands, gateway: Sandbox
) -> None:
    told = gated(f"order place -e gala -t 'Lote 1' {RITA} --json").json
    code = told["order"]["code"]

    after = gated(f"order swap {code}-1 --tier VIP --json").json

    assert after["payment"]["amount_minor"] == after["order"]["balance_minor"] == 16_500
    assert [charge["value"] for charge in asked(gateway)] == [165]
    assert after["payment"]["pix_payload"] != told["payment"]["pix_payload"]
