"""The money seen from three sides: what orders say, what the gateway has, what the drawers took."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case
from sqlalchemy import select as select_columns
from sqlmodel import col

from boxoffice.db import ReadSession
from boxoffice.orders.models import Order
from boxoffice.payments.give import TILL
from boxoffice.payments.models import Payment, Refund, RefundState, Stray
from boxoffice.reports.window import total_of
from boxoffice.till.models import EntryKind, TillEntry

_GONE = (RefundState.DONE, RefundState.BY_HAND)
_SIDES = 7  # held, marked, till, other, net, orders, drawers


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """One currency, in minor units, of all time. What went back is taken off on each side."""

    currency: str
    orders: int  # what orders that became paid cost
    gateway: int  # what payments say the gateway holds, before its fee
    gateway_net: int  # what came in there after its fee, where it told one; nothing is taken off
    marked: int  # marked at the gateway as paid outside of it: not in its balance
    till: int  # what payments say was taken over the counter
    drawers: int  # what passed the tills of clerks; who has no till needs none
    other: int  # of orders that were imported with their money
    strays: int  # at the gateway, and of no payment; other income too


def three_way(session: ReadSession, event_id: UUID | None = None) -> tuple[ThreeWay, ...]:
    """Add up all money from three sides. Strays belong to no event: of one event there are none."""
    paid, net = col(Payment.paid_minor), col(Payment.net_minor)
    at_till = col(Payment.provider) == TILL
    at_gateway = col(Payment.provider_id).is_not(None)
    is_marked = at_gateway & col(Payment.is_in_cash)
    is_held = at_gateway & ~col(Payment.is_in_cash)
    is_other = ~at_till & ~at_gateway
    sides = (is_held, is_marked, at_till, is_other)
    sums: dict[str, list[int]] = {}

    came = select_columns(
        col(Payment.currency),
        *(_where(side, paid) for side in sides),
        _where(is_held & net.is_not(None), net),
    ).group_by(col(Payment.currency))
    for currency, *amounts in _run(session, came, event_id):
        sums[currency] = [*amounts, 0, 0]
    back = col(Refund.amount_minor)
    went = (
        select_columns(col(Refund.currency), *(_where(side, back) for side in sides))
        .join(Payment, col(Payment.id) == Refund.payment_id)
        .where(col(Refund.state).in_(_GONE))
        .group_by(col(Refund.currency))
    )
    for currency, *amounts in _run(session, went, event_id):
        for place, amount in enumerate(amounts):
            sums[currency][place] -= amount
    _orders(session, event_id, sums)
    _drawers(session, event_id, sums)
    strays = {} if event_id is not None else _strays(session)
    return tuple(
        ThreeWay(
            currency=currency,
            orders=orders,
            gateway=held,
            gateway_net=net_minor,
            marked=marked,
            till=till,
            drawers=drawers,
            other=other,
            strays=strays.get(currency, 0),
        )
        for currency, (held, marked, till, other, net_minor, orders, drawers) in sorted(
            sums.items()
        )
    )


def _where(which: ColumnElement[bool], amount: Any) -> ColumnElement[Any]:
    return total_of(case((which, amount), else_=0))


def _run(session: ReadSession, statement: Select[Any], event_id: UUID | None) -> Any:
    """Run a statement on payments, for the orders of one event where one is named."""
    if event_id is not None:
        statement = statement.join(Order, col(Order.id) == Payment.order_id).where(
            col(Order.event_id) == event_id
        )
    return session.connection().execute(statement)


def _orders(session: ReadSession, event_id: UUID | None, sums: dict[str, list[int]]) -> None:
    statement = (
        select_columns(col(Order.currency), total_of(col(Order.total_minor)))
        .where(col(Order.paid_at).is_not(None))
        .group_by(col(Order.currency))
    )
    if event_id is not None:
        statement = statement.where(col(Order.event_id) == event_id)
    for currency, amount in session.connection().execute(statement):
        sums.setdefault(currency, [0] * _SIDES)[5] = amount


def _drawers(session: ReadSession, event_id: UUID | None, sums: dict[str, list[int]]) -> None:
    kind, amount = col(TillEntry.kind), col(TillEntry.amount_minor)
    passed = case((kind == EntryKind.SALE, amount), (kind == EntryKind.REFUND, -amount), else_=0)
    statement = (
        select_columns(col(Order.currency), total_of(passed))
        .join(Order, col(Order.id) == TillEntry.order_id)
        .group_by(col(Order.currency))
    )
    if event_id is not None:
        statement = statement.where(col(Order.event_id) == event_id)
    for currency, total in session.connection().execute(statement):
        sums.setdefault(currency, [0] * _SIDES)[6] = total


def _strays(session: ReadSession) -> dict[str, int]:
    statement = select_columns(col(Stray.currency), total_of(col(Stray.paid_minor))).group_by(
        col(Stray.currency)
    )
    return {row[0]: row[1] for row in session.connection().execute(statement)}
