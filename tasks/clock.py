"""One clock for every machine that works jobs: the database's."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import func, select

from boxoffice.errors import BoxOfficeError
from boxoffice.log import log
from boxoffice.office import BoxOffice, utc_now

_TRUSTED_SECONDS = 30.0
_SKEW_MAX = timedelta(seconds=2)  # above it, somebody should look at the machine's clock


class DatabaseClock:
    """The database's clock, asked now and then and counted on in between.

    A lease that one machine takes is judged by others: with a clock of its own each, a machine five
    minutes behind would take leases that are over already. A jump of our clock changes nothing.
    """

    def __init__(self, office: BoxOffice, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Ask later, when the moment is first needed."""
        self._office = office
        self._monotonic = monotonic
        self._asked: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the moment. While the database is silent, the last answer is counted on."""
        here = self._monotonic()
        if self._asked is None or here - self._asked[1] > _TRUSTED_SECONDS:
            self._ask()
        if self._asked is None:
            return utc_now()
        moment, asked_at = self._asked
        return moment + timedelta(seconds=self._monotonic() - asked_at)

    def _ask(self) -> None:
        before = self._monotonic()
        try:
            with self._office.reading() as session:
                moment = session.exec(select(func.clock_timestamp())).one()
        except BoxOfficeError as error:
            log.warning("the database's clock is silent", extra={"why": error.case})
            return
        after = self._monotonic()
        if self._asked is None and abs(moment - utc_now()) > _SKEW_MAX:
            seconds = round((moment - utc_now()).total_seconds())
            log.warning("this machine's clock differs", extra={"seconds_behind": seconds})
        self._asked = (moment, (before + after) / 2)


def keep_time(office: BoxOffice) -> None:
    """Let an office of workers go by the database's clock, where it has one of its own."""
    if not office.database.is_sqlite:
        office.now = DatabaseClock(office)
