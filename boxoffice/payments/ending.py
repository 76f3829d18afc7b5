"""What the end of a whole event means for one order, and for its money: pure decisions."""

from dataclasses import dataclass
from enum import StrEnum

from boxoffice.orders.models import OrderState


class Ending(StrEnum):
    """What becomes of an order whose event is cancelled."""

    CALL_OFF = "call_off"  # nobody paid: it is cancelled, and its charge closed
    REFUND = "refund"  # all that goes back does so through the gateway
    BY_HAND = "by_hand"  # some money, or all of it, has to be given back by a person
    FREE = "free"  # nothing was paid, or nothing is left: its tickets die
    BANK = "bank"  # the buyer's bank decides, or has decided, about its money
    OVER = "over"  # it had ended before


@dataclass(frozen=True, slots=True)
class Due:
    """What becomes of one order, and what its buyer gets back. In minor units."""

    ending: Ending
    asked_minor: int = 0  # asked of the gateway
    by_hand_minor: int = 0


_WAITS = frozenset({OrderState.PLACED, OrderState.EXPIRING})
_BANKS = frozenset({OrderState.DISPUTED, OrderState.CHARGED_BACK})
OVER = frozenset({OrderState.EXPIRED, OrderState.CANCELLED, OrderState.REFUNDED})


def due_of(state: OrderState, *, gateway_minor: int, hand_minor: int, kept_minor: int) -> Due:
    """Decide on an order in `state` that has so much money left on each side.

    `kept_minor` is a fee that is not given back; it is kept out of what goes by hand first, which
    spares a person's work.
    """
    if state in OVER:
        return Due(Ending.OVER)
    if state in _WAITS:
        return Due(Ending.CALL_OFF)
    if state in _BANKS:
        return Due(Ending.BANK)
    by_hand = max(0, hand_minor - kept_minor)
    asked = max(0, gateway_minor - max(0, kept_minor - hand_minor))
    if by_hand:
        return Due(Ending.BY_HAND, asked, by_hand)
    return Due(Ending.REFUND if asked else Ending.FREE, asked)


def kept_fee(fee_minor: int, *, fee_refundable: bool, was_paid: bool) -> int:
    """Return how much of an order's fee is kept: none of an order that never had valid tickets."""
    return 0 if fee_refundable or not was_paid else fee_minor
