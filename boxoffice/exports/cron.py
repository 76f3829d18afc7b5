"""The five fields of crontab(5): read, asked for their next and last moment, told to systemd.

Minutes, hours, days of the month, months, days of the week (0 and 7 are Sunday). Each is `*`, a
number, a range `1-5`, a list `1,15`, or one of these with a step `*/10`. A time that a clock change
leaves out comes as much later as the clock was put on; one that comes twice counts once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from boxoffice.errors import BadValue

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_PART = re.compile(r"(\*|[0-9]{1,2}(?:-[0-9]{1,2})?)(?:/([0-9]{1,2}))?")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_SUNDAY = 7  # as crontab writes it too
_DAYS_MAX = 366 * 8 + 2  # 29 February comes within eight years, also around 2100


@dataclass(frozen=True, slots=True)
class Cron:
    """Moments that come again and again, in a zone of their own."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]  # Sunday is 0

    def last(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the latest moment that is not after `now`, in UTC."""
        return next(moment for moment in self._going(now, zone, -1) if moment <= now)

    def following(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the first moment after `now`, in UTC."""
        return next(moment for moment in self._going(now, zone, 1) if moment > now)

    @property
    def calendar(self) -> str:
        """The same for `OnCalendar=` of systemd.time(7), without its zone."""
        days = ",".join(_DAYS[day] for day in self.weekdays) + " " if len(self.weekdays) < 7 else ""  # noqa: PLR2004  (all of a week)
        dates = f"*-{_listed(self.months, 12)}-{_listed(self.days, 31)}"
        return f"{days}{dates} {_listed(self.hours, 24)}:{_listed(self.minutes, 60)}:00"

    def _going(self, now: datetime, zone: ZoneInfo, step: int) -> Iterator[datetime]:
        """Go through the moments from the day of `now` on, or back."""
        today = now.astimezone(zone).date()
        clock = [time(hour, minute) for hour in self.hours for minute in self.minutes][::step]
        for count in range(-1, _DAYS_MAX):  # a day more: a changed clock may move one across
            day = today + timedelta(days=count * step)
            if self._is_on(day):
                # A time that comes twice is the first one; one that is left out comes later.
                yield from (datetime.combine(day, at, zone).astimezone(UTC) for at in clock)

    def _is_on(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % _SUNDAY in self.weekdays
        )


def parse_cron(text: str, *, name: str = "--at") -> Cron:
    """Read five fields.

    Raises:
        BadValue: it is something else, never comes, or limits days of the month and of the week at
            once: cron means one *or* the other by that, systemd both.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise _bad(name, text)
    values = [
        _field(field, low, high, name=name, text=text)
        for field, (_, low, high) in zip(fields, _FIELDS, strict=True)
    ]
    values[4] = tuple(sorted({day % _SUNDAY for day in values[4]}))
    if fields[2] != "*" and fields[4] != "*":
        raise BadValue(name, "limits days of the month and of the week.", hint="make it two")
    cron = Cron(" ".join(fields), *values)
    if not any(cron._is_on(date(2000, 1, 1) + timedelta(days=n)) for n in range(366)):  # noqa: SLF001  (a leap year has every day)
        raise BadValue(name, f"{text[:40]!r} never comes.")
    return cron


def _field(field: str, low: int, high: int, *, name: str, text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise _bad(name, text)
        span, step = matched[1], int(matched[2] or 1)
        if span == "*":
            first, last = low, high
        else:
            ends = [int(end) for end in span.split("-")]
            # As cron reads it: `5/10` is from 5 on.
            first, last = ends[0], high if matched[2] and len(ends) == 1 else ends[-1]
        if not (low <= first <= last <= high and step):
            raise _bad(name, text)
        found.update(range(first, last + 1, step))
    return tuple(sorted(found))


def _listed(values: tuple[int, ...], count: int) -> str:
    return "*" if len(values) == count else ",".join(f"{value:02d}" for value in values)


def _bad(name: str, text: str) -> BadValue:
    hint = 'write "0 6 * * *": minute, hour, day, month, weekday'
    return BadValue(name, f"{text[:40]!r} is no time of crontab.", hint=hint)
