"""Moments: read as people write them, kept in UTC, shown in the event's own zone."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from boxoffice.errors import BadValue

_AGO = re.compile(r"([+-])(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LENGTH = re.compile(r"([0-9]{1,6})([smhdw])")
_BRAZILIAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def parse_zone(text: str) -> ZoneInfo:
    """Read an IANA zone name.

    Raises:
        BadValue: there is no such zone.
    """
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadValue(
            "timezone", f"{text[:60]!r} is not a time zone.", hint="write America/Sao_Paulo"
        ) from error


def parse_moment(text: str, *, name: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read ISO 8601, `now`, `-2h`, `+3d`, `22/11/2026` or `22/11/2026 19:30` as a UTC moment.

    What has no offset is read in `zone`; a bare date is its first moment.

    Raises:
        BadValue: it is none of these.
    """
    bare = text.strip()
    if bare == "now":
        return now
    shift = _AGO.fullmatch(bare)
    brazilian = _BRAZILIAN.fullmatch(bare)
    try:
        if shift:
            delta = timedelta(**{_UNITS[shift[3]]: int(shift[2])})
            return now + delta if shift[1] == "+" else now - delta
        if brazilian:
            day, month, year, hour, minute, second = (int(part or 0) for part in brazilian.groups())
            local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        else:
            read = datetime.fromisoformat(bare)
            local = read if read.tzinfo else read.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue(
            name,
            f"{bare[:40]!r} is not a date and time.",
            hint="write 2026-11-22T19:30, 22/11/2026 19:30, now or -2h",
        ) from error


def parse_length(text: str, *, name: str) -> timedelta:
    """Read a length of time: `90s`, `45m`, `26h`, `8d`, `2w`.

    Raises:
        BadValue: it is none of these.
    """
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise BadValue(name, f"{text[:40]!r} is no length of time.", hint="write 26h or 8d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment for people: `22/11/2026 19:30` in the event's zone."""
    return moment.astimezone(zone).strftime("%d/%m/%Y %H:%M")


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of a moment in the event's zone."""
    return moment.astimezone(zone).date()


def ago_text(then: datetime, now: datetime) -> str:
    """Write how long ago `then` was, in the largest unit that fits: `45 min ago`."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def iso(moment: datetime | None) -> str | None:
    """Write a moment for machines: RFC 3339 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def local_second(text: str, zone: ZoneInfo) -> datetime:
    """Return a moment written by `iso` as what a clock in `zone` shows, without the zone.

    Spreadsheets know no zones. Many rows share a moment: those read last are kept.
    """
    return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None)
