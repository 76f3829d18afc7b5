"""`boxoffice report`: what was sold, what came in, half price, and the door."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, example, noun
from boxoffice.cli.report_door import app as door_app

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from boxoffice.db import ReadSession
    from boxoffice.money import Money
    from boxoffice.reports.half_price import HalfPriceReport
    from boxoffice.reports.money import MoneyReport
    from boxoffice.reports.sales import Sales, SalesReport, SalesRow

app = noun("What was sold, what came in, half price, and the door.")
app.add_typer(door_app)  # its verb is one of `report`

_BRAZIL = "America/Sao_Paulo"  # for times that belong to no one event
_ALL_EVENTS = "Todos os eventos"

Since = Annotated[str | None, typer.Option("--since", help="From then on: 2026-11-22, -7d.")]
Until = Annotated[
    str | None, typer.Option("--until", help="Before then; a day is its first moment.")
]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Print it to this file, or - for stdout.")]


@app.command("sales", epilog=example("boxoffice report sales -e noite --by day --since -7d"))
def sales_command(
    ctx: typer.Context,
    event: EventSlug,
    by: Annotated[str, typer.Option(help="A row for each tier, day, channel or method.")] = "tier",
    since: Since = None,
    until: Until = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Add up the tickets sold and what they came to. In a pipe money is in centavos."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.report_shapes import sales_report_json
    from boxoffice.errors import BadValue
    from boxoffice.events.queries import event_view
    from boxoffice.files import publish
    from boxoffice.reports.sales import By, sales_report
    from boxoffice.reports.window import read_window

    if by not in set(By):
        raise BadValue("--by", f"{by[:40]!r} is not one of: {', '.join(By)}.")
    with office_of(ctx) as office, office.reading() as session:
        now = office.now()
        zone = event_view(session, event, now=now).zone
        window = read_window(since, until, zone=zone, now=now)
        report = sales_report(session, event, by=By(by), window=window)
        printed = None if pdf is None else _printed(session, report, now)
    if pdf is not None and printed is not None:
        publish(pdf, [printed])
    elif as_json:
        show.as_json_line(sales_report_json(report), fields)
    else:
        _show_sales(report)


@app.command("money", epilog=example("boxoffice report money -e noite --json"))
def money_command(
    ctx: typer.Context,
    event: Annotated[
        str | None, typer.Option("--event", "-e", help="The event; without one, all of them.")
    ] = None,
    since: Since = None,
    until: Until = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Add up the money by method, and compare all of it with the orders.

    Exit 7 when an order's money is not its total.
    """
    from zoneinfo import ZoneInfo

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.report_shapes import money_report_json
    from boxoffice.events.queries import event_view
    from boxoffice.files import publish
    from boxoffice.reports.money import money_report
    from boxoffice.reports.window import read_window

    with office_of(ctx) as office, office.reading() as session:
        now = office.now()
        view = None if event is None else event_view(session, event, now=now)
        zone = ZoneInfo(_BRAZIL) if view is None else view.zone
        window = read_window(since, until, zone=zone, now=now)
        report = money_report(session, event, window=window)
    if pdf is not None:
        from boxoffice.reports.bars_paper import money_pdf

        title = _ALL_EVENTS if view is None else view.title
        publish(pdf, [money_pdf(title, report, zone=zone, now=now)])
    elif as_json:
        show.as_json_line(money_report_json(report), fields)
    else:
        _show_money(report)
    if not report.books.agree:
        raise typer.Exit(7)


