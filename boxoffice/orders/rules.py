"""Prices and steps of an order: pure decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
        OrderState.PAID: frozenset(
            {
                OrderState.PARTLY_REFUNDED,
                OrderState.REFUNDED,
                OrderState.DISPUTED,
                OrderState.CANCELLED,
                OrderState.NEEDS_REVIEW,
            }
        ),
        OrderState.PARTLY_REFUNDED: frozenset(
            {
                OrderState.PAID,
                OrderState.REFUNDED,
                OrderState.DISPUTED,
                OrderState.CANCELLED,
                OrderState.NEEDS_REVIEW,
            }
        ),
        OrderState.DISPUTED: frozenset(
            {OrderState.PAID, OrderState.PARTLY_REFUNDED, OrderState.CHARGED_BACK}
        ),
        OrderState.REFUNDED: frozenset({OrderState.NEEDS_REVIEW}),
        OrderState.CHARGED_BACK: frozenset({OrderState.NEEDS_REVIEW}),
        OrderState.NEEDS_REVIEW: frozenset(
            {OrderState.PAID, OrderState.CANCELLED, OrderState.REFUNDED}
        ),
    }
)


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What is added to the price of a ticket: a fixed part, a share, or both."""

    fixed: Money
    basis_points: int
    per: FeePer

    def of_ticket(self, price: Money) -> Money:
        """Return the fee of one ticket at this price: none when it is free.

        The share is rounded per ticket, halves up, so that it can be given back exactly.
        """
        if price.minor == 0:
            return Money(0, price.currency)
        share = price.share(self.basis_points)
        return share + self.fixed if self.per is FeePer.TICKET else share


@dataclass(frozen=True, slots=True)
class Bill:
    """What an order costs. The fee is always a line of its own."""

    subtotal: Money
    fee: Money

    @property
    def total(self) -> Money:
        """What the buyer pays."""
        return self.subtotal + self.fee


def shares(minor: int, weights: Sequence[int]) -> list[int]:
    """Share out minor units by weight. None is lost, and no share is above its weight.

    The units must not be more than all the weights together.
    """
    whole = sum(weights)
    assert 0 < minor <= whole, "there is enough to take it from"
    marks = [minor * sum(weights[:place]) // whole for place in range(len(weights) + 1)]
    return [after - before for before, after in pairwise(marks)]


def bill(lines: Iterable[tuple[Money, int]], rule: FeeRule, currency: str) -> Bill:
    """Price an order of (unit price, quantity) lines. What is free carries no fee."""
    subtotal = fee = Money(0, currency)
    for price, quantity in lines:
        subtotal += price * quantity
        fee += rule.of_ticket(price) * quantity
    if rule.per is FeePer.ORDER and subtotal.minor > 0:
        fee += rule.fixed
    return Bill(subtotal, fee)
