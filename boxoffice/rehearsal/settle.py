"""After the sale: who meant to pay pays, letters come, jobs are run, until no work is left."""

import time
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from boxoffice.demo.stage import Stage
from boxoffice.errors import NotFound, Refused
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import Reconcile
from boxoffice.outbox.models import Job, JobState
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import OPEN, Letter, Payment
from boxoffice.rehearsal.clock import Ahead
from boxoffice.sandbox.panel import pay
from tasks.relay import run_until_empty

_LATER = "order.expire"  # unpaid orders keep their places: the doors open within the hold
_SOON = timedelta(hours=1)  # what is put off for longer is not waited for
_ROUNDS_MAX = 40
_FLUSH_SECONDS = 10.0
_SLOTS_MAX = 8  # of ten minutes each, where the gateway fails again and again
_UNDONE = (JobState.WAITING, JobState.SENT)
_STATE = select(Job.state).where(Job.dedupe_key == bindparam("key"))


def settle(on: Stage, clock: Ahead, paying: set[int]) -> None:
    """Do all that was promised, and set the clock forward to what was put off.

    Whose charge could not be opened in time pays now. At the end the gateway is reconciled, as a
    worker does every ten minutes: letters that were lost are found so.
    """
    _work(on, clock)
    for charge in _unpaid(on, paying):
        try:
            pay(on.gateway_url, charge)
        except (NotFound, Refused):
            continue  # paid meanwhile, or not to be paid any more: the letters say what is so
    _work(on, clock)
    for slot in range(_SLOTS_MAX):
        job = Reconcile(f"rehearsal {slot}")
        with on.office.writing() as session:
            promise(session, job, now=on.office.now())
        _work(on, clock)
        with on.office.reading() as session:
            if session.exec(_STATE, params={"key": job.dedupe_key}).one() is JobState.DONE:
                return


def letter_waits(on: Stage) -> tuple[float, ...]:
    """Return how long each letter waited to be read, in seconds."""
    with on.office.reading() as session:
        rows = session.exec(
            select(Letter.received_at, Letter.read_at).where(col(Letter.read_at).is_not(None))
        ).all()
    return tuple((read - came).total_seconds() for came, read in rows if read is not None)


def _work(on: Stage, clock: Ahead) -> None:
    for _ in range(_ROUNDS_MAX):
        _flush(on)
        run_until_empty(on.office)
        due = _next(on)
        if due is None:
            return
        clock.seconds += max(0.0, (due - on.office.now()).total_seconds()) + 1.0


def _flush(on: Stage) -> None:
    try:
        on.gateway.flush(timeout_seconds=_FLUSH_SECONDS)
    except TimeoutError:
        on.gateway.letters.resume()  # a queue was paused: somebody has seen it, and lets it go on


def _next(on: Stage) -> datetime | None:
    """Return when the next job is due; one that a thread runs just now is waited for."""
    with on.office.reading() as session:
        until = time.monotonic() + _FLUSH_SECONDS  # who never ends is found by the checks
        running = select(Job.id).where(Job.state == JobState.RUNNING)
        while session.exec(running).first() and time.monotonic() < until:
            session.rollback()
            time.sleep(0.05)
        return session.exec(
            select(Job.run_at)
            .where(
                col(Job.state).in_(_UNDONE),
                Job.kind != _LATER,
                col(Job.run_at) < on.office.now() + _SOON,
            )
            .order_by(col(Job.run_at))
            .limit(1)
        ).first()


def _unpaid(on: Stage, paying: set[int]) -> list[str]:
    """Return the charges of those who meant to pay, and could not yet."""
    with on.office.reading() as session:
        rows = session.exec(
            select(Payment.provider_id, Order.buyer_name)
            .join(Order, col(Order.id) == Payment.order_id)
            .where(col(Payment.state).in_(OPEN), col(Payment.provider_id).is_not(None))
            .order_by(col(Order.buyer_name))
        ).all()
    return [charge or "" for charge, name in rows if int(name.split()[1]) in paying]
