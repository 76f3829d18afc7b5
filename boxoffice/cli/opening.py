"""Open the box office for a command, and do afterwards what the command promised."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from boxoffice.log import log_to
from boxoffice.office import BoxOffice, opened
from boxoffice.settings import Settings


def settings_of(ctx: typer.Context) -> Settings:
    """Read the settings, and send the log where they say.

    Raises:
        Misconfigured: a setting is unknown or broken.
    """
    settings = Settings.read(config=ctx.find_root().obj)
    log_to(settings.log_path)
    return settings


@contextmanager
def office_of(ctx: typer.Context) -> Iterator[BoxOffice]:
    """Open the box office for the length of a command.

    Raises:
        Misconfigured: a setting is wrong, or the database is not at our schema.
    """
    with opened(settings_of(ctx)) as office:
        office.database.must_be_current()
        yield office


def afterwards(office: BoxOffice) -> None:
    """Run a few due jobs in process, now that the answer is out and the promise is kept."""
    from tasks.relay import run_due

    run_due(office, limit=10)
