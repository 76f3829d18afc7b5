"""What a charge at the gateway means for its payment and its order: one pure decision."""

from dataclasses import dataclass
from enum import StrEnum

from boxoffice.payments.models import PaymentState
from boxoffice.payments.provider import Charge, ChargeState

_RANK = {
    PaymentState.OPENING: 0,
    PaymentState.WAITING: 1,
    PaymentState.CLOSED: 2,  # a charge may be paid in the instant it is closed: money wins
    PaymentState.FAILED: 2,
    PaymentState.PAID: 3,
    PaymentState.SETTLED: 4,
}
_MEANING = {
    ChargeState.WAITING: PaymentState.WAITING,
    ChargeState.PAID: PaymentState.PAID,
    ChargeState.SETTLED: PaymentState.SETTLED,
    ChargeState.CLOSED: PaymentState.CLOSED,
}


class OrderAct(StrEnum):
    """What the news asks of the order."""

    NOTHING = "nothing"
    CONFIRM = "confirm"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to make of a payment and its order, and why, in one word for the letter."""

    payment: PaymentState
    order: OrderAct
    why: str


def decide(payment: PaymentState, amount_minor: int, charge: Charge) -> Decision:
    """Decide what a charge, as the gateway tells it now, means. Never goes backwards.

    Source: Asaas decision table, rows 1-10, 13, 16-19, 21 and 37 (what a sale can reach);
    refunds and disputes leave payment and order as they are.
    """
    to = _MEANING.get(charge.state)
    if to is None:
        return Decision(payment, OrderAct.NOTHING, f"no decision for {charge.state}")
    if _RANK[to] <= _RANK[payment]:
        return Decision(payment, OrderAct.NOTHING, "already so")
    if to in {PaymentState.WAITING, PaymentState.CLOSED}:
        return Decision(to, OrderAct.NOTHING, to)
    if payment is PaymentState.PAID:
        return Decision(to, OrderAct.NOTHING, "settled")
    if charge.amount.minor < amount_minor or charge.paid.minor < amount_minor:
        return Decision(to, OrderAct.REVIEW, "less than asked")
    if charge.paid.minor > charge.amount.minor or charge.amount.minor > amount_minor:
        return Decision(to, OrderAct.CONFIRM, "paid, with a surplus")
    return Decision(to, OrderAct.CONFIRM, "paid")
