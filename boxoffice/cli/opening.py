"""Open the box office for a command, and do afterwards what the command promised."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import typer

from boxoffice.cli.login import identify
from boxoffice.db import WriteSession
from boxoffice.errors import BoxOfficeError, Busy, DatabaseSilent, Misconfigured, Unavailable
from boxoffice.log import log, log_to
from boxoffice.office import BoxOffice, opened
from boxoffice.settings import Settings
from boxoffice.staff.rules import Actor

if TYPE_CHECKING:
    from boxoffice.outbox.jobs import Promise

T = TypeVar("T")

_ASK_AGAIN = timedelta(minutes=1)


def settings_of(ctx: typer.Context) -> Settings:
    """Read the settings, and send the log where they say.

    Raises:
        Misconfigured: a setting is unknown or broken, or its folder cannot be made.
    """
    settings = Settings.read(config=ctx.find_root().obj)
    try:
        log_to(None if settings.logs_to_stderr else settings.log_path)
    except OSError as error:
        raise Misconfigured(
            f"the folder {settings.home} cannot be made: {error.strerror}.",
            hint="set BOXOFFICE_HOME to a folder that you may write to",
        ) from error
    return settings


@contextmanager
def office_of(
    ctx: typer.Context, *, even_if_silent: bool = False, actor: Actor | None = None
) -> Iterator[BoxOffice]:
    """Open the box office for the length of a command, for whoever has logged in.

    With `even_if_silent` a database that does not answer now is no reason to stop: a door goes on.
    A program that is its own `actor` needs no login.

    Raises:
        Misconfigured: a setting is wrong, or the database is not at our schema.
        NotLoggedIn: there are people, and none of them has logged in here.
        Unavailable, Busy: the database does not answer.
    """
    with opened(settings_of(ctx)) as office:
        office.identify = identify if actor is None else lambda _: actor
        try:
            office.database.must_be_current()
            office.actor = identify(office) if actor is None else actor  # not within a transaction
        except (Unavailable, Busy):
            if not even_if_silent:
                raise
        yield office


def ask_again(office: BoxOffice, asked_at: datetime) -> datetime:
    """Find out anew who acts, when it was asked a minute ago; return when it was asked last.

    Who is logged out, or disabled, while a command runs for a whole night is stopped by this.

    Raises:
        NotLoggedIn: the login is over.
    """
    now = office.now()
    if abs(now - asked_at) < _ASK_AGAIN:
        return asked_at
    office.forget_actor()
    return now


def kept(office: BoxOffice, write: Callable[[WriteSession], T]) -> T:
    """Run one transaction, and once more when the line to the database breaks.

    A line that breaks at COMMIT leaves open whether it was kept: what `write` makes must carry a
    key, by which the second run finds it.
    """
    try:
        with office.writing() as session:
            return write(session)
    except DatabaseSilent:
        with office.writing() as session:
            return write(session)


def afterwards(office: BoxOffice, *jobs: "Promise", is_awaited: bool = False) -> None:
    """Run in process what this command has promised, now that its answer is out.

    Where there are workers, theirs is all that is not awaited: the answer does not need it. One
    that is awaited may be in a worker's hands already: then its end is waited for, 15 s at most.
    Whatever goes wrong here is a job's matter, and is tried again: the answer stands.
    """
    if office.settings.get("redis_url") and not is_awaited:
        return
    from tasks.relay import run_awaited, run_promised

    run = run_awaited if is_awaited else run_promised
    for job in jobs:
        try:
            run(office, job)
        except BoxOfficeError as error:
            log.warning("jobs wait", extra={"why": error.case})
            return