@app.command("half-price", epilog=example("boxoffice report half-price -e noite"))
def half_price_command(
    ctx: typer.Context,
    event: EventSlug,
    pdf: Pdf = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Count half-price tickets (meia-entrada), and what is left of what the law assures."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.report_shapes import half_price_report_json
    from boxoffice.events.queries import event_view
    from boxoffice.files import publish
    from boxoffice.reports.half_price import half_price_report

    with office_of(ctx) as office, office.reading() as session:
        now = office.now()
        view = event_view(session, event, now=now)
        report = half_price_report(session, event)
    if pdf is not None:
        from boxoffice.reports.bars_paper import half_price_pdf

        publish(pdf, [half_price_pdf(view.title, report, zone=view.zone, now=now)])
    elif as_json:
        show.as_json_line(half_price_report_json(report), fields)
    else:
        _show_half_price(report)


def _printed(session: "ReadSession", report: "SalesReport", now: "datetime") -> bytes:
    """Return the sales as pages: the rows that were asked for, and a chart of the days."""
    from boxoffice.events.queries import event_view
    from boxoffice.reports.sales import By, sales_report
    from boxoffice.reports.sales_paper import sales_pdf

    view = event_view(session, report.event, now=now)
    by_day = sales_report(session, report.event, by=By.DAY, window=report.window)
    return sales_pdf(view.title, report, by_day, zone=view.zone, now=now)


def _show_sales(report: "SalesReport") -> None:
    """Show the rows: all of each in a pipe, and what 80 columns hold, with a total, to people."""
    from boxoffice.cli import show

    if not sys.stdout.isatty():  # no total: it would be added up twice
        show.table([], [[row.key, *_cells(row)] for row in report.rows])
        return
    has_places = any(row.places for row in report.rows)
    rows = [
        [_day(row.key) if report.by == "day" else row.key, *_told(row.sales), _left(row)]
        for row in report.rows
    ]
    rows.append(["total", *_told(report.total), ""])
    heads = [report.by, "sold", "back", "gross", "discount", "fee", "net"]
    show.table([*heads, "left of" if has_places else ""], rows)
    show.talk(f"money in {report.currency}")


def _cells(row: "SalesRow") -> list[str]:
    sales, places = row.sales, row.places
    amounts = (sales.gross, sales.discount, sales.fee, sales.back, sales.net)
    counts = [] if places is None else [places.left, places.quota]
    numbers = [sales.sold, sales.given_back, *(one.minor for one in amounts), *counts]
    return [str(number) for number in numbers]


def _told(sales: "Sales") -> list[str]:
    amounts = (sales.gross, sales.discount, sales.fee, sales.net)
    return [_count(sales.sold), _count(sales.given_back), *map(_money, amounts)]


def _left(row: "SalesRow") -> str:
    places = row.places
    return "" if places is None else f"{_count(places.left)}/{_count(places.quota)}"


def _day(iso: str) -> str:
    from datetime import date

    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def _show_money(report: "MoneyReport") -> None:
    from boxoffice.cli import show
    from boxoffice.money import Money

    show.table(
        ["method", "provider", "currency", "payments", "in", "refunded", "to refund", "balance"],
        [
            [
                row.method,
                row.provider,
                row.received.currency,
                _count(row.payments),
                *map(_money, (row.received, row.refunded, row.refunding, row.balance)),
            ]
            for row in report.rows
        ],
    )
    if report.waiting or report.late:
        show.talk(f"payments that wait: {report.waiting}; late, to be decided: {report.late}")
    for side in report.sides:
        told = {"orders": side.orders, "gateway": side.gateway, "till": side.till,
                "other": side.other, "marked as paid outside": side.marked,
                "of no order": side.strays}  # fmt: skip
        parts = [f"{name} {Money(n, side.currency)}" for name, n in told.items() if n]
        if parts and sys.stdout.isatty():  # a pipe is for programs: --json has them all
            show.talk(f"three ways: {', '.join(parts)}")
    books = report.books
    if books.agree:
        show.talk("the orders and the money agree.")
        return
    show.talk(f"orders whose money is not their total: {books.differs_count}")
    for one in books.differs:
        show.talk(
            f"  {one.order} ({one.event}, {one.state}): {one.expected} expected, "
            f"{one.received} came in, {one.refunded} to go back; "
            f"see: boxoffice order show {one.order}"
        )


def _show_half_price(report: "HalfPriceReport") -> None:
    from boxoffice.cli import show
    from boxoffice.events.half import LEGAL_SOURCE

    rows: Sequence[tuple[str, int | None]] = [
        ("places on sale", report.on_sale),
        ("half-price places offered", report.offered),
        ("tickets sold", report.sold),
        ("half-price tickets sold", report.half_sold),
        ("half-price tickets held", report.half_held),
        (f"assured by law ({report.cap_percent} %)", report.cap),
        ("left of that", report.left),
        ("cap of the event", report.limit),
        ("used of that", report.used),
        ("left under the cap", report.limit_left),
    ]
    show.table(
        ["half price", report.event],
        [[name, "" if number is None else _count(number)] for name, number in rows],
    )
    if sys.stdout.isatty():
        show.line(f"share of half price: {_percent(report.share_basis_points)}")
        show.line(LEGAL_SOURCE)
    if report.offered < report.cap:
        show.talk(
            f"half price is offered {report.offered} places, and the law assures {report.cap} of "
            f"{report.on_sale} to it, where it applies."
        )


def _count(number: int) -> str:
    """Write a count: `1.972` on a Brazilian's terminal, plain digits in a pipe."""
    if not sys.stdout.isatty():
        return str(number)
    from babel.numbers import format_decimal

    return format_decimal(number, locale="pt_BR")


def _money(amount: "Money") -> str:
    """Write money: `1.234,56` on a terminal, minor units in a pipe."""
    if not sys.stdout.isatty():
        return str(amount.minor)
    from babel.numbers import format_decimal

    return format_decimal(amount.decimal, format="#,##0.00", locale="pt_BR")


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole},{rest:02d} %"
