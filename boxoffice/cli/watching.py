"""Watch the work: a picture drawn again and again on a terminal, JSON lines elsewhere."""

import sys
import time
from typing import Any

from boxoffice.cli import show
from boxoffice.errors import Busy, Unavailable
from boxoffice.office import BoxOffice
from boxoffice.outbox.health import Health, health
from boxoffice.outbox.models import JobState
from boxoffice.times import iso


def watch(
    office: BoxOffice,
    *,
    every_seconds: float,
    until_empty: bool,
    timeout_seconds: float | None,
    as_json: bool,
) -> None:
    """Look again and again, until Ctrl-C or, with `until_empty`, until nothing is due or in hand.

    Raises:
        Busy: the time was over before.
    """
    started = time.monotonic()
    is_live = sys.stdout.isatty() and not as_json
    told: dict[str, Any] = {}
    while True:
        found = _look(office)
        if found is not None:
            if is_live:
                _draw(found)
            elif (now := as_dict(found)) != told:
                told = now
                show.as_json_line({"at": iso(office.now()), **told, **_waited(found)})
            if until_empty and not found.due_count and not found.in_state(JobState.RUNNING):
                return
        if timeout_seconds is not None and time.monotonic() - started >= timeout_seconds:
            raise Busy(
                "jobs are still due or in hand.",
                hint="see them: boxoffice job list",
                code="job.still_busy",
            )
        time.sleep(every_seconds)


def as_dict(found: Health) -> dict[str, Any]:
    """Return how the work stands, as far as it tells of a change."""
    return {
        "states": {str(state): found.in_state(state) for state in JobState},
        "due": found.due_count,
        "programs": [pulse.name for pulse in found.pulses],
    }


def _look(office: BoxOffice) -> Health | None:
    """Ask; a database that is away for a moment ends no watch."""
    try:
        with office.reading() as session:
            return health(session, now=office.now())
    except (Unavailable, Busy) as error:
        show.talk(error.message)
        return None


def _waited(found: Health) -> dict[str, float]:
    return {"oldest_seconds": round(found.oldest_seconds, 1)}


def _draw(found: Health) -> None:
    """Draw the picture in place of the last one."""
    sys.stdout.write("\x1b[H\x1b[2J")
    show.line(
        f"{found.due_count} due, the oldest for {found.oldest_seconds:.0f} s · "
        f"{found.in_state(JobState.RUNNING)} in hand · "
        f"{found.in_state(JobState.FAILED, JobState.DEAD)} ended badly"
    )
    show.line()
    by_kind: dict[tuple[str, str], dict[JobState, int]] = {}
    for each in found.counts:
        by_kind.setdefault((each.queue, each.kind), {})[each.state] = each.count
    show.table(
        ["queue", "kind", *JobState],
        [
            [queue, kind, *(str(states.get(state, "")) for state in JobState)]
            for (queue, kind), states in sorted(by_kind.items())
        ],
    )
    show.line()
    show.table(
        ["program", "seen", ""],
        [[pulse.name, iso(pulse.seen_at) or "", pulse.note] for pulse in found.pulses],
    )
    sys.stdout.flush()
