"""The sales report: every number is what a recount by hand comes to."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boxoffice.errors import NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.models import Channel
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from boxoffice.reports.sales import UNPAID, By, SalesReport, sales_report
from boxoffice.reports.window import Window
from boxoffice.tickets.models import TicketState
from tests.making import LOTE, SLUG, Clock, a_sale, a_tier, an_event, an_order, rows
from tests.payments.changing import extended, half_in_cash, money_comes, open_payment
from tests.reports.booking import START, TIERS, ZONES, Sale, booked, moments, sales

Counts = dict[str, int]


def a_report(
    office: BoxOffice, event: str = SLUG, by: By = By.TIER, window: Window | None = None
) -> SalesReport:
    with office.reading() as session:
        return sales_report(session, event, by=by, window=window)


def numbers(report: SalesReport) -> dict[str, Counts]:
    """The rows as they would stand on paper; tiers without a sale are left out."""
    told = {row.key: row.sales for row in report.rows} | {"total": report.total}
    return {
        key: {
            "sold": one.sold,
            "given_back": one.given_back,
            "gross": one.gross.minor,
            "discount": one.discount.minor,
            "fee": one.fee.minor,
            "net": one.net.minor,
        }
        for key, one in told.items()
        if one.sold
    }


def recounted(kept: list[Sale], by: By, zone: ZoneInfo, window: Window) -> dict[str, Counts]:
    """Count ticket by ticket, in plain Python."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for sale in kept:
        if sale.paid_at is None or not is_within(sale.paid_at, window):
            continue
        issued = sorted((seat for seat in sale.seats if seat.was_issued), key=lambda s: s.tier)
        paid = [one for one in sale.payments if one.paid_at]
        beyond = sale.fee - sum(seat.fee for seat in issued)
        stands = any(seat.state is not TicketState.VOID for seat in issued)
        for turn, seat in enumerate(issued):
            fee = seat.fee
            is_back = seat.state is TicketState.VOID
            worth = 0 if is_back else seat.price - seat.discount + fee
            if turn == 0:
                fee += beyond
                worth += beyond if stands else 0
            key = {
                By.TIER: TIERS[seat.tier][0],
                By.DAY: sale.paid_at.astimezone(zone).date().isoformat(),
                By.CHANNEL: str(sale.channel),
                By.METHOD: str(min(paid, key=lambda one: one.paid_at or START).method)
                if paid
                else UNPAID,
            }[by]
            for row in (rows[key], rows["total"]):
                row["sold"] += 1
                row["given_back"] += is_back
                row["gross"] += seat.price
                row["discount"] += seat.discount
                row["fee"] += fee
                row["net"] += worth
    return {key: dict(row) for key, row in rows.items()}


def is_within(moment: datetime, window: Window) -> bool:
    return (window.since is None or window.since <= moment) and (
        window.until is None or moment < window.until
    )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kept=st.lists(sales(), max_size=8),
    zone=st.sampled_from(ZONES),
    window=st.builds(Window, st.none() | moments, st.none() | moments),
)
def test_every_grouping_is_what_a_recount_comes_to(
    office: BoxOffice, kept: list[Sale], zone: str, window: Window
) -> None:
    event, _ = booked(office, kept, zone=zone)

    for by in By:
        found = numbers(a_report(office, event, by, window))
        assert found == recounted(kept, by, ZoneInfo(zone), window), by


def test_what_is_not_paid_is_not_sold(office: BoxOffice) -> None:
    an_event(office, fee_percent=10)
    a_sale(office, (LOTE, 2))
    an_order(office, (LOTE, 3))

    (row,) = a_report(office).rows

    assert (row.sales.sold, row.sales.gross.minor, row.sales.fee.minor) == (2, 20_000, 2_000)
    assert row.sales.net.minor == 22_000
    assert row.places is not None
    assert (row.places.quota, row.places.left) == (10, 5)


def test_an_order_that_is_paid_in_part_is_not_sold_until_all_of_it_is(office: BoxOffice) -> None:
    an_event(office)
    half_in_cash(office)
    before = a_report(office)

    money_comes(office, next(row for row in rows(office, Payment) if not row.paid_minor))

    after = a_report(office)
    assert (before.total.sold, before.total.net.minor) == (0, 0)
    assert [row.places.left for row in before.rows if row.places] == [9]
    assert (after.total.sold, after.total.net.minor) == (1, 10_000)
    by_method = {row.key: row.sales.net.minor for row in a_report(office, by=By.METHOD).rows}
    assert sum(by_method.values()) == 10_000


def test_an_addition_that_is_not_paid_is_not_sold(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    extended(office, sale.id, method=Method.PIX)
    before = a_report(office).total

    money_comes(office, open_payment(office, sale.id))

    after = a_report(office).total
    assert (before.sold, before.net.minor) == (1, 10_000)
    assert (after.sold, after.net.minor) == (2, 20_000)


def test_a_cancelled_sale_is_counted_as_given_back(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office, (LOTE, 1))
    dead = a_sale(office, (LOTE, 2))
    with office.writing() as session:
        cancel(session, office.actor, dead.id, reason="rain", now=office.now())

    total = a_report(office).total

    assert (total.sold, total.given_back) == (3, 2)
    assert (total.gross.minor, total.back.minor, total.net.minor) == (30_000, 20_000, 10_000)


def test_a_tier_without_a_sale_has_its_row_in_its_turn(office: BoxOffice) -> None:
    an_event(office, a_tier("B"), a_tier("A"), a_tier("C"))
    a_sale(office, ("C", 1))

    report = a_report(office)

    assert [(row.key, row.sales.sold) for row in report.rows] == [("B", 0), ("A", 0), ("C", 1)]


def test_a_fee_of_the_whole_order_is_counted_once(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Pista"), fee_fixed="7,00", fee_per="order")
    sale = a_sale(office, ("Pista", 1), (LOTE, 2))

    report = a_report(office)

    assert [row.sales.fee.minor for row in report.rows] == [700, 0]
    assert report.total.net == sale.total


def test_a_day_ends_at_midnight_in_the_events_own_zone(office: BoxOffice, clock: Clock) -> None:
    an_event(office, timezone="America/Noronha")
    midnight = datetime(2026, 11, 23, tzinfo=ZoneInfo("America/Noronha"))
    for moment in (midnight - timedelta(seconds=1), midnight):
        clock.moment = moment
        a_sale(office)

    report = a_report(office, by=By.DAY)

    assert [row.key for row in report.rows] == ["2026-11-22", "2026-11-23"]


def test_a_window_begins_with_its_first_moment_and_ends_before_its_last(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    since = clock.moment
    a_sale(office)
    clock.forward(hours=1)
    a_sale(office)

    assert a_report(office, window=Window(since, clock.moment)).total.sold == 1
    assert a_report(office, window=Window(clock.moment, None)).total.sold == 1
    assert a_report(office, window=Window()).total.sold == 2


def test_channels_and_methods_come_in_one_order(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office, channel=Channel.ONLINE)
    a_sale(office, channel=Channel.COUNTER)

    assert [row.key for row in a_report(office, by=By.CHANNEL).rows] == ["counter", "online"]
    assert [row.key for row in a_report(office, by=By.METHOD).rows] == [Method.CASH]


def test_an_event_that_is_not_there_is_named(office: BoxOffice) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        a_report(office, "nowhere")
