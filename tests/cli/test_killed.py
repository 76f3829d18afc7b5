"""A sale whose process is killed at any point of its call to the gateway charges the buyer once."""

import signal
import subprocess
from contextlib import closing
from datetime import timedelta

import pytest

from boxoffice.office import BoxOffice, utc_now
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.settings import Settings
from tasks.relay import run_until_empty
from tests.cli.test_charging import PLACE, charges
from tests.commands import PATIENCE_SECONDS, Commands
from tests.making import rows
from tests.services.switch import Switch
from tests.tasks.working import Meanwhile


def run_after_the_lease(program: Commands) -> list[PaymentState]:
    """Run what is due once the dead process's lease is over; return the states of all payments."""
    later = timedelta(minutes=3)
    settings = Settings.read(program.environment())
    with closing(BoxOffice(settings, now=lambda: utc_now() + later)) as office:
        run_until_empty(office)
        return [payment.state for payment in rows(office, Payment)]


@pytest.mark.parametrize("call", ["GET /v3/customers", "POST /v3/customers", "POST /v3/payments"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sale_killed_at_any_call_charges_once(
    charging: Commands, gateway: Sandbox, server: Switch, call: str, when: str
) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        running[0].kill()
        running[0].wait(PATIENCE_SECONDS)

    server.app = Meanwhile(create_app(gateway), call, **{when: kill})
    with charging.started(PLACE) as process:
        running.append(process)
        ended = process.wait(PATIENCE_SECONDS)
    states = run_after_the_lease(charging)

    assert ended == -signal.SIGKILL
    assert states == [PaymentState.WAITING]
    assert len(charges(gateway)) == 1


def test_an_answer_lost_after_the_charge_was_made_charges_once(
    charging: Commands, gateway: Sandbox
) -> None:
    gateway.board.set(Faults(error_500_after_create=1))
    placed = charging(PLACE)
    states = run_after_the_lease(charging)

    assert placed.code == 0
    assert states == [PaymentState.WAITING]
    assert len(charges(gateway)) == 1
