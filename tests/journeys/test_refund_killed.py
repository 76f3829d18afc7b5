"""A process that is killed over a refund: real processes, real SIGKILL, and one refund."""

import signal
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from boxoffice.sandbox.routes import REFUND
from tests.commands import Commands
from tests.making import LOTE, SLUG
from tests.services.switch import switch

PATIENCE_SECONDS = 40
LEASE_SECONDS = 3
PLACE = (
    f"order place -e {SLUG} --tier '{LOTE}' --method pix --buyer-name 'Ana Lima' "
    "--buyer-email ana@example.com --buyer-document 39053344705 --json"
)


def killed_over(program: Commands, sandbox: Sandbox, code: str) -> None:
    """Ask for a refund in a process, and kill it once the gateway has its call."""
    with program.started(f"order refund {code} --amount 40 --yes --json") as process:
        until = time.monotonic() + PATIENCE_SECONDS
        while sandbox.calls[REFUND] == 0 and time.monotonic() < until:
            assert process.poll() is None, "it had ended before it was killed"
            time.sleep(0.005)
        process.kill()
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        assert process.stdout is not None
        assert process.stdout.read() == b""


@pytest.mark.parametrize(
    "faults",
    [Faults(timeout_after_refund=1), Faults(latency_ms=700)],
    ids=["obeyed before it died", "obeyed after it died"],
)
def test_a_refund_whose_process_is_killed_in_the_call_is_made_once(
    database_url: str, tmp_path: Path, faults: Faults
) -> None:
    with switch() as server, closing(Sandbox()) as sandbox:
        server.app = create_app(sandbox)
        program = Commands(database_url, tmp_path / "home").setting(
            asaas_url=f"{server.url}/v3",
            asaas_api_key=API_KEY,
            job_lease_seconds=str(LEASE_SECONDS),
        )
        assert program("init").code == 0
        program.has_event()
        placed = program(PLACE).json
        code, charge_id = placed["order"]["code"], placed["payment"]["provider_id"]
        sandbox.pay(charge_id)
        assert program("payment reconcile").code == 0
        sandbox.board.set(faults)
        killed_over(program, sandbox, code)
        sandbox.board.set(Faults())

        # The dead one's lease has to run out: until then nobody may believe that it is dead.
        until = time.monotonic() + PATIENCE_SECONDS
        while program("job list --json --state running").rows:
            assert time.monotonic() < until
            time.sleep(0.2)
            program("job run")
        done = [program("job run --until-empty").code for _ in range(2)]

        listed = sandbox.refunds(charge_id, {})["data"]
        assert [(row["value"], row["status"]) for row in listed] == [(Decimal(40), "DONE")]
        assert sandbox.calls[REFUND] == 1
        assert done == [0, 0]
        assert program("payment reconcile").code == 0
        assert program("report money --json").json["agree"] is True
