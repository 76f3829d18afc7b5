"""No job is done by two workers, and none is lost when its worker is killed."""

import multiprocessing
import signal
from contextlib import closing

from boxoffice.adapters.asaas import Asaas
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import DeliverTickets, OpenCharge
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.models import PaymentState
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tasks.relay import Ran, run_due
from tests.making import Clock, a_sale, a_tier, an_event, an_order, rows, started, the_payment
from tests.races.clerks import hear, open_a_charge, race, work
from tests.services.switch import switch
from tests.tasks.working import Meanwhile, the_job

MAILS = 12


def test_four_workers_share_the_work_and_do_each_job_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=MAILS))
    for _ in range(MAILS):
        a_sale(office)

    done = race(office, 4, work)

    assert sum(done) == MAILS
    assert {(job.state, job.attempts) for job in rows(office, Job)} == {(JobState.DONE, 1)}
    assert [message.state for message in rows(office, Message)] == [MessageState.SENT] * MAILS
    assert len(list((office.settings.home / "mail" / "new").iterdir())) == MAILS


def test_two_workers_who_hear_the_same_ring_do_each_job_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=MAILS))
    job_ids = [the_job(office, DeliverTickets(a_sale(office).id)).id for _ in range(4)]

    race(office, 2, hear, job_ids)

    told = [(job.state, job.attempts, job.last_error) for job in rows(office, Job)]
    assert told == [(JobState.DONE, 1, None)] * 4
    assert len(list((office.settings.home / "mail" / "new").iterdir())) == 4


def test_a_worker_killed_while_the_gateway_answers_leaves_one_charge(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    job = OpenCharge(started(office, an_order(office).id))

    with switch() as server, closing(Sandbox(clock=clock)) as sandbox:
        url = f"{server.url}/v3"
        worker = multiprocessing.get_context("forkserver").Process(
            target=open_a_charge,
            args=(office.settings.database_url, office.settings.home, office.now(), url, job),
        )
        server.app = Meanwhile(create_app(sandbox), "POST /v3/payments", after=worker.kill)
        worker.start()
        worker.join(30)
        held = the_job(office, job).state
        clock.forward(seconds=OpenCharge.lease_seconds + 1)
        ran = run_with(office, url)
        charges = sandbox.charges({})["totalCount"]

    assert (worker.exitcode, held) == (-signal.SIGKILL, JobState.RUNNING)
    assert (ran, charges) == (Ran(done_count=1), 1)
    assert the_payment(office, job.payment_id).state is PaymentState.WAITING
    assert the_job(office, job).attempts == 2


def run_with(office: BoxOffice, url: str) -> Ran:
    """Run what is due, with a gateway at `url`."""
    with closing(Asaas(url, API_KEY)) as office.provider:
        return run_due(office, limit=10)
