"""Open the box office for a command, and do afterwards what the command promised."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer

from boxoffice.db import WriteSession
from boxoffice.errors import BoxOfficeError, Busy, DatabaseSilent, Misconfigured, Unavailable
from boxoffice.log import log, log_to
from boxoffice.office import BoxOffice, opened
from boxoffice.outbox.jobs import Promise
from boxoffice.settings import Settings

T = TypeVar("T")


def settings_of(ctx: typer.Context) -> Settings:
    """Read the settings, and send the log where they say.

    Raises:
        Misconfigured: a setting is unknown or broken, or its folder cannot be made.
    """
    settings = Settings.read(config=ctx.find_root().obj)
    try:
        log_to(settings.log_path)
    except OSError as error:
        raise Misconfigured(
            f"the folder {settings.home} cannot be made: {error.strerror}.",
            hint="set BOXOFFICE_HOME to a folder that you may write to",
        ) from error
    return settings


@contextmanager
def office_of(ctx: typer.Context, *, even_if_silent: bool = False) -> Iterator[BoxOffice]:
    """Open the box office for the length of a command.

    With `even_if_silent` a database that does not answer now is no reason to stop: a door goes on.

    Raises:
        Misconfigured: a setting is wrong, or the database is not at our schema.
        Unavailable, Busy: the database does not answer.
    """
    with opened(settings_of(ctx)) as office:
        try:
            office.database.must_be_current()
        except (Unavailable, Busy):
            if not even_if_silent:
                raise
        yield office


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


def afterwards(office: BoxOffice, *jobs: Promise, is_awaited: bool = False) -> None:
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
