"""Price an order: what each place costs, what is taken off it, and the fee on what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from boxoffice.events.models import Category, Event, Tier
from boxoffice.events.queries import EventForSale, TierForSale
from boxoffice.money import Money
from boxoffice.orders.rules import FeeRule, bill
from boxoffice.promos.redeem import Grant


@dataclass(frozen=True, slots=True)
class PricedLine:
    """So many places of one tier; the amounts are of one place."""

    tier_id: UUID
    quantity: int
    price: Money
    discount: Money
    fee: Money  # its own part: a fixed fee per order is nobody's

    @property
    def cost(self) -> Money:
        """What one place comes to."""
        return self.price - self.discount + self.fee


@dataclass(frozen=True, slots=True)
class Priced:
    """What an order costs. `subtotal` is before the discount; the fee is on what is left."""

    lines: tuple[PricedLine, ...]
    subtotal: Money
    discount: Money
    fee: Money

    @property
    def total(self) -> Money:
        """What the buyer pays."""
        return self.subtotal - self.discount + self.fee


def fee_rule(event: Event | EventForSale) -> FeeRule:
    """Return what an event adds to the price of a ticket."""
    return FeeRule(
        Money(event.fee_fixed_minor, event.currency), event.fee_basis_points, event.fee_per
    )


def priced(
    event: Event | EventForSale,
    lines: Iterable[tuple[Tier | TierForSale, int]],
    *,
    grant: Grant | None = None,
    is_given: bool = False,
) -> Priced:
    """Price (tier, quantity) lines with what a promo grants. What is given away costs nothing.

    So does a place of a courtesy tier, whatever its price says. The fee is computed on the
    discounted price; a place that costs nothing carries none.
    """
    rule = fee_rule(event)
    found = tuple(
        _line(tier, quantity, rule, grant=grant, is_given=is_given) for tier, quantity in lines
    )
    nothing = Money(0, event.currency)
    cost = bill(
        [(line.price - line.discount, line.quantity) for line in found], rule, event.currency
    )
    discount = sum((line.discount * line.quantity for line in found), nothing)
    return Priced(found, cost.subtotal + discount, discount, cost.fee)


def _line(
    tier: Tier | TierForSale,
    quantity: int,
    rule: FeeRule,
    *,
    grant: Grant | None,
    is_given: bool,
) -> PricedLine:
    discount = Money(0, tier.currency)
    if is_given or tier.category is Category.COURTESY:
        discount = tier.price
    elif grant is not None:
        discount = grant.discount(tier.id, tier.price)
    return PricedLine(
        tier.id, quantity, tier.price, discount, rule.of_ticket(tier.price - discount)
    )
