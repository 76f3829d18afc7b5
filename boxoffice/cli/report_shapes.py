"""Reports as JSON: the shapes of docs/contract.md."""

from typing import Any

from boxoffice.door.wire import door_stats_json
from boxoffice.events.half import LEGAL_SOURCE
from boxoffice.reports.door import SPAN, DoorReport, Span
from boxoffice.reports.half_price import HalfPriceReport
from boxoffice.reports.money import MoneyReport
from boxoffice.reports.sales import Sales, SalesReport
from boxoffice.reports.window import Window
from boxoffice.times import iso


def sales_report_json(report: SalesReport) -> dict[str, Any]:
    """The sales of an event; each row has its key under the name of the grouping."""
    return {
        "event": report.event,
        "by": report.by,
        "currency": report.currency,
        **_window_json(report.window),
        "rows": [
            {report.by: row.key}
            | (
                {}
                if row.places is None
                else {
                    "category": row.places.category,
                    "quota": row.places.quota,
                    "places_left": row.places.left,
                }
            )
            | _amounts_json(row.sales)
            for row in report.rows
        ],
        "total": _amounts_json(report.total),
    }


def door_report_json(report: DoorReport) -> dict[str, Any]:
    """The numbers of a door, and its entries in every ten minutes that had any."""

    def span_json(span: Span) -> dict[str, Any]:
        ends_at = span.begins_at + SPAN
        return {"since": iso(span.begins_at), "until": iso(ends_at), "entries": span.entries}

    return door_stats_json(report.stats) | {
        "spans": [span_json(span) for span in report.spans],
        "peak": None if report.peak is None else span_json(report.peak),
    }


def money_report_json(report: MoneyReport) -> dict[str, Any]:
    """The money by method, and whether the books agree."""
    books = report.books
    return {
        "event": report.event,
        **_window_json(report.window),
        "rows": [
            {
                "method": row.method,
                "provider": row.provider,
                "currency": row.received.currency,
                "payments": row.payments,
                "in_minor": row.received.minor,
                "refunded_minor": row.refunded.minor,
                "refunding_minor": row.refunding.minor,
                "balance_minor": row.balance.minor,
            }
            for row in report.rows
        ],
        "waiting": report.waiting,
        "late": report.late,
        "agree": books.agree,
        "sums": [
            {
                "currency": one.currency,
                "orders_minor": one.orders_minor,
                "late_minor": one.late_minor,
                "returned_minor": one.returned_minor,
                "part_minor": one.part_minor,
                "in_minor": one.received_minor,
            }
            for one in books.sums
        ],
        "sides": [
            {
                "currency": one.currency,
                "orders_minor": one.orders,
                "gateway_minor": one.gateway,
                "gateway_net_minor": one.gateway_net,
                "marked_minor": one.marked,
                "till_minor": one.till,
                "drawers_minor": one.drawers,
                "other_minor": one.other,
                "strays_minor": one.strays,
            }
            for one in report.sides
        ],
        "differs_count": books.differs_count,
        "differs": [
            {
                "order": one.order,
                "event": one.event,
                "state": one.state,
                "currency": one.expected.currency,
                "expected_minor": one.expected.minor,
                "in_minor": one.received.minor,
                "refunded_minor": one.refunded.minor,
            }
            for one in books.differs
        ],
    }


def half_price_report_json(report: HalfPriceReport) -> dict[str, Any]:
    """Half price, with the law it is counted by."""
    return {
        "event": report.event,
        "on_sale": report.on_sale,
        "offered": report.offered,
        "sold": report.sold,
        "half_sold": report.half_sold,
        "half_held": report.half_held,
        "share_basis_points": report.share_basis_points,
        "cap_percent": report.cap_percent,
        "cap": report.cap,
        "left": report.left,
        "limit": report.limit,
        "used": report.used,
        "limit_left": report.limit_left,
        "law": LEGAL_SOURCE,
    }


def _window_json(window: Window) -> dict[str, Any]:
    return {"since": iso(window.since), "until": iso(window.until)}


def _amounts_json(sales: Sales) -> dict[str, int]:
    return {
        "sold": sales.sold,
        "given_back": sales.given_back,
        "gross_minor": sales.gross.minor,
        "discount_minor": sales.discount.minor,
        "fee_minor": sales.fee.minor,
        "given_back_minor": sales.back.minor,
        "net_minor": sales.net.minor,
    }
