"""What a desk may ask about money: a `Counter`, on the database or over a line. Light to load."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from boxoffice.door.offers import Offer
from boxoffice.money import Money
from boxoffice.payments.provider import Method
from tui.desk import Approval


@dataclass(frozen=True, slots=True)
class Wish:
    """What is sold: so many of each tier, to whom, for what kind of money."""

    wanted: tuple[tuple[str, int], ...]
    name: str
    method: Method


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold: the order, its total with the fee, and the names of its tickets.

    `promised` is done beside the next scans, once they are told: the mail with the tickets.
    """

    order: str
    total: Money
    tickets: tuple[str, ...]
    promised: Callable[[], object] | None = None


class Counter(Protocol):
    """What a desk may do beside scanning. A clerk lends it the permission it has not."""

    def offers(self) -> Sequence[Offer]:
        """List what can be sold now."""

    def sell(self, wish: Wish, *, key: str, approval: Approval | None = None) -> Sold:
        """Sell for money that is in the drawer. The same key answers with the same order."""

    def owed(self, ticket: str) -> Money:
        """Say what the order of a ticket still owes."""

    def collect(
        self, ticket: str, owed: Money, method: Method, approval: Approval | None = None
    ) -> None:
        """Take what the guest was told that the order owes into the open till; twice is once."""

    def print(self, ticket: str, approval: Approval | None = None) -> Path:
        """Print a ticket once more, for a roll of 80 mm, and say where it lies."""

    def move(self, list_name: str) -> None:
        """Sell at another door of the event from now on."""
