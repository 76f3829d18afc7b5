"""Prices and steps of an order: pure decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from boxoffice.events.models import FeePer
from boxoffice.money import Money
from boxoffice.orders.models import OrderState

QUANTITY_MAX = 100  # places in one order

STEPS: Mapping[OrderState, frozenset[OrderState]] = MappingProxyType(
    {
        OrderState.PLACED: frozenset(
            {
                OrderState.PAID,
                OrderState.EXPIRING,
                OrderState.CANCELLED,
                OrderState.NEEDS_REVIEW,
            }
        ),
        OrderState.EXPIRING: frozenset(
            {
                OrderState.PAID,
                OrderState.EXPIRED,
                OrderState.CANCELLED,
                OrderState.NEEDS_REVIEW,
            }
        ),
        OrderState.EXPIRED: frozenset({OrderState.PAID, OrderState.NEEDS_REVIEW}),
        OrderState.CANCELLED: frozenset({OrderState.PAID, OrderState.NEEDS_REVIEW}),
        OrderState.PAID: frozenset({OrderState.CANCELLED}),
        OrderState.NEEDS_REVIEW: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    }
)


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What is added to the price of a ticket: a fixed part, a share, or both."""

    fixed: Money
    basis_points: int
    per: FeePer


@dataclass(frozen=True, slots=True)
class Bill:
    """What an order costs. The fee is always a line of its own."""

    subtotal: Money
    fee: Money

    @property
    def total(self) -> Money:
        """What the buyer pays."""
        return self.subtotal + self.fee


def bill(lines: Iterable[tuple[Money, int]], rule: FeeRule, currency: str) -> Bill:
    """Price an order of (unit price, quantity) lines. What is free carries no fee.

    The share is rounded per ticket, halves up, so that one ticket's fee can be given back exactly.
    """
    subtotal = fee = Money(0, currency)
    for price, quantity in lines:
        subtotal += price * quantity
        if price.minor > 0:
            each = price.share(rule.basis_points)
            if rule.per is FeePer.TICKET:
                each += rule.fixed
            fee += each * quantity
    if rule.per is FeePer.ORDER and subtotal.minor > 0:
        fee += rule.fixed
    return Bill(subtotal, fee)
