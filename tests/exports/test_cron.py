"""The fields of crontab, and the lines that cron and systemd are given."""

import shlex
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from boxoffice.errors import BadValue
from boxoffice.exports.cron import parse_cron
from boxoffice.exports.timetable import Call, crontab_of, service_of, timer_of

BRAZIL = ZoneInfo("America/Sao_Paulo")
LISBON = ZoneInfo("Europe/Lisbon")  # it still changes its clocks
SIX = parse_cron("0 6 * * *")


def at(text: str) -> datetime:
    """Read a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "now", "last", "following"),
    [
        ("0 6 * * *", "2026-11-22T15:00", "2026-11-22T09:00", "2026-11-23T09:00"),
        ("0 6 * * *", "2026-11-22T09:00", "2026-11-22T09:00", "2026-11-23T09:00"),
        ("*/15 * * * *", "2026-11-22T15:07", "2026-11-22T15:00", "2026-11-22T15:15"),
        ("5/20 8-9 * * *", "2026-11-22T11:30", "2026-11-22T11:25", "2026-11-22T11:45"),
        ("30 23 * * 5,6", "2026-11-22T15:00", "2026-11-22T02:30", "2026-11-28T02:30"),
        ("0 0 * * 7", "2026-11-23T15:00", "2026-11-22T03:00", "2026-11-29T03:00"),
        ("0 0 1 1-6 *", "2026-11-22T15:00", "2026-06-01T03:00", "2027-01-01T03:00"),
        ("0 0 29 2 *", "2026-11-22T15:00", "2024-02-29T03:00", "2028-02-29T03:00"),
    ],
)
def test_moments_come_as_crontab_says(text: str, now: str, last: str, following: str) -> None:
    cron = parse_cron(text)

    assert cron.last(at(now), BRAZIL) == at(last)
    assert cron.following(at(now), BRAZIL) == at(following)


@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-03-28T12:00", "2026-03-29T01:30"),  # 01:30 is left out that night
        ("2026-10-24T12:00", "2026-10-25T00:30"),  # 01:30 comes twice
        ("2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_a_changed_clock_neither_loses_nor_repeats_a_moment(now: str, following: str) -> None:
    assert parse_cron("30 1 * * *").following(at(now), LISBON) == at(following)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 6 * *",
        "0 6 * * * *",
        "60 6 * * *",
        "0 24 * * *",
        "0 6 0 * *",
        "0 6 * 13 *",
        "0 6 * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "0 6 * * mon",
        "0 6 31 2 *",
        "0 6 1 * 1",
        "-1 6 * * *",
        "1,,2 * * * *",
        "٣ 6 * * *",
        "@daily",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_cron(text)


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("0 6 * * *", "*-*-* 06:00:00"),
        ("*/30 18-20 * * 5,6", "Fri,Sat *-*-* 18,19,20:00,30:00"),
        ("0 0 1 */6 *", "*-01,07-01 00:00:00"),
        ("* * * * *", "*-*-* *:*:00"),
    ],
)
def test_systemd_is_told_the_same(text: str, calendar: str) -> None:
    assert parse_cron(text).calendar == calendar


def test_a_crontab_line_is_the_command_with_all_it_needs() -> None:
    call = Call("fin", ["/opt/b o/boxoffice", "export", "run", "fin"], {"BOXOFFICE_HOME": "/a 50%"})

    *before, line = crontab_of(call, SIX, BRAZIL).splitlines()

    assert before == ["# boxoffice: fin (America/Sao_Paulo)", "CRON_TZ=America/Sao_Paulo"]
    assert line.startswith("0 6 * * * ")
    assert shlex.split(line.removeprefix("0 6 * * * ").replace("\\%", "%")) == [
        "BOXOFFICE_HOME=/a 50%",
        *call.words,
    ]
    assert "%" not in line.replace("\\%", "")


def test_the_units_of_systemd_are_quoted_as_it_reads_them() -> None:
    call = Call("fin", ["/opt/$x/boxoffice", 'a "b" \\ 50%'], {"BOXOFFICE_HOME": "/a 50%"})

    service, timer = service_of(call), timer_of(call, SIX, BRAZIL)

    assert 'ExecStart="/opt/$$x/boxoffice" "a \\"b\\" \\\\ 50%%"\n' in service
    assert 'Environment="BOXOFFICE_HOME=/a 50%%"\n' in service
    assert "OnCalendar=*-*-* 06:00:00 America/Sao_Paulo\n" in timer


@pytest.mark.parametrize("word", ["a\nb", "a\rb", "a\0b", "a\x1bb"])
def test_no_word_ends_the_line(word: str) -> None:
    call = Call("fin", ["/boxoffice", word], {})

    with pytest.raises(BadValue):
        crontab_of(call, SIX, BRAZIL)
    with pytest.raises(BadValue):
        service_of(call)
