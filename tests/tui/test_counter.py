"""The counter by keys alone: several tiers, every kind of money, and the code until it is paid."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual.widgets import Static

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.commands import TOKEN, Commands
from tests.making import LOTE, SLUG
from tests.services.switch import Switch
from tests.tui.boards import LARGE, Seat, seated
from tui.acts import selling
from tui.commands import Place
from tui.house import House

RITA = ("Rita Nogueira", "rita@example.com", "39053344705", "")


@pytest.fixture
def gateway(server: Switch) -> Iterator[Sandbox]:
    """A gateway of the test's own, behind a real socket."""
    with closing(Sandbox(webhook_token=TOKEN, retry_scale=0.01)) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def program(
    sqlite_url: str, tmp_path: Path, server: Switch, gateway: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:  # fmt: skip
    """The program with its gateway, and an event on sale."""
    assert gateway.api_key == API_KEY
    monkeypatch.chdir(tmp_path)
    made = Commands(sqlite_url, tmp_path / "home", asaas_url=f"{server.url}/v3",
                    asaas_api_key=API_KEY, asaas_webhook_token=TOKEN)  # fmt: skip
    made.has_event()
    return made


def newest(program: Commands) -> dict[str, dict[str, object]]:
    """Return the newest order, with its payment."""
    code = program("order list --json").rows[0]["code"]
    told: dict[str, dict[str, object]] = program(f"order show {code} --json").json
    return told


def charge_text(seat: Seat) -> str:
    """Return what the dialog offers to copy."""
    return str(seat.app.screen.query_one("#charge-text", Static).render()).strip()


async def wanting(seat: Seat) -> None:
    """Put two of the first tier and one of the third into the cart."""
    await seat.press("2", "down", "down", "plus")
    await seat.until_shown("3 places · R$ 250,00")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("key", "method", "offer"), [("p", "pix", "000201"), ("b", "boleto", ""), ("k", "card", "http")]
)
async def test_several_tiers_are_one_order_at_the_gateway(
    house: House, program: Commands, key: str, method: str, offer: str
) -> None:
    async with seated(house, Place.COUNTER, size=LARGE) as seat:
        await wanting(seat)
        await seat.press(key)
        await seat.write(*RITA)
        await seat.until_shown("waiting for the money")
        await seat.until(lambda: charge_text(seat) != "")
        shown = charge_text(seat)

        assert shown.startswith(offer)
    told = newest(program)
    assert (told["payment"]["method"], told["order"]["total_minor"]) == (method, 27_500)
    assert f"-t '{LOTE}' --quantity 2 -t Meia --quantity 1 --method {method}" in house.line


@pytest.mark.anyio
async def test_the_code_stands_until_the_money_has_come(
    house: House, program: Commands, gateway: Sandbox
) -> None:
    async with seated(house, Place.COUNTER, size=LARGE) as seat:
        await seat.press("p")
        await seat.write(*RITA)
        await seat.until_shown("waiting for the money")
        await seat.until_shown("▀")
        code = str(newest(program)["order"]["code"])
        gateway.pay(str(newest(program)["payment"]["provider_id"]))
        assert program("payment reconcile --json").code == 0

        await seat.until_shown("✔ PAID")
        assert "▀" not in seat.text()
        await seat.press("escape", "f4")
        await seat.until_shown(f"{code} · paid")


@pytest.mark.anyio
async def test_cash_and_pix_are_one_order_and_the_change_is_of_the_cash(
    house: House, program: Commands
) -> None:
    program("till open --float 0")

    async with seated(house, Place.COUNTER) as seat:
        await wanting(seat)
        await seat.press("x")
        await seat.write("70", "100", "", "pix", *RITA)
        await seat.until_shown("waiting for the money")
        await seat.press("escape")
        await seat.until_shown("CHANGE R$ 30,00")

        assert "R$ 205,00 is due" in seat.text()
    assert program("till status --json").json["expected_minor"] == 7_000


def test_parts_at_the_counter_alone_are_paid_at_once(house: House, program: Commands) -> None:
    program("till open --float 0")
    act = selling.split(SLUG, {LOTE: 1, "Meia": 2})
    given = {field.name: "" for field in act.fields}

    answer = house.do(
        act.words(given | {"cash": "70", "given": "100", "rest": "external"}), unshown=act.unshown
    )

    told = json.loads(answer.out)
    assert (told["order"]["state"], told["change_minor"]) == ("paid", 3_000)


@pytest.mark.anyio
async def test_backspace_begins_again(house: House) -> None:
    async with seated(house, Place.COUNTER) as seat:
        await wanting(seat)
        await seat.press("backspace")
        await seat.until_shown("Backspace begins again")


@pytest.mark.anyio
async def test_a_window_that_grows_shows_the_code_that_did_not_fit(house: House) -> None:
    async with seated(house, Place.COUNTER) as seat:
        await seat.press("p")
        await seat.write(*RITA)
        await seat.until_shown("too small for the QR")
        await seat.resize(*LARGE)
        await seat.until_shown("▀")
