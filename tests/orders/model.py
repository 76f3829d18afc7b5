"""What an event's orders ought to be: a small model, beside which the real ones are played."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from boxoffice.orders.models import OrderState
from boxoffice.payments.provider import ChargeState
from tests.making import LOTE

QUOTAS = {LOTE: 3, "Pista": 4}
CAPACITY = 5
PRICE = 10_000
HOLD = timedelta(minutes=30)
ASKED = [{LOTE: 1}, {LOTE: 2}, {"Pista": 3}, {LOTE: 1, "Pista": 2}, {LOTE: 3, "Pista": 1}]

ALIVE = (OrderState.PLACED, OrderState.EXPIRING)
ENDED = (OrderState.EXPIRED, OrderState.CANCELLED)
MEANING = {
    "waiting": ChargeState.WAITING,
    "closed": ChargeState.CLOSED,
    "short": ChargeState.SETTLED,
    "paid": ChargeState.PAID,
    "settled": ChargeState.SETTLED,
}
LETTERS = list(MEANING)
RANKS = {"opening": 0, "waiting": 1, "closed": 2, "paid": 3, "settled": 4}


@dataclass
class Paying:
    """One payment, as the model has it."""

    id: UUID
    state: str = "opening"
    paid: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the buyer is still asked for it."""
        return self.state in {"opening", "waiting"}


@dataclass
class Model:
    """One order, as it ought to be."""

    id: UUID
    code: str
    lines: Mapping[str, int]
    placed_at: datetime
    payments: list[Paying]
    state: OrderState = OrderState.PLACED
    has_places: bool = True
    confirmed: int = 0
    was_paid: bool = False
    was_dismissed: bool = False
    inside: set[int] = field(default_factory=set)
    codes: dict[int, list[str]] = field(default_factory=dict)

    @property
    def quantity(self) -> int:
        """How many tickets it has."""
        return sum(self.lines.values())

    @property
    def total(self) -> int:
        """What it costs."""
        return self.quantity * PRICE

    @property
    def owes(self) -> bool:
        """Whether a payment of it may still come in, in time or late."""
        return any(not paying.paid for paying in self.payments)

    @property
    def was_decided(self) -> bool:
        """Whether a person ended it when it had its money: more does not undo that."""
        has_decision = self.was_paid or self.was_dismissed
        return self.state is OrderState.CANCELLED and has_decision

    def pay(self) -> None:
        """Confirm it: it has its places, whether it had them before or not."""
        self.state, self.has_places, self.was_paid = OrderState.PAID, True, True
        self.confirmed += 1

    def end(self, state: OrderState) -> None:
        """Take its places away."""
        self.state, self.has_places = state, False

    @property
    def may_pay_again(self) -> bool:
        """Whether its charge was closed, and it can still be paid."""
        is_asked = any(paying.is_open for paying in self.payments)
        return self.state is OrderState.PLACED and not is_asked and len(self.payments) < 3


def taken(models: Iterable[Model]) -> Counter[str]:
    """Count the places of each tier that orders have."""
    counted = Counter[str]()
    for model in models:
        if model.has_places:
            counted.update(model.lines)
    return counted


def fits(models: Iterable[Model], lines: Mapping[str, int]) -> bool:
    """Say whether so many places are free."""
    gone = taken(models)
    in_tiers = all(gone[tier] + n <= QUOTAS[tier] for tier, n in lines.items())
    return in_tiers and gone.total() + sum(lines.values()) <= CAPACITY
