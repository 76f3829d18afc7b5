"""What a sale at the counter answers with: the order, and the change of the cash that was given."""

from typing import Any

from boxoffice.cli import show
from boxoffice.cli.order_answer import read_in, show_order
from boxoffice.cli.shapes import order_json
from boxoffice.db import ReadSession
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.queries import OrderView
from boxoffice.payments.queries import PaymentView


def check_sale(
    session: ReadSession, office: BoxOffice, code: str, change: Money | None, fields: str | None
) -> None:
    """Refuse a wrong field while the sale is not kept yet."""
    if fields is not None:
        show.picked(_sale_json(*read_in(session, office, code), change), fields)


def show_sale(
    order: OrderView,
    payment: PaymentView | None,
    change: Money | None,
    *,
    as_json: bool,
    fields: str | None,
    quiet: bool,
) -> None:
    """Show what was sold. The change is talk for people, and a number in the JSON."""
    if as_json and not quiet:
        show.as_json_line(_sale_json(order, payment, change), fields)
        return
    show_order(order, payment, as_json=False, fields=None, quiet=quiet)
    if change is not None:
        show.talk(f"change: {change}")


def _sale_json(
    order: OrderView, payment: PaymentView | None, change: Money | None
) -> dict[str, Any]:
    told = order_json(order, payment)
    return told if change is None else told | {"change_minor": change.minor}
