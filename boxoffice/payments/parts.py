"""A payment in parts: some at the counter, and what is left through the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.money import Money
from boxoffice.orders.models import Order
from boxoffice.payments.collect import AT_THE_COUNTER, Till
from boxoffice.payments.covered import money_came
from boxoffice.payments.provider import Method
from boxoffice.payments.start import start, take_part
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what an order costs. Without an amount it is what the others leave."""

    method: Method
    amount: Money | None = None


def shares(total: Money, parts: Sequence[Part]) -> list[tuple[Method, Money]]:
    """Share `total` out among `parts`, so that together they come to it. Nothing is left over.

    Raises:
        BadValue: they cannot: one is nothing, several have no amount, or they come to another sum.
    """
    if any(part.amount is not None and part.amount.minor <= 0 for part in parts):
        raise BadValue("--method", "has a part of nothing.")
    if sum(part.amount is None for part in parts) > 1:
        raise BadValue(
            "--method", "says more than one time: the rest.", hint="--method cash=50 --method pix"
        )
    if sum(part.method not in AT_THE_COUNTER for part in parts) > 1:
        raise BadValue("--method", "has more than one part for the gateway; one is charged.")
    given = sum((part.amount for part in parts if part.amount), Money(0, total.currency))
    rest = total.minor - given.minor
    has_rest = any(part.amount is None for part in parts)
    if rest < 0 or (has_rest and rest == 0) or (not has_rest and rest):
        raise BadValue("--method", f"comes to {given} in parts, and the total is {total}.")
    return [(part.method, part.amount or Money(rest, total.currency)) for part in parts]


def cash_of(total: Money, parts: Sequence[Part]) -> Money:
    """Return what of `total` is paid in cash.

    Raises:
        BadValue: the parts do not come to the total.
    """
    if len(parts) == 1 and parts[0].amount is None:
        return total if parts[0].method is Method.CASH else Money(0, total.currency)
    cash = [amount for method, amount in shares(total, parts) if method is Method.CASH]
    return sum(cash, Money(0, total.currency))


def pay_in_parts(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    parts: Sequence[Part],
    how: Till,
    *,
    now: datetime,
) -> None:
    """Take the parts at the counter and ask for the one of the gateway. All of them confirm it.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the parts do not come to the total, or the gateway's is under its minimum.
        Refused: a clerk has no open till (`till.closed`).
    """
    actor.must(Permission.SELL)
    order = session.get_one(Order, order_id)
    for method, amount in shares(order.total, parts):
        if method in AT_THE_COUNTER:
            take_part(session, actor, order_id, method, amount, now=now)
        else:
            start(session, actor, order_id, method, how.provider, now=now, amount=amount)
    money_came(session, actor, order_id, how.key, now=now)
