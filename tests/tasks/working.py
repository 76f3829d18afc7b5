"""Jobs at work: run one, look at it, have it done again, or let its worker die."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from starlette.types import ASGIApp, Receive, Scope, Send

from boxoffice.db import changed
from boxoffice.mail import Mail
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import Promise
from boxoffice.outbox.models import Job, JobState
from boxoffice.outbox.promise import promise
from tasks.relay import run_promised


def the_job(office: BoxOffice, job: Promise) -> Job:
    """Return the row of a promised job."""
    with office.reading() as session:
        return session.exec(select(Job).where(Job.dedupe_key == job.dedupe_key)).one()


def promised(office: BoxOffice, job: Promise) -> Promise:
    """Promise a job now."""
    with office.writing() as session:
        promise(session, job, now=office.now())
    return job


def ran(office: BoxOffice, job: Promise) -> JobState | None:
    """Run a job that is due, promising it first unless it is."""
    return run_promised(office, promised(office, job))


def again(office: BoxOffice, job: Promise) -> JobState | None:
    """Have a job done once more, though it is done."""
    with office.writing() as session:
        where = col(Job.dedupe_key) == job.dedupe_key
        waiting = {"state": JobState.WAITING, "run_at": office.now(), "lease_until": None}
        changed(session, update(Job).where(where).values(waiting))
    return run_promised(office, job)


def seconds_put_off(office: BoxOffice, job: Promise) -> float:
    """Return how long a job still has to wait."""
    return (the_job(office, job).run_at - office.now()) / timedelta(seconds=1)


class Carrier:
    """A carrier of mail that does something while it carries: it is slow, or it dies."""

    name = "carrier"

    def __init__(
        self,
        meanwhile: Callable[[], Any] = lambda: None,
        *,
        afterwards: Callable[[], Any] = lambda: None,
        answer: str = "sent",
    ) -> None:
        self.meanwhile = meanwhile
        self.afterwards = afterwards
        self.answer = answer
        self.sent: list[Mail] = []

    def was_sent(self, message_id: str) -> bool:
        """Say whether this message went out."""
        return any(mail.message_id == message_id for mail in self.sent)

    def send(self, mail: Mail) -> str:
        """Carry one mail."""
        self.meanwhile()
        self.sent.append(mail)
        self.afterwards()
        return self.answer


class Meanwhile:
    """The gateway, with something that happens while one of its answers is being made."""

    def __init__(
        self,
        app: ASGIApp,
        call: str,
        *,
        before: Callable[[], Any] = lambda: None,
        after: Callable[[], Any] = lambda: None,
    ) -> None:
        self.app = app
        self.call = call  # "POST /v3/payments"; the first of them
        self.before = before
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call. `before` it is obeyed, or `after`, on the way back."""
        if f"{scope.get('method')} {scope.get('path')}" != self.call:
            await self.app(scope, receive, send)
            return
        self.call = ""
        said: list[Any] = []

        async def hold(message: Any) -> None:
            said.append(message)

        await asyncio.to_thread(self.before)
        await self.app(scope, receive, hold)
        await asyncio.to_thread(self.after)
        for message in said:
            await send(message)
