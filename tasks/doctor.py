"""The doctor of the engine: Redis, its queues, the workers and the beat."""

import platform
from collections.abc import Iterator
from contextlib import closing

from boxoffice.doctor import Finding
from boxoffice.errors import BoxOfficeError
from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Part, Queue
from boxoffice.outbox.pulse import Pulse, pulses
from tasks.bell import CeleryBell

_MEND = {
    Part.WORKER: "boxoffice job worker, or boxoffice up",
    Part.BEAT: "boxoffice job beat, or boxoffice up; until then boxoffice job run --until-empty",
}


def examine_engine(office: BoxOffice) -> Iterator[Finding]:
    """Check what rings and works, where a Redis is set. Nothing here is needed to sell."""
    yield _redis(office)
    try:
        with office.reading() as session:
            found = pulses(session)
    except BoxOfficeError as error:
        yield Finding("heartbeats", is_ok=False, says=error.message, mend=error.hint)
        return
    for part in (Part.WORKER, Part.BEAT):
        yield _part(office, part, [pulse for pulse in found if pulse.part is part])


def _redis(office: BoxOffice) -> Finding:
    try:
        with closing(CeleryBell(office.settings)) as bell:
            bell.check()
            depths = {queue: bell.count_of(queue) for queue in Queue}
    except BoxOfficeError as error:
        return Finding(
            "redis",
            is_ok=False,
            says=f"{error.message} Jobs run in the beat meanwhile.",
            mend=error.hint,
        )
    told = ", ".join(f"{count} in {queue}" for queue, count in depths.items() if count)
    return Finding("redis", is_ok=True, says=f"answers; rings unheard: {told or 'none'}")


def _part(office: BoxOffice, part: Part, found: list[Pulse]) -> Finding:
    now = office.now()
    fresh = [pulse for pulse in found if pulse.is_fresh(now)]
    if not fresh:
        last = max((pulse.seen_at for pulse in found), default=None)
        ago = f", the last seen {(now - last).total_seconds():.0f} s ago" if last else ""
        return Finding(part, is_ok=False, says=f"none runs{ago}", mend=_MEND[part])
    notes = {pulse.note for pulse in fresh if pulse.note}
    host = platform.node()
    here = sum(f"@{host}:" in pulse.name for pulse in fresh)
    says = f"{len(fresh)} alive, {here} on this machine"
    return Finding(part, is_ok=True, says=": ".join([says, *sorted(notes)]))
