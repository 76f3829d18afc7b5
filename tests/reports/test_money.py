"""The money report: every number is what a recount by hand comes to, and the books are checked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boxoffice.errors import NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, OrderState
from boxoffice.payments.models import Payment, RefundState
from boxoffice.payments.provider import Method
from boxoffice.reports.money import DIFFERS_MAX, MoneyReport, agrees, money_report
from boxoffice.reports.window import Window
from boxoffice.tickets.models import TicketState
from tests.making import (
    LOTE,
    SLUG,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_order,
    rows,
    started,
)
from tests.reports.booking import START, Paid, Sale, Seat, booked, moments, sales

Key = tuple[str, str]


def a_report(
    office: BoxOffice, event: str | None = SLUG, window: Window | None = None
) -> MoneyReport:
    with office.reading() as session:
        return money_report(session, event, window=window)


def numbers(report: MoneyReport) -> dict[Key, dict[str, int]]:
    """The rows as they would stand on paper, without the zeros."""
    return {
        (row.method, row.provider): {
            name: number
            for name, number in {
                "payments": row.payments,
                "in": row.received.minor,
                "refunded": row.refunded.minor,
                "refunding": row.refunding.minor,
                "balance": row.balance.minor,
            }.items()
            if number
        }
        for row in report.rows
    }


def recounted(kept: list[Sale], window: Window) -> dict[Key, dict[str, int]]:
    """Count payment by payment and refund by refund, in plain Python."""
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for paid in (paid for sale in kept for paid in sale.payments):
        key = (str(paid.method), paid.provider)
        if paid.paid_at is not None and is_within(paid.paid_at, window):
            found[key].update({"payments": 1, "in": paid.amount, "balance": paid.amount})
        for back in paid.backs:
            if not is_within(back.done_at or back.asked_at, window):
                continue
            found[key]["refunded"] += 0  # a refund that failed has its row, with nothing in it
            if back.state in {RefundState.DONE, RefundState.BY_HAND}:
                found[key]["refunded"] += back.amount
                found[key]["balance"] -= back.amount
            elif back.state is not RefundState.FAILED:
                found[key]["refunding"] += back.amount
    return {key: {name: n for name, n in row.items() if n} for key, row in found.items()}


def is_within(moment: datetime, window: Window) -> bool:
    return (window.since is None or window.since <= moment) and (
        window.until is None or moment < window.until
    )


def differing(kept: list[Sale], codes: list[str]) -> Iterator[str]:
    """Name the orders whose money is not right, by the words of the contract."""
    for code, sale in zip(codes, kept, strict=True):
        came = [paid for paid in sale.payments if paid.paid_at]
        due = 0 if sale.paid_at is None else sale.total
        received = sum(paid.amount for paid in came)
        rest = received - sum(paid.decided for paid in came)
        is_waiting = sale.state in {OrderState.PLACED, OrderState.EXPIRING} and not sale.paid_at
        is_set_aside = sale.state is OrderState.NEEDS_REVIEW
        if is_set_aside or (is_waiting and received < sale.total):
            continue
        if due not in {received, rest}:
            yield code


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kept=st.lists(sales(), max_size=8),
    window=st.builds(Window, st.none() | moments, st.none() | moments),
)
def test_money_and_differences_are_what_a_recount_comes_to(
    office: BoxOffice, kept: list[Sale], window: Window
) -> None:
    event, codes = booked(office, kept)

    report = a_report(office, event, window)

    paid = [(sale, one) for sale in kept for one in sale.payments]
    assert numbers(report) == recounted(kept, window)
    assert sorted(one.order for one in report.books.differs) == sorted(differing(kept, codes))
    assert report.waiting == sum(one.paid_at is None for _, one in paid)
    assert report.late == sum(
        one.paid_at is not None and sale.state is OrderState.NEEDS_REVIEW for sale, one in paid
    )
    for sums in report.books.sums:
        assert sums.received_minor == sum(one.amount for _, one in paid if one.paid_at)
        if report.books.agree:
            belongs = sums.orders_minor + sums.late_minor + sums.returned_minor + sums.part_minor
            assert sums.received_minor == belongs


def test_sales_over_the_counter_agree_with_their_orders(office: BoxOffice) -> None:
    an_event(office, fee_percent=10)
    a_sale(office, (LOTE, 2))
    a_sale(office, (LOTE, 1))

    report = a_report(office)

    (row,) = report.rows
    assert (row.method, row.provider, row.payments) == (Method.CASH, "till", 2)
    assert (row.received.minor, row.balance.minor) == (33_000, 33_000)
    assert report.books.agree


def test_a_charge_that_nobody_paid_waits_and_is_no_money(office: BoxOffice) -> None:
    an_event(office)
    started(office, an_order(office).id)

    report = a_report(office)

    assert (report.waiting, report.late, report.rows) == (1, 0, ())
    assert report.books.agree


def test_money_that_lost_a_cent_is_named_with_its_order(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    with office.writing() as session:
        session.get_one(Payment, rows(office, Payment)[0].id).paid_minor -= 1

    (one,) = a_report(office).books.differs

    assert (one.order, one.event, one.state) == (sale.code, SLUG, OrderState.PAID)
    assert (one.expected.minor, one.received.minor) == (10_000, 9_999)


def test_many_differences_are_counted_and_the_oldest_named(office: BoxOffice) -> None:
    lost = Paid(Method.CASH, "till", START, 5, ())
    sale = Sale(OrderState.EXPIRED, Channel.ONLINE, None, 0, (), (lost,))
    event, _ = booked(office, [sale] * (DIFFERS_MAX + 1))

    books = a_report(office, event).books

    assert (books.agree, books.differs_count, len(books.differs)) == (False, 101, DIFFERS_MAX)


def test_money_that_waits_for_a_decision_belongs_to_no_order_yet(office: BoxOffice) -> None:
    twice = tuple(Paid(Method.PIX, "asaas", START, 500, ()) for _ in range(2))
    sale = Sale(OrderState.NEEDS_REVIEW, Channel.ONLINE, START, 500, (), twice)
    event, _ = booked(office, [sale])

    report = a_report(office, event)

    (sums,) = report.books.sums
    assert (report.late, report.books.agree) == (2, True)
    assert (sums.orders_minor, sums.late_minor, sums.received_minor) == (0, 1_000, 1_000)


def test_without_an_event_all_of_them_are_added_up(office: BoxOffice) -> None:
    an_event(office)
    an_event(office, a_tier(price="50,00"), slug="matine")
    a_sale(office)
    a_sale(office, event="matine")

    assert [row.received.minor for row in a_report(office, None).rows] == [15_000]
    assert [row.received.minor for row in a_report(office, "matine").rows] == [5_000]


def test_a_window_moves_the_rows_and_never_the_books(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office)

    report = a_report(office, window=Window(clock.moment + timedelta(seconds=1), None))

    assert report.rows == ()
    assert [one.received_minor for one in report.books.sums] == [10_000]


@pytest.mark.parametrize(
    ("expected", "received", "refunded", "answer"),
    [
        (100, 100, 0, True),
        (100, 100, 40, True),  # a refund takes nothing from what came in
        (100, 110, 10, True),  # what was too much went back
        (100, 200, 100, True),  # paid twice, given back once
        (0, 100, 100, True),  # money for nothing, all of it back
        (0, 0, 0, True),
        (100, 110, 0, False),
        (100, 99, 0, False),
        (100, 0, 0, False),
        (0, 100, 40, False),
    ],
)
def test_an_orders_money_is_its_total_or_the_rest_went_back(
    expected: int, received: int, refunded: int, *, answer: bool
) -> None:
    assert agrees(expected, received, refunded) is answer


def test_an_event_that_is_not_there_is_named(office: BoxOffice) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        a_report(office, "nowhere")


@pytest.mark.parametrize("state", [OrderState.PLACED, OrderState.EXPIRING])
def test_a_part_of_the_money_of_an_order_that_waits_is_its_own_sum(
    office: BoxOffice, state: OrderState
) -> None:
    seat = Seat(0, 1_000, 0, 0, TicketState.HELD, was_issued=False)
    part = Paid(Method.CASH, "till", START, 400, ())
    event, _ = booked(office, [Sale(state, Channel.COUNTER, None, 0, (seat,), (part,))])

    report = a_report(office, event)

    (sums,) = report.books.sums
    assert (sums.part_minor, sums.orders_minor, sums.received_minor) == (400, 0, 400)
    assert (report.books.agree, [row.received.minor for row in report.rows]) == (True, [400])


@pytest.mark.parametrize("state", [OrderState.EXPIRED, OrderState.CANCELLED, OrderState.PAID])
def test_a_part_of_the_money_of_an_order_that_does_not_wait_differs(
    office: BoxOffice, state: OrderState
) -> None:
    was_paid = START if state is OrderState.PAID else None
    ticket = TicketState.VALID if was_paid else TicketState.VOID
    seat = Seat(0, 1_000, 0, 0, ticket, was_issued=bool(was_paid))
    part = Paid(Method.CASH, "till", START, 400, ())
    event, codes = booked(office, [Sale(state, Channel.COUNTER, was_paid, 0, (seat,), (part,))])

    books = a_report(office, event).books

    assert [one.order for one in books.differs] == codes
    assert [one.part_minor for one in books.sums] == [0]
