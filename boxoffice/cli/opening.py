"""Open the box office for a command, and do afterwards what the command promised."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from boxoffice.errors import Busy, Misconfigured, Unavailable
from boxoffice.log import log_to
from boxoffice.office import BoxOffice, opened
from boxoffice.settings import Settings


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


def afterwards(office: BoxOffice) -> None:
    """Run a few due jobs in process, now that the answer is out and the promise is kept."""
    from tasks.relay import run_due

    run_due(office, limit=10)
