"""How long places are held: a table of moments, over weekends, Carnival, Easter and year ends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from boxoffice.orders.holds import boleto_is_offered, hold_until, is_bank_day
from boxoffice.payments.provider import Method
from tests.making import NOON

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def held_until(method: str, due_on: date | None = None, days: int = 2) -> datetime | None:
    """Return when the hold of an order of noon on a Sunday ends, in São Paulo."""
    return hold_until(
        method,
        placed_at=NOON,
        hold_minutes=30,
        boleto_due_on=due_on,
        boleto_days=days,
        zone=SAO_PAULO,
    )


def is_offered(event: str, today: str, cutoff: int) -> bool:
    """Say whether a boleto is offered, for two moments of São Paulo."""
    starts_at, now = (
        datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO) for text in (event, today)
    )
    return boleto_is_offered(starts_at, now, cutoff, SAO_PAULO)


@pytest.mark.parametrize("method", [Method.PIX, Method.CARD])
def test_what_is_paid_at_once_is_held_for_minutes(method: Method) -> None:
    assert held_until(method) == NOON + timedelta(minutes=30)


@pytest.mark.parametrize("method", [Method.CASH, Method.COURTESY, Method.EXTERNAL])
def test_what_is_sold_at_once_has_no_clock(method: Method) -> None:
    assert held_until(method) is None


@pytest.mark.parametrize(
    ("due_on", "days", "last_day"),
    [
        ("2026-11-23", 2, "2026-11-25"),  # Monday to Wednesday
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-26", 2, "2026-11-30"),  # Thursday, over a weekend
        ("2026-11-21", 0, "2026-11-23"),  # due on a Saturday is due on Monday
        ("2026-11-21", 2, "2026-11-25"),
        ("2026-02-12", 2, "2026-02-18"),  # Carnival: Monday 16 and Tuesday 17
        ("2026-02-16", 1, "2026-02-19"),  # due on Carnival Monday is due on Ash Wednesday
        ("2027-02-05", 1, "2027-02-10"),  # and Carnival moves
        ("2026-04-02", 1, "2026-04-06"),  # Good Friday
        ("2027-03-25", 2, "2027-03-30"),
        ("2026-06-03", 1, "2026-06-05"),  # Corpus Christi
        ("2026-11-19", 1, "2026-11-23"),  # Consciência Negra, national since 2024
        ("2023-11-17", 1, "2023-11-20"),  # and not before
        ("2026-12-23", 2, "2026-12-28"),  # banks open on the 24th
        ("2026-12-30", 1, "2027-01-04"),  # closed on the last bank day and on New Year's
        ("2026-12-31", 2, "2027-01-06"),
        ("2028-12-28", 1, "2029-01-02"),  # the 31st is a Sunday: closed on Friday the 29th
    ],
)
def test_a_boleto_is_held_to_the_end_of_a_bank_day(due_on: str, days: int, last_day: str) -> None:
    midnight = datetime.fromisoformat(last_day).replace(tzinfo=SAO_PAULO) + timedelta(days=1)

    assert held_until(Method.BOLETO, date.fromisoformat(due_on), days) == midnight.astimezone(UTC)


def test_a_hold_ends_at_the_midnight_of_the_event() -> None:
    held = [
        hold_until(
            Method.BOLETO,
            placed_at=NOON,
            hold_minutes=30,
            boleto_due_on=date(2026, 11, 23),
            boleto_days=2,
            zone=ZoneInfo(zone),
        )
        for zone in ("America/Sao_Paulo", "America/Manaus", "America/Noronha")
    ]

    assert held == [datetime(2026, 11, 26, hour, tzinfo=UTC) for hour in (3, 4, 2)]


@pytest.mark.parametrize(
    ("event", "today", "cutoff", "offered"),
    [
        ("2026-12-07T20:00", "2026-11-30T12:00", 5, False),  # Monday, the fifth bank day
        ("2026-12-08T20:00", "2026-11-30T12:00", 5, True),
        ("2026-12-08T00:30", "2026-11-30T23:59", 5, True),
        ("2026-12-08T20:00", "2026-12-01T00:00", 5, False),
        ("2026-12-05T20:00", "2026-11-28T12:00", 5, True),  # from a Saturday to a Saturday
        ("2026-12-04T20:00", "2026-11-28T12:00", 5, False),
        ("2026-02-20T20:00", "2026-02-11T12:00", 5, False),  # Carnival is no bank day
        ("2026-02-21T20:00", "2026-02-11T12:00", 5, True),
        ("2026-04-06T20:00", "2026-04-01T12:00", 2, False),  # Good Friday neither
        ("2027-01-05T20:00", "2026-12-29T12:00", 3, False),  # nor the end of the year
        ("2027-01-06T20:00", "2026-12-29T12:00", 3, True),
        ("2026-11-24T20:00", "2026-11-23T12:00", 0, True),
        ("2026-11-23T20:00", "2026-11-23T12:00", 0, False),
        ("2026-11-20T20:00", "2026-11-23T12:00", 0, False),  # over already
    ],
)
def test_a_boleto_is_not_offered_too_near_the_event(
    event: str, today: str, cutoff: int, *, offered: bool
) -> None:
    assert is_offered(event, today, cutoff) is offered


def test_today_is_the_day_of_the_event_s_zone() -> None:
    starts_at = datetime(2026, 12, 8, 23, tzinfo=UTC)
    now = datetime(2026, 12, 1, 1, tzinfo=UTC)  # still the 30th in São Paulo

    assert boleto_is_offered(starts_at, now, 5, SAO_PAULO)
    assert not boleto_is_offered(starts_at, now, 5, ZoneInfo("UTC"))


def test_banks_keep_the_national_holidays() -> None:
    fixed = "01-01 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25"

    assert not any(
        is_bank_day(date.fromisoformat(f"{year}-{day}"))
        for year in range(2024, 2040)
        for day in fixed.split()
    )
