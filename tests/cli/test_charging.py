"""Orders that the gateway collects: opened, paid and mailed; silent, refusing, asked twice."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from boxoffice.cli import opening
from boxoffice.office import BoxOffice, utc_now
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Refusal, Sandbox
from boxoffice.settings import Settings
from tests.commands import Commands
from tests.services.switch import Switch

RITA = "--buyer-name 'Rita Nogueira' --buyer-email rita@example.com --buyer-document 39053344705"
PLACE = f"order place -e noite -t 'Lote 1' {RITA} --json"


def charges(gateway: Sandbox) -> list[Any]:
    """Return every charge of the gateway that nobody deleted."""
    return [c for c in gateway.charges({"limit": "100"})["data"] if not c["deleted"]]


@contextmanager
def a_minute_later(settings: Settings) -> Iterator[BoxOffice]:
    """Open the office a minute from now."""
    made = BoxOffice(settings, now=lambda: utc_now() + timedelta(minutes=1))
    with closing(made):
        yield made


def places_left(boxoffice: Commands) -> int:
    return int(boxoffice("event show noite --json").json["tiers"][0]["places_left"])


def test_a_pix_is_placed_paid_and_mailed(
    charging: Commands, gateway: Sandbox, server: Switch
) -> None:
    with charging.listening() as (_, url):
        gateway.letters.url = f"{url}/webhooks/asaas"
        placed = charging(PLACE).json
        charge = placed["payment"]["provider_id"]

        paid = charging(f"sandbox pay {charge} --url {server.url} --json").json
        gateway.flush()

    charging("job run --until-empty")
    assert paid == {"charge": charge, "status": "RECEIVED"}
    told = charging(f"order show {placed['order']['code']} --json").json
    assert (told["order"]["state"], told["payment"]["state"]) == ("paid", "settled")
    assert told["order"]["tickets"][0]["code"]
    letters = charging("webhook list --json").rows
    assert len({letter["event_id"] for letter in letters}) == len(letters)
    (mail,) = (charging.home / "mail" / "new").glob("*.eml")
    assert b"rita@example.com" in mail.read_bytes()


@pytest.mark.parametrize(
    "trouble",
    [
        Faults(error_500=1),
        Faults(html_error=1),
        Faults(too_many=1),
        Faults(error_500_after_create=1),
    ],
)
def test_a_silent_gateway_leaves_the_places_held_and_one_charge_is_opened_later(
    charging: Commands, gateway: Sandbox, trouble: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.board.set(trouble)

    ran = charging(PLACE)

    assert (ran.json["order"]["state"], ran.json["payment"]["state"]) == ("placed", "opening")
    assert ran.json["payment"]["pix_payload"] is None
    assert "held" in ran.err
    assert "hint: boxoffice job run" in ran.err
    assert places_left(charging) == 9
    monkeypatch.setattr(opening, "opened", a_minute_later)
    charging("job run --until-empty")
    charging("job run --until-empty")
    told = charging(f"payment show {ran.json['order']['code']} --json").json
    (charge,) = charges(gateway)
    assert (told["state"], told["provider_id"]) == ("waiting", charge["id"])
    assert told["pix_payload"].startswith("000201")


def test_a_gateway_that_nobody_answers_for_costs_no_order(boxoffice: Commands) -> None:
    away = boxoffice.setting(asaas_url="http://127.0.0.1:9/v3", asaas_api_key="$aact_x")
    away.has_event()

    ran = away(PLACE)

    assert ran.json["payment"]["state"] == "opening"
    assert away(f"order show {ran.json['order']['code']} --json").json == ran.json


def test_a_gateway_that_refuses_gives_the_places_back(
    charging: Commands, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> None:
        raise Refusal("invalid_customer", "O cliente \x1b[31mnão pode ser cobrado.")

    monkeypatch.setattr(gateway, "create_charge", refused)

    ran = charging(PLACE)

    assert (ran.code, ran.error["code"]) == (5, "charge.refused")
    assert "não pode ser cobrado" in ran.error["message"]
    assert "\x1b" not in ran.err
    (order,) = charging("order list --json").rows
    assert order["state"] == "cancelled"
    assert places_left(charging) == 10
    assert charges(gateway) == []


def test_a_key_places_one_order_and_opens_one_charge(charging: Commands, gateway: Sandbox) -> None:
    first, second = (charging(f"{PLACE} --idempotency-key k1").json for _ in range(2))

    assert second == first
    assert len(charges(gateway)) == 1


@pytest.mark.parametrize(
    "buyer",
    [
        "--buyer-name Rita --buyer-email rita@example.com --buyer-document ''",
        "--buyer-name '' --buyer-email rita@example.com --buyer-document 39053344705",
        "--buyer-name Rita --buyer-email rita@example.com --buyer-document 11111111111",
    ],
)
def test_who_cannot_be_charged_takes_no_place(
    charging: Commands, gateway: Sandbox, buyer: str
) -> None:
    ran = charging(f"order place -e noite -t 'Lote 1' {buyer} --json")

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")
    assert places_left(charging) == 10
    assert charges(gateway) == []


def test_a_cancelled_order_closes_its_charge(charging: Commands, gateway: Sandbox) -> None:
    code = charging(PLACE).json["order"]["code"]

    told = charging(f"order cancel {code} --yes --json").json

    assert told["order"]["state"] == "cancelled"
    assert charges(gateway) == []
    assert places_left(charging) == 10


def test_a_pix_is_drawn_as_text_that_can_be_copied(charging: Commands) -> None:
    placed = charging(PLACE).json

    ran = charging(f"payment show {placed['order']['code']}")

    assert ran.out.splitlines()[-1] == placed["payment"]["pix_payload"]


def test_a_charge_nobody_knows_cannot_be_paid(charging: Commands, server: Switch) -> None:
    ran = charging(f"sandbox pay pay_nobody --url {server.url} --json")

    assert (ran.code, ran.error["code"]) == (3, "charge.not_found")
