"""`boxoffice sandbox` at a terminal."""

from pathlib import Path

import pytest
from starlette.responses import HTMLResponse

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import Sandbox
from tests.commands import Commands
from tests.sandbox.charges import a_charge
from tests.services.switch import Switch


@pytest.fixture
def boxoffice(tmp_path: Path) -> Commands:
    return Commands(f"sqlite:///{tmp_path}/unused.sqlite", tmp_path)


@pytest.fixture
def url(server: Switch, sandbox: Sandbox) -> str:
    server.app = create_app(sandbox)
    return server.url


def test_a_charge_is_paid_late_and_with_interest(
    boxoffice: Commands, sandbox: Sandbox, url: str
) -> None:
    charge_id = a_charge(sandbox, billingType="BOLETO")

    paid = boxoffice(f"sandbox pay {charge_id} --late --amount 21,50 --url {url} --json")

    row = sandbox.charge(charge_id)
    assert paid.json == {"charge": charge_id, "status": "CONFIRMED"}
    assert (row["value"] * 100, row["originalValue"]) == (2_150, 20)


@pytest.mark.parametrize(
    ("method", "status"),
    [("pix", "RECEIVED"), ("boleto", "CONFIRMED"), ("cash", "RECEIVED_IN_CASH")],
)
def test_a_boleto_is_paid_in_three_ways(
    boxoffice: Commands, sandbox: Sandbox, url: str, method: str, status: str
) -> None:
    charge_id = a_charge(sandbox, billingType="BOLETO")

    said = boxoffice(f"sandbox pay {charge_id} --method {method} --url {url}").out

    assert said == f"{charge_id} is {status}.\n"


def test_a_charge_that_cannot_be_paid_is_refused_with_the_reason(
    boxoffice: Commands, sandbox: Sandbox, url: str
) -> None:
    charge_id = a_charge(sandbox)
    sandbox.pay(charge_id)

    again = boxoffice(f"sandbox pay {charge_id} --url {url} --json")
    nowhere = boxoffice(f"sandbox pay pay_nowhere --url {url} --json")

    assert (again.code, nowhere.code) == (5, 3)
    assert "já foi paga" in again.error["message"]
    assert nowhere.out == ""


def test_faults_are_set_listed_and_cleared(boxoffice: Commands, sandbox: Sandbox, url: str) -> None:
    on = boxoffice(f"sandbox fault late-boleto=2 error_500=20% letters-unknown --url {url} --json")
    listed = boxoffice(f"sandbox fault --list --url {url} --json")
    cleared = boxoffice(f"sandbox fault --clear letters-lost --url {url}")

    values = {row["name"]: row["value"] for row in on.rows}
    assert values == {"late_boleto": 2, "error_500": "20%", "letters_unknown": True}
    assert len(listed.rows) > 20
    assert cleared.out == "letters_lost\t1\tletters never sent\n"
    assert sandbox.board.now.late_boleto == 0


def test_when_nothing_goes_wrong_nothing_is_listed(boxoffice: Commands, url: str) -> None:
    quiet = boxoffice(f"sandbox fault --clear --url {url}")

    assert (quiet.code, quiet.out, quiet.err) == (0, "", "nothing goes wrong.\n")


@pytest.mark.parametrize("fault", ["late-boletos", "error_500=lots", "letters_unknown=perhaps"])
def test_a_fault_that_is_none_is_refused_and_changes_nothing(
    boxoffice: Commands, sandbox: Sandbox, url: str, fault: str
) -> None:
    before = sandbox.board.now

    refused = boxoffice(f"sandbox fault letters-lost {fault} --url {url} --json")
    at_start = boxoffice(f"sandbox asaas --port 0 --fault {fault}")

    assert refused.code == 2
    assert "--list" in refused.error["hint"]
    assert at_start.code == 2
    assert "fault cannot be read" in at_start.err
    assert sandbox.board.now == before


def test_without_a_sandbox_the_commands_say_how_to_start_one(boxoffice: Commands) -> None:
    nobody = boxoffice("sandbox fault --url http://127.0.0.1:9 --json")

    assert nobody.code == 75
    assert nobody.error["hint"] == "start it: boxoffice sandbox asaas"


def test_something_else_behind_the_address_is_not_a_sandbox(
    boxoffice: Commands, server: Switch
) -> None:
    server.app = HTMLResponse("<html>hello</html>")

    assert boxoffice(f"sandbox fault --url {server.url} --json").code == 75
    assert boxoffice(f"sandbox pay pay_1 --url {server.url} --json").code == 75


def test_a_served_sandbox_misbehaves_from_the_start_and_remembers(
    boxoffice: Commands, tmp_path: Path
) -> None:
    line = f"sandbox asaas --port 0 --fault late-boleto=3 --state {tmp_path}/asaas.sqlite"
    with boxoffice.serving(line) as (_process, address):
        told = boxoffice(f"sandbox fault --url {address} --json").json

    assert (told["name"], told["value"]) == ("late_boleto", 3)
    assert (tmp_path / "asaas.sqlite").is_file()
