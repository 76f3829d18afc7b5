"""What a drawer holds, who needs one to sell, and the change that is due: pure decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

from boxoffice.errors import Refused
from boxoffice.money import Money
from boxoffice.staff.rules import Role
from boxoffice.till.models import EntryKind

CASH = "cash"  # the one method that a drawer holds
DRAWER_MINOR_MAX = 10**9  # ten million reais: a count above it is a slip of the hand


@dataclass(frozen=True, slots=True)
class Passed:
    """Money of one kind and method that passed a till: `amount` in all, over `count` entries."""

    kind: EntryKind
    method: str
    amount: Money
    count: int = 1


@dataclass(frozen=True, slots=True)
class Drawer:
    """The cash of one shift, by where it came from and where it went."""

    start: Money  # the float
    sales: Money
    refunds: Money
    drops: Money

    @property
    def cash(self) -> Money:
        """What must be in the drawer now."""
        return self.start + self.sales - self.refunds - self.drops


def drawer_of(start: Money, passed: Iterable[Passed]) -> Drawer:
    """Return the drawer that began with `start`, after what passed. Only cash goes through it."""
    sums = {kind: Money(0, start.currency) for kind in EntryKind}
    for one in passed:
        if one.method == CASH:
            sums[one.kind] += one.amount
    return Drawer(start, sums[EntryKind.SALE], sums[EntryKind.REFUND], sums[EntryKind.DROP])


def must_have_shift(role: Role) -> bool:
    """Say whether this role takes and returns money in a shift alone.

    A clerk answers for a drawer. Whoever is more may help out without one; if such a person has
    one open, it is used.
    """
    return role is Role.BOX_OFFICE


def change_due(total: Money, given: Money) -> Money:
    """Return what the buyer gets back of the cash that was given.

    Raises:
        Refused: it is less than the total (`till.given_too_little`).
    """
    if given.minor < total.minor:
        raise Refused(
            f"{given} is {total - given} less than the total of {total}.",
            hint="nothing was sold; ask for the rest",
            code="till.given_too_little",
            total_minor=total.minor,
            missing_minor=(total - given).minor,
        )
    return given - total
