"""The bell of Celery and Redis: rung with ids of jobs, within about a second or not at all."""

import json
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import (
    AuthenticationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)

from boxoffice.errors import Misconfigured
from boxoffice.outbox.models import Queue
from boxoffice.settings import Settings
from tasks.dispatch import BellSilent, Ring
from tasks.engine import WORK, key_prefix, make_app, queue_name

_BOUND_SECONDS = 1.0
_READ_MAX = 10_000  # rings that are looked at in one queue
_TRIED_SECONDS = 10  # how long what the doctor writes is kept

# What Redis says to no, and what mends it. Its own words may quote an address or a key.
_NO: dict[type[Exception], tuple[str, str]] = {
    AuthenticationError: (
        "Redis refuses our password",
        "correct the password in BOXOFFICE_REDIS_URL",
    ),
    NoPermissionError: (
        "Redis does not let us at our keys",
        "allow this user the keys box.*, and all commands but the dangerous ones",
    ),
    OutOfMemoryError: (
        "Redis is full",
        "raise its maxmemory, with maxmemory-policy noeviction, or empty it: it only holds rings",
    ),
    ReadOnlyError: (
        "Redis is a replica that only reads",
        "name the primary in BOXOFFICE_REDIS_URL",
    ),
}
_MEND = "start Redis, and check BOXOFFICE_REDIS_URL: boxoffice config show"


class CeleryBell:
    """Wakes the workers of one box office."""

    def __init__(self, settings: Settings, app: Celery | None = None) -> None:
        """Connect to nothing yet.

        Raises:
            Misconfigured: BOXOFFICE_REDIS_URL is not set, or no address.
        """
        self._app = app or make_app(settings)
        self._instance = settings.get("instance") or "boxoffice"
        self._redis = redis_of(settings)

    def ring(self, ring: Ring) -> None:
        """Wake a worker.

        Raises:
            BellSilent: Redis does not answer, or takes nothing.
        """
        try:
            self._app.send_task(
                WORK,
                [str(job_id) for job_id in ring.job_ids],
                queue=queue_name(self._instance, ring.queue),
                time_limit=ring.limit_seconds,
                retry=False,  # with `max_retries=0`: either one alone waits for seconds
                ignore_result=True,
            )
        except (OperationalError, RedisError, OSError) as error:
            raise _silent(error) from error

    def unheard(self, queue: Queue) -> set[UUID]:
        """Return the jobs of a queue whose rings nobody has heard yet.

        Raises:
            BellSilent: Redis does not answer.
        """
        try:
            found: Any = self._redis.lrange(self._key(queue), 0, _READ_MAX)
        except (RedisError, OSError) as error:
            raise _silent(error) from error
        return {job_id for message in found for job_id in _job_ids(message)}

    def count_of(self, queue: Queue) -> int:
        """Return how many rings of a queue nobody has heard yet.

        Raises:
            BellSilent: Redis does not answer.
        """
        try:
            found: Any = self._redis.llen(self._key(queue))
        except (RedisError, OSError) as error:
            raise _silent(error) from error
        return int(found)

    def check(self) -> None:
        """Find out whether Redis would take a ring, by a key that is soon gone.

        Raises:
            BellSilent: it would not; the message says why, the hint what mends it.
        """
        try:
            self._redis.set(f"{key_prefix(self._instance)}doctor", "", ex=_TRIED_SECONDS)
        except (RedisError, OSError) as error:
            raise _silent(error) from error

    def close(self) -> None:
        """Let Redis go."""
        self._redis.close()
        self._app.close()

    def _key(self, queue: Queue) -> str:
        return key_prefix(self._instance) + queue_name(self._instance, queue)


def redis_of(settings: Settings) -> Redis:
    """Return a line to Redis that waits a second at most.

    Raises:
        Misconfigured: BOXOFFICE_REDIS_URL is not set, or no address.
    """
    url = settings.need("redis_url", why="workers are rung through Redis")
    more = {} if urlsplit(url).scheme == "unix" else {"socket_connect_timeout": _BOUND_SECONDS}
    try:
        return Redis.from_url(url, socket_timeout=_BOUND_SECONDS, retry=None, **more)
    except ValueError as error:
        raise Misconfigured(
            "BOXOFFICE_REDIS_URL is not the address of a Redis.",
            hint="write redis://host:6379/0, rediss://… or unix:///path/redis.sock",
        ) from error


def _job_ids(message: bytes) -> list[UUID]:
    """Return the jobs that a message of Celery's rings for; none when it is no ring of ours."""
    try:
        args, *_ = json.loads(b64decode(json.loads(message)["body"]))
        return [UUID(job_id) for job_id in args]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _silent(error: Exception) -> BellSilent:
    """Say no more than the kind of failure: what Redis says may quote its address."""
    said = (error, error.__cause__)  # Celery wraps what Redis says
    for kind, (why, mend) in _NO.items():
        if any(isinstance(each, kind) for each in said):
            return BellSilent(f"{why}.", hint=mend)
    return BellSilent(f"Redis does not take our rings ({type(error).__name__}).", hint=_MEND)
