"""Moments: read as people write them, kept in UTC, shown where the event is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from boxoffice.errors import BadValue
from boxoffice.times import ago_text, iso, local_day, local_text, parse_moment, parse_zone

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def read(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    return parse_moment(text, name="event.starts_at", zone=zone, now=NOW)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("now", NOW),
        ("-2h", NOW - timedelta(hours=2)),
        ("+3d", NOW + timedelta(days=3)),
        ("+90s", NOW + timedelta(seconds=90)),
        ("-1w", NOW - timedelta(weeks=1)),
        ("2026-11-22T19:30", utc("2026-11-22 22:30")),
        ("2026-11-22 19:30:15", utc("2026-11-22 22:30:15")),
        ("2026-11-22T19:30Z", utc("2026-11-22 19:30")),
        ("2026-11-22T19:30+02:00", utc("2026-11-22 17:30")),
        ("2026-11-22", utc("2026-11-22 03:00")),
        ("22/11/2026", utc("2026-11-22 03:00")),
        ("22/11/2026 19:30", utc("2026-11-22 22:30")),
        (" 2/1/2026 9:05:07 ", utc("2026-01-02 12:05:07")),
        ("02/01/2026T09:05", utc("2026-01-02 12:05")),
    ],
)
def test_a_moment_is_read_as_people_write_it(typed: str, moment: datetime) -> None:
    assert read(typed) == moment
    assert read(typed).tzinfo is UTC


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "soon",
        "tomorrow",
        "31/02/2026",
        "2026-13-01",
        "22/11/26",
        "22-11-2026",
        "22/11/2026 25:00",
        "22/11/2026 19h30",
        "-2y",
        "2h",
        "+999999w",
        "0001-01-01T00:00+23:00",
        "2026-11-22T19:30x",
        "9" * 5_000,
    ],
    ids=lambda typed: ascii(typed[:24]),
)
def test_what_is_no_moment_is_refused_by_its_name(typed: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(typed)

    assert caught.value.details == {"name": "event.starts_at"}
    assert len(caught.value.message) < 120


def test_an_hour_that_the_clocks_skip_is_read_as_the_same_length_later() -> None:
    assert read("2026-03-08T02:30", NEW_YORK) == utc("2026-03-08 07:30")


def test_an_hour_that_comes_twice_is_read_as_the_first() -> None:
    assert read("2026-11-01T01:30", NEW_YORK) == utc("2026-11-01 05:30")
    assert read("2026-11-01T01:30-05:00", NEW_YORK) == utc("2026-11-01 06:30")


def test_brazil_has_had_no_summer_time_since_2019() -> None:
    assert read("2018-12-01T12:00") == utc("2018-12-01 14:00")
    assert read("2026-12-01T12:00") == utc("2026-12-01 15:00")


@pytest.mark.parametrize(
    "name", ["", "Mars/Phobos", "../../etc/passwd", "/etc/passwd", "America", "a\0b", "x" * 5_000]
)
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_zone(name)

    assert len(caught.value.message) < 120


def test_a_moment_is_shown_where_the_event_is() -> None:
    assert local_text(utc("2026-11-23 01:30"), SAO_PAULO) == "22/11/2026 22:30"
    assert local_day(utc("2026-11-23 01:30"), SAO_PAULO) == date(2026, 11, 22)
    assert local_day(utc("2026-11-23 03:00"), SAO_PAULO) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 s ago"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=45), "45 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=47), "1 d ago"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(length: timedelta, words: str) -> None:
    assert ago_text(NOW - length, NOW) == words


def test_a_moment_for_machines_is_utc_with_a_z() -> None:
    assert iso(datetime(2026, 11, 22, 12, tzinfo=SAO_PAULO)) == "2026-11-22T15:00:00Z"
    assert iso(None) is None
