"""An evening by somebody who was told one word, `boxoffice`, and follows what is on the screen."""

from contextlib import closing
from pathlib import Path
from typing import Any

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.commands import TOKEN, Commands
from tests.services.switch import Switch, switch
from tests.tui.terminal import Terminal, at_the_dashboard

F4, F5, F6, F9 = "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[20~"
ENTER, ESCAPE, CTRL_Q = "\r", "\x1b", "\x11"


def test_an_evening_is_set_up_sold_changed_and_counted_by_keys_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    with switch() as gateway:
        program = Commands(
            sqlite_url,
            tmp_path / "home",
            lang="en",
            asaas_url=f"{gateway.url}/v3",
            asaas_api_key=API_KEY,
            asaas_webhook_token=TOKEN,
        )
        assert program("init").code == 0
        with at_the_dashboard(program.environment()) as seat:
            play(seat, program, gateway)


def play(seat: Terminal, program: Commands, gateway: Switch) -> None:
    """Play the evening."""
    set_up(seat, program)
    sell(seat)
    charge(seat, program, gateway)
    change(seat, program)
    count(seat, program)

    till = program("till report --json").json
    assert (till["expected_minor"], till["difference_minor"]) == (40_000, 0)
    states = {name: order["state"] for name, order in orders(program).items()}
    assert states == {"Ana Lima": "paid", "Caio Prado": "refunded", "Rita Nogueira": "paid"}


def set_up(seat: Terminal, program: Commands) -> None:
    """Make an event with a tier, put it on sale, and open the till."""
    seat.wait_for_drawn("Press F9")
    seat.press(F9)
    seat.wait_for_drawn("N makes the first")
    seat.press("n")
    seat.wait_for_drawn("New event")
    seat.fill("noite", "Noite", "01/12/2099 19:00", "Clube", "", "Lote 1:100:50")
    seat.wait_for_drawn("draft")
    seat.press("v")
    seat.wait_for_drawn("goes on sale now")
    seat.fill("y")
    seat.wait(lambda: program("event show noite --json").json["state"] == "on_sale")

    seat.press(F6)
    seat.wait_for_drawn("A opens yours")
    seat.press("a")
    seat.fill("200")
    seat.wait_for_drawn("cash expected")


def sell(seat: Terminal) -> None:
    """Sell to two people, for cash."""
    seat.press(F5)
    seat.wait_for_drawn("Choose with")
    seat.press("2", "d")
    seat.wait_for_drawn("Cash given")
    seat.fill("250", "Ana Lima", "ana@example.com", "")
    seat.wait_for_drawn("CHANGE R$ 50,00")
    seat.press("1", "d")
    seat.wait_for_drawn("Cash given")
    seat.fill("100", "Caio Prado", "caio@example.com", "")
    seat.wait_for_drawn("1 tickets")


def charge(seat: Terminal, program: Commands, gateway: Switch) -> None:
    """Sell to a third one, who pays by PIX while the code is on the screen."""
    with (
        program.listening() as (_, url),
        closing(Sandbox(webhook_url=f"{url}/webhooks/asaas", webhook_token=TOKEN)) as sandbox,
    ):
        gateway.app = create_app(sandbox)
        seat.press("1", "p")
        seat.wait_for_drawn("Sell by PIX")
        seat.fill("Rita Nogueira", "rita@example.com", "39053344705", "")
        seat.wait_for_drawn("waiting for the money")
        code = orders(program)["Rita Nogueira"]["code"]
        charge_id = program(f"order show {code} --json").json["payment"]["provider_id"]
        sandbox.pay(charge_id)
        seat.wait_for_drawn("PAID")
        seat.press(ESCAPE)


def change(seat: Terminal, program: Commands) -> None:
    """Send tickets again, let somebody else come, and give money back."""
    ana, caio = (orders(program)[name]["code"] for name in ("Ana Lima", "Caio Prado"))
    seat.press(F4)
    chosen(seat, "ana", ana)
    seat.press("r")
    seat.wait_for_drawn("Resend the tickets")
    seat.fill("")
    seat.wait_for_drawn("its tickets go to")
    seat.press("t")
    seat.wait_for_drawn("Transfer a ticket")
    seat.fill("", "Bia Reis", "", "", "y")
    seat.wait_for_drawn("valid · Bia Reis")
    chosen(seat, "caio", caio)
    seat.press("e")
    seat.wait_for_drawn("to go on")
    seat.fill("", "", "recibo 1", "", caio[-2:])
    seat.wait(lambda: orders(program)["Caio Prado"]["state"] == "refunded")


def count(seat: Terminal, program: Commands) -> None:
    """Count the drawer, and go home."""
    seat.press(F6)
    seat.wait_for_drawn("cash expected")
    seat.press("f")
    seat.wait_for_drawn("Counted, with the float")
    seat.fill("400", "", "y")
    seat.wait(lambda: program("till report --json").json["state"] == "closed")
    seat.press(CTRL_Q)
    seat.wait(lambda: seat.process.poll() is not None)

    assert seat.process.returncode == 0


def chosen(seat: Terminal, text: str, code: str) -> None:
    """Search for an order, and give its row the keys."""
    seat.press("/", *"\x7f" * 10, *text)
    seat.wait_for_drawn(f"{code}-1")
    seat.press(ENTER)


def orders(program: Commands) -> dict[str, Any]:
    """Return the orders by their buyers."""
    return {row["buyer_name"]: row for row in program("order list --json").rows}
