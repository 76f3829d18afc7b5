"""How long an order holds its places: minutes for what is paid at once, bank days for a boleto."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from boxoffice.errors import Refused
from boxoffice.events.models import Event
from boxoffice.events.queries import EventForSale
from boxoffice.times import local_day

_BY_THE_MINUTE = frozenset({"pix", "card"})
_DAY = timedelta(days=1)
_SATURDAY = 5  # `date.weekday`
_CHRISTMAS_EVE = (12, 24)


def expiry_of(event: Event | EventForSale, method: str, now: datetime) -> datetime:
    """Return when an unpaid order ends: minutes for PIX and card, bank days for a boleto.

    Raises:
        Refused: a boleto would clear too late for this event.
    """
    if method != "boleto":
        return now + timedelta(minutes=event.hold_minutes)
    zone = ZoneInfo(event.timezone)
    if not boleto_is_offered(event.starts_at, now, event.boleto_cutoff_days, zone):
        raise Refused(
            f"{event.slug} is too near for a boleto to clear.",
            hint="pay by PIX instead: --method pix",
            code="boleto.not_offered",
        )
    until = hold_until(
        method,
        placed_at=now,
        hold_minutes=event.hold_minutes,
        boleto_due_on=boleto_due_on(now, zone),
        boleto_days=event.boleto_days,
        zone=zone,
    )
    assert until is not None, "a boleto has a clock"
    return until


def hold_until(
    method: str,
    *,
    placed_at: datetime,
    hold_minutes: int,
    boleto_due_on: date | None,
    boleto_days: int,
    zone: ZoneInfo,
) -> datetime | None:
    """Return the moment from which an order's places may go back; `None` for none, as in cash.

    A boleto is held to the end, in `zone`, of the `boleto_days`-th bank day after its due date.
    One that falls due on a day without banks is due on the next bank day, as banks have it.
    """
    if method in _BY_THE_MINUTE:
        return placed_at + timedelta(minutes=hold_minutes)
    if method != "boleto":
        return None
    assert boleto_due_on is not None, "a boleto has a due date"
    last = bank_days_after(next_bank_day(boleto_due_on), boleto_days)
    return datetime.combine(last + _DAY, time(), tzinfo=zone).astimezone(UTC)


def boleto_due_on(placed_at: datetime, zone: ZoneInfo) -> date:
    """Return the day a boleto falls due: the first bank day after its order was placed."""
    return bank_days_after(local_day(placed_at, zone), 1)


def boleto_is_offered(
    event_starts_at: datetime, now: datetime, cutoff_days: int, zone: ZoneInfo
) -> bool:
    """Say whether more than `cutoff_days` bank days lie between today and the event's day.

    The event's own day counts as one of them: within the cutoff a boleto may clear too late.
    """
    soonest = bank_days_after(local_day(now, zone), cutoff_days)
    return soonest < local_day(event_starts_at, zone)


def bank_days_after(day: date, count: int) -> date:
    """Return the `count`-th bank day after `day`; `day` itself when `count` is zero."""
    assert count >= 0, "bank days are counted forward"
    for _ in range(count):
        day = next_bank_day(day + _DAY)
    return day


def next_bank_day(day: date) -> date:
    """Return the first bank day that is not before `day`."""
    while not is_bank_day(day):
        day += _DAY
    return day


def is_bank_day(day: date) -> bool:
    """Say whether banks in Brazil settle what is paid over their counters on this day.

    National calendar only: a city's own holidays are not in it. Source: CMN resolution 4.880/2020.
    """
    return day.weekday() < _SATURDAY and day not in _closed_days(day.year)


@cache
def _closed_days(year: int) -> frozenset[date]:
    """Return the days of a year on which banks are closed, Saturdays and Sundays apart.

    The exchange keeps the banks' calendar, Carnival, Corpus Christi and the year's last bank day
    included; but it rests on Christmas Eve too, when banks open, if for shorter hours.
    """
    import holidays  # noqa: PLC0415  (0.1 s, and only a boleto needs it)

    found = holidays.financial_holidays("BVMF", years=year)
    return frozenset(day for day in found if (day.month, day.day) != _CHRISTMAS_EVE)
