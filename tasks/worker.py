"""A Celery worker with a heartbeat: its main process tells the database that it lives and listens.

The heartbeat runs on the loop that listens for rings: while that loop hangs, or Redis is away, it
is silent, and jobs are run by others.
"""

from collections.abc import Sequence
from typing import Any

from celery.bootsteps import StartStopStep
from celery.worker.state import reserved_requests
from redis.exceptions import ConnectionError as RedisConnectionError

import tasks.relay  # noqa: F401  (once, before the processes fork: not on the first job's time)
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Part, Queue
from boxoffice.outbox.pulse import BEAT_SECONDS
from boxoffice.settings import Settings
from boxoffice.staff.rules import SYSTEM
from tasks.clock import keep_time
from tasks.engine import make_app, queue_name
from tasks.pulse import Pulse


class Heart(StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """The step of the consumer that beats. It begins when the line to Redis stands."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    settings: Settings

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Open nothing yet."""
        super().__init__(consumer, **options)
        self._consumer = consumer
        self._office = BoxOffice(self.settings, identify=lambda _: SYSTEM)
        keep_time(self._office)
        self._pulse = Pulse(self._office, Part.WORKER)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        """Begin: the line to Redis stands."""
        self._beat()
        self._timer = consumer.timer.call_repeatedly(BEAT_SECONDS, self._beat)

    def stop(self, consumer: Any) -> None:
        """End: the line broke, or the worker stops."""
        del consumer
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pulse.stop()
        self._office.close()

    def _beat(self) -> None:
        self._must_be_listening()
        self._pulse.beat()
        self._office.close()  # between beats there is no line that a forked process could inherit

    def _must_be_listening(self) -> None:
        """Have the line to Redis made anew when it was lost without a word.

        kombu 5.7 takes a message for delivered for ever when Redis went away before it could be
        acknowledged. So many are all a worker may have in hand: it would wait, alive, for ever.

        Raises:
            RedisConnectionError: the consumer is to start again; the jobs in hand go on.
        """
        delivered = self._consumer.task_consumer.channel.qos
        unanswered = len(delivered._delivered) - len(delivered._dirty)  # noqa: SLF001  (told by no method)
        if unanswered > len(reserved_requests):
            log.warning("rings were lost with Redis", extra={"count": unanswered})
            raise RedisConnectionError("Redis forgot what it had handed over")


def run_worker(settings: Settings, queues: Sequence[Queue], concurrency: int) -> None:
    """Work until a signal; SIGTERM and Ctrl-C let the jobs in hand finish.

    Raises:
        Misconfigured: BOXOFFICE_REDIS_URL is not set.
    """
    app = make_app(settings)
    instance = settings.get("instance") or "boxoffice"
    app.steps["consumer"].add(type("Heart", (Heart,), {"settings": settings}))
    # Workers wait for calls outside, not for the processor: a socket may be silent for longer.
    app.conf.broker_transport_options["socket_timeout"] = 5
    app.worker_main([
        "--quiet",
        "worker",
        "--queues=" + ",".join(queue_name(instance, queue) for queue in queues),
        f"--concurrency={concurrency}",
        "--loglevel=WARNING",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ])  # fmt: skip
