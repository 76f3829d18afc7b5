"""The Celery app: a pool of processes with a doorbell. What it must do lies in the database.

Each setting stands here with its reason; `docs/operating.md` says what was measured.
"""

import os
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from kombu.entity import Queue as Line

from boxoffice.errors import BoxOfficeError, Misconfigured
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Queue
from boxoffice.settings import Settings
from boxoffice.staff.rules import SYSTEM
from tasks.clock import keep_time

WORK = "boxoffice.work"
_BOUND_SECONDS = 1.0


def make_app(settings: Settings) -> Celery:
    """Build the Celery app of one box office.

    Raises:
        Misconfigured: BOXOFFICE_REDIS_URL is not set, or no address.
    """
    url = settings.need("redis_url", why="workers are rung through Redis")
    app = Celery("boxoffice", broker=broker_url(url), set_as_current=False)
    app.conf.update(celery_settings(settings.get("instance") or "boxoffice"))
    hands = Hands(settings)

    # A plain function, no bound task: nothing in it may retry, chain or wait through Celery.
    @app.task(name=WORK)  # type: ignore[untyped-decorator]
    def work(*job_ids: str) -> None:
        """Answer one ring: claim its jobs and run them, as far as they are still to be had."""
        from tasks.relay import run_rung  # noqa: PLC0415  (the handlers: only a worker needs them)

        try:
            run_rung(hands.office, [UUID(job_id) for job_id in job_ids])
        except BoxOfficeError as error:  # the database is away: the jobs are rung for again
            facts = {"job_id": job_ids[0], "count": len(job_ids), "why": error.case}
            log.warning("a ring was not answered", extra=facts)

    worker_process_init.connect(hands.begin, weak=False)
    setup_logging.connect(_keep_our_log, weak=False)
    return app


def queue_name(instance: str, queue: Queue) -> str:
    """Return what a queue is called on a Redis that others may share."""
    return f"box.{instance}.{queue}"


def key_prefix(instance: str) -> str:
    """Return what every key of ours on Redis begins with."""
    return f"box.{instance}:"


def broker_url(url: str) -> str:
    """Return the address as Celery writes it: a Unix socket has a scheme of its own there.

    Raises:
        Misconfigured: it is no address of a Redis.
    """
    if not url.startswith(("redis://", "rediss://", "unix:///")):
        raise Misconfigured(  # without the address: it may hold a password
            "BOXOFFICE_REDIS_URL is not the address of a Redis.",
            hint="write redis://host:6379/0, rediss://… or unix:///path/redis.sock",
        )
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    number = dict(parse_qsl(query)).get("db", "0")
    return f"redis+socket://{path}?virtual_host={number}"


def celery_settings(instance: str, *, bound_seconds: float = _BOUND_SECONDS) -> dict[str, Any]:
    """Return every setting we choose; `bound_seconds` is how long a socket may be silent."""
    return {
        # A result backend would make each ring wait for it, 19 s when Redis is down. The row is
        # the result.
        "task_ignore_result": True,
        "result_backend": None,
        # JSON alone: a message from a Redis that somebody else can write to must run no code.
        "task_serializer": "json",
        "accept_content": ["json"],
        # Early: the message is a doorbell. Who follows a dead worker is decided by the lease.
        "task_acks_late": False,
        # Both would run a job that kills its worker again without end: 7 times in 25 s.
        "task_reject_on_worker_lost": False,
        "task_retry_on_worker_lost": False,
        # One ring in the hand of each process: what a dead worker held must be rung for again.
        "worker_prefetch_multiplier": 1,
        "broker_transport_options": {
            # Stated, because the shortest one among all programs on a Redis counts. Ours hold no
            # message unacknowledged for longer than a process takes over the ring before it.
            "visibility_timeout": 3600,
            # All of these together bound a ring to about a second; any one alone does not.
            "socket_timeout": bound_seconds,
            "socket_connect_timeout": bound_seconds,
            "max_retries": 0,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.2,
            # A line that a firewall forgot is noticed while nothing is to be said.
            "socket_keepalive": True,
            "health_check_interval": 25,
            # Two box offices on one Redis do not hear each other's bells.
            "global_keyprefix": key_prefix(instance),
            # The queues in the order they are named: the most urgent is emptied first.
            "queue_order_strategy": "priority",
        },
        "broker_connection_timeout": bound_seconds,
        # A worker waits for its Redis for ever: it is to be there when Redis comes back.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # Remote control keeps a second line open, the one that used to hang without a word.
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "event_queue_expires": None,
        # Stated, for 6.0 turns it round: a job in hand does not need Redis to be finished.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        # What a message says by itself counts for more; this is for one that says nothing.
        "task_time_limit": 90,
        # None: it raises at any line, even inside COMMIT. Calls outside have limits of their own.
        "task_soft_time_limit": None,
        # Against leaks in what draws PDFs: a process is renewed after so many jobs or KiB.
        "worker_max_tasks_per_child": 1000,
        "worker_max_memory_per_child": 300_000,
        # After SIGTERM the job in hand is finished; a second signal returns it after these.
        "worker_soft_shutdown_timeout": 20.0,
        "task_queues": [
            Line(name, routing_key=name)  # type: ignore[no-untyped-call]
            for name in (queue_name(instance, each) for each in Queue)
        ],
        "task_default_queue": queue_name(instance, Queue.BULK),
        "task_create_missing_queues": False,  # a misspelt queue is an error, not a place to wait
        # Our own log leaves secrets and persons out.
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "timezone": "UTC",
    }


class Hands:
    """The office of a worker's process. Each process has its own, with its own lines."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._office: BoxOffice | None = None
        self._pid = 0

    @property
    def office(self) -> BoxOffice:
        """The office of this process."""
        if self._office is None or self._pid != os.getpid():
            self.begin()
        assert self._office is not None, "it was just begun"
        return self._office

    def begin(self, **_said: Any) -> None:
        """Begin in a process that was just forked: what the parent opened is the parent's."""
        if self._office is not None:
            self._office.database.forget()
        self._office = BoxOffice(self._settings, identify=lambda _: SYSTEM)
        self._pid = os.getpid()
        keep_time(self._office)


def _keep_our_log(**_said: Any) -> None:
    """Leave the log as it is: Celery would open one of its own, with whatever libraries say."""
