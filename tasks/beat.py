"""Celery Beat as a tick: each second it lets the dispatcher look, in its own process.

It sends nothing to a schedule of Celery's: what is due stands in the database. So two of them do
no harm, a dead one's slots are made up, and a dead Redis stops neither.
"""

import signal
import time
from typing import Any

from celery import Celery
from celery.beat import Scheduler, Service

from boxoffice.log import log_failure
from boxoffice.office import opened
from boxoffice.outbox.models import Part
from boxoffice.settings import Settings
from tasks.bell import CeleryBell
from tasks.clock import keep_time
from tasks.dispatch import TICK_SECONDS, Dispatcher, patiently
from tasks.engine import make_app
from tasks.pulse import Pulse
from tasks.relay import Ran


class Ticker(Scheduler):  # type: ignore[misc]  # Celery ships no types
    """A scheduler without a schedule: it ticks."""

    def __init__(self, app: Celery, dispatcher: Dispatcher, pulse: Pulse, **options: Any) -> None:
        """Tick for `dispatcher`."""
        super().__init__(app, **options)
        self._dispatcher = dispatcher
        self._pulse = pulse

    def setup_schedule(self) -> None:
        """Install nothing: not even Celery's own clean-up, for there are no results."""

    def tick(self, *_ignored: Any, **_more: Any) -> float:
        """Look once, and return how many seconds to wait before the next look."""
        started = time.monotonic()
        try:
            ran = patiently(self._dispatcher)
        except Exception as error:  # noqa: BLE001  (a mistake of ours must not stop the clock)
            log_failure(error)
            ran = None
        self._pulse.beat(self._dispatcher.note)
        if ran is not None and ran != Ran():
            return 0.0  # there may be more to run here
        return max(0.0, TICK_SECONDS - (time.monotonic() - started))


def run_beat(settings: Settings) -> None:
    """Tick until a signal; the job in hand, if one runs here, is finished first.

    Raises:
        Misconfigured: BOXOFFICE_REDIS_URL is not set, or no address.
        BoxOfficeError: the database is not at our schema.
    """
    app = make_app(settings)
    with opened(settings) as office:
        office.database.must_be_current()
        keep_time(office)
        bell, pulse = CeleryBell(settings, app), Pulse(office, Part.BEAT)
        dispatcher = Dispatcher(office, bell)

        class Beat(Service):  # type: ignore[misc]  # Celery ships no types
            """Celery's own loop around our scheduler."""

            def get_scheduler(self, lazy: bool = False, **_options: Any) -> Ticker:  # noqa: FBT001, FBT002  (Celery's own signature)
                """Return the ticker."""
                return Ticker(app, dispatcher, pulse, lazy=lazy)

        service = Beat(app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: service.stop())
        try:
            service.start()
        finally:
            pulse.stop()
            bell.close()
