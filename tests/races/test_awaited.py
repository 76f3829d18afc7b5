"""A charge that a buyer waits for is in the answer, whoever opens it: the command or a worker."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from boxoffice.office import BoxOffice, utc_now
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.outbox.models import JobState
from boxoffice.payments.models import PaymentState
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tasks.relay import run_awaited, run_due, run_promised
from tests.commands import Commands
from tests.making import SECRET, SLUG, Clock, a_tier, an_event, an_order, started, the_payment
from tests.services.switch import Switch, switch
from tests.tasks.working import Meanwhile, the_job

PATIENCE_SECONDS = 30
ORDERS = 3
PLACE = (
    f"order place -e {SLUG} -t 'Lote 1' --buyer-name 'Rita Nogueira' "
    "--buyer-email rita@example.com --buyer-document 39053344705 --json"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture
def asaas_url(server: Switch) -> str:
    return f"{server.url}/v3"


@pytest.fixture
def app(clock: Clock) -> Iterator[ASGIApp]:
    with closing(Sandbox(clock=clock)) as sandbox:  # what falls due in the past is refused
        yield create_app(sandbox)


@contextmanager
def a_greedy_worker(office: BoxOffice) -> Iterator[list[int]]:
    """Work each job the moment it is promised; yield how many were done, told at the end."""
    done: list[int] = []
    is_over = threading.Event()

    def work() -> None:
        with closing(BoxOffice(office.settings)) as mine:
            count = 0
            while not is_over.wait(0.002):
                count += run_due(mine, limit=1).done_count
        done.append(count)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield done
    finally:
        is_over.set()
        worker.join(PATIENCE_SECONDS)


def test_a_charge_that_a_worker_is_opening_is_waited_for(
    office: BoxOffice, server: Switch, app: ASGIApp
) -> None:
    an_event(office)
    job = OpenCharge(started(office, an_order(office).id))
    is_asked, may_answer = threading.Event(), threading.Event()

    def hold() -> None:
        is_asked.set()
        may_answer.wait(PATIENCE_SECONDS)

    server.app = Meanwhile(app, "POST /v3/payments", before=hold)
    ended: list[JobState | None] = []
    with closing(BoxOffice(office.settings, now=office.now)) as other:
        worker = threading.Thread(target=lambda: ended.append(run_promised(other, job)))
        worker.start()
        assert is_asked.wait(PATIENCE_SECONDS)
        early = run_awaited(office, job, seconds_max=0.2)
        threading.Timer(0.3, may_answer.set).start()

        late = run_awaited(office, job)

        worker.join(PATIENCE_SECONDS)

    assert (early, late) == (JobState.RUNNING, JobState.DONE)
    assert ended == [JobState.DONE]
    assert the_job(office, job).attempts == 1
    assert the_payment(office, job.payment_id).state is PaymentState.WAITING


def test_a_charge_that_a_worker_snatches_is_still_in_the_answer(
    office: BoxOffice, server: Switch, app: ASGIApp, database_url: str
) -> None:
    an_event(office, a_tier(quota=ORDERS), starts_at="2099-12-01T20:00")
    server.app = app
    home: Path = office.settings.home
    more = {"asaas_url": f"{server.url}/v3", "asaas_api_key": API_KEY}
    boxoffice = Commands(database_url, home, **more)
    assert office.settings.get("secret_key") == SECRET.hex()
    office.now = utc_now

    with a_greedy_worker(office) as snatched:
        answers = [boxoffice.process(PLACE).json for _ in range(ORDERS)]

    assert [answer["payment"]["state"] for answer in answers] == ["waiting"] * ORDERS
    assert all(answer["payment"]["pix_payload"] for answer in answers)
    assert sum(snatched) > 0, "the worker was never first: this race proves nothing"
