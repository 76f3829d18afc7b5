"""What a charge at the gateway means for its payment and its order: one pure decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from boxoffice.money import Money
from boxoffice.payments.given import lost_parts
from boxoffice.payments.models import MONEY, PaymentState
from boxoffice.payments.provider import Charge, ChargeState, GivenBackState

_UNPAID = frozenset({ChargeState.WAITING, ChargeState.REVIEWING, ChargeState.CLOSED})
_ENDS = frozenset({PaymentState.REFUNDED, PaymentState.CHARGED_BACK})
_MEANING = {
    ChargeState.PAID: PaymentState.PAID,
    ChargeState.IN_CASH: PaymentState.PAID,  # it never gets into the gateway's balance
    ChargeState.SETTLED: PaymentState.SETTLED,
    ChargeState.REFUNDING: PaymentState.REFUNDING,
    ChargeState.DISPUTED: PaymentState.DISPUTED,
    ChargeState.DISPUTE_WON: PaymentState.DISPUTED,  # won, and the money is still on its way
}
_WHY = {
    PaymentState.PAID: "paid",
    PaymentState.SETTLED: "settled",
    PaymentState.REFUNDING: "being refunded",
    PaymentState.REFUNDED: "refunded",
    PaymentState.DISPUTED: "disputed",
    PaymentState.CHARGED_BACK: "charged back",
}


class Act(StrEnum):
    """One thing that the news asks of the order and its money. They are done in this order."""

    REOPEN = "reopen"  # a charge that was closed can be paid again
    CONFIRM = "confirm"  # money came: the order is paid once all of it has
    REVIEW = "review"  # money came, and less than was asked
    WIN = "win"  # a dispute ended for us
    REFUND = "refund"  # money goes back, or went, or was refused to
    DISPUTE = "dispute"
    CHARGE_BACK = "charge_back"
    UNDO = "undo"  # money that was paid outside of the gateway was not


@dataclass(frozen=True, slots=True)
class Decision:
    """What to make of a payment and its order, and why, in a few words for the letter."""

    payment: PaymentState
    acts: tuple[Act, ...]
    why: str


def decide(
    payment: PaymentState, amount_minor: int, charge: Charge, *, is_in_cash: bool = False
) -> Decision:
    """Decide what a charge, as the gateway tells it now, means. News told twice means nothing.

    Only a refund, a dispute or undone cash takes money away: what is told of an unpaid charge
    after its money came is old. `is_in_cash` says that the money came outside of the gateway.
    Source: the decision table of Asaas (docs/decisions/0011-one-decision-on-money.md).
    """
    if charge.state is ChargeState.OTHER:
        return Decision(payment, (), f"no decision for {charge.state}")
    if charge.state in _UNPAID:
        return _unpaid(payment, charge, is_in_cash=is_in_cash)
    to = _to(payment, charge)
    is_first = payment not in MONEY
    acts = [_coming_in(amount_minor, charge)] if is_first else []
    why = _WHY[to]
    if to is payment and not charge.refunds:
        return Decision(payment, (), "already so")
    if is_first and to in {PaymentState.PAID, PaymentState.SETTLED}:
        why = _amount_told(amount_minor, charge)
    if payment is PaymentState.DISPUTED and to not in {payment, PaymentState.CHARGED_BACK}:
        acts.append(Act.WIN)
        why = "dispute won"
    was_leaving = payment is PaymentState.REFUNDING and to is not payment
    is_leaving = to in {PaymentState.REFUNDING, PaymentState.REFUNDED}
    if charge.refunds or was_leaving or is_leaving:
        acts.append(Act.REFUND)
    if to is not payment and to is PaymentState.DISPUTED:
        acts.append(Act.DISPUTE)
    if to is not payment and to is PaymentState.CHARGED_BACK:
        acts.append(Act.CHARGE_BACK)
    return Decision(to, tuple(acts), why)


def whole(parts: Sequence[Charge], known: str | None = None) -> Charge:
    """Return a plan of instalments as one charge: paid when every part is, and not before.

    It goes by the name of the part we `known` already, or of the first one.
    """
    assert parts, "a plan has parts"
    first = next((part for part in parts if part.provider_id == known), parts[0])
    states = [part.state for part in parts]
    return replace(
        first,
        state=_state_of(states),
        amount=_sum([part.amount for part in parts]),
        paid=_sum([part.paid for part in parts]),
        net=_sum([part.net or Money(0, part.amount.currency) for part in parts]),
        refunds=tuple(back for part in parts for back in part.refunds) + lost_parts(parts),
        is_deleted=all(part.is_deleted for part in parts),
        was_disputed=any(part.was_disputed for part in parts),
    )


def is_covered(charge: Charge) -> bool:
    """Say whether what the gateway lists as given back is all that was paid."""
    done = [back.amount for back in charge.refunds if back.state is GivenBackState.DONE]
    return sum(amount.minor for amount in done) >= charge.paid.minor


def _unpaid(payment: PaymentState, charge: Charge, *, is_in_cash: bool) -> Decision:
    """Decide on a charge that nobody has paid, as the gateway has it."""
    is_closed = charge.state is ChargeState.CLOSED
    if payment in MONEY:
        if not is_in_cash or payment is not PaymentState.PAID:
            return Decision(payment, (), "already so")
        to = PaymentState.CLOSED if is_closed else PaymentState.WAITING
        return Decision(to, (Act.UNDO,), "cash undone")
    if is_closed:
        if payment in {PaymentState.OPENING, PaymentState.WAITING}:
            return Decision(PaymentState.CLOSED, (), "closed")
        return Decision(payment, (), "already so")
    if payment in {PaymentState.CLOSED, PaymentState.FAILED}:
        return Decision(payment, (Act.REOPEN,), "open again")
    if charge.state is ChargeState.REVIEWING:
        return Decision(PaymentState.WAITING, (), "under review at the gateway")
    is_new = payment is PaymentState.OPENING
    return Decision(PaymentState.WAITING, (), "waiting" if is_new else "already so")


def _to(payment: PaymentState, charge: Charge) -> PaymentState:
    """Return the state of a payment whose money came, never one that is older than it is in."""
    if payment in _ENDS:
        return payment
    if charge.state is ChargeState.REFUNDED:
        # A lost dispute ends in the same word as a refund; only its own refunds tell them apart.
        was_disputed = charge.was_disputed or payment is PaymentState.DISPUTED
        is_lost = was_disputed and not is_covered(charge)
        return PaymentState.CHARGED_BACK if is_lost else PaymentState.REFUNDED
    to = _MEANING[charge.state]
    if to is PaymentState.PAID and payment is PaymentState.SETTLED and not charge.was_disputed:
        return payment  # old news, unless a dispute took it out of the balance again
    return to


def _coming_in(amount_minor: int, charge: Charge) -> Act:
    is_short = charge.amount.minor < amount_minor or charge.paid.minor < amount_minor
    return Act.REVIEW if is_short else Act.CONFIRM


def _amount_told(amount_minor: int, charge: Charge) -> str:
    if _coming_in(amount_minor, charge) is Act.REVIEW:
        return "less than asked"
    if charge.paid.minor > charge.amount.minor or charge.amount.minor > amount_minor:
        return "paid, with a surplus"
    return "paid"


def _state_of(states: Sequence[ChargeState]) -> ChargeState:
    """Return the state of a plan whose parts are in these states."""
    for word in (ChargeState.DISPUTED, ChargeState.DISPUTE_WON):
        if word in states:
            return word
    for word in (ChargeState.REVIEWING, ChargeState.WAITING, ChargeState.OTHER):
        if word in states:
            return word
    alive = [state for state in states if state is not ChargeState.CLOSED]
    if len(alive) < len(states) and alive:
        return ChargeState.WAITING  # a part was deleted, and another paid: not all will come
    if len(set(states)) == 1:
        return states[0]
    is_gone = set(states) <= {ChargeState.REFUNDED, ChargeState.REFUNDING}
    return ChargeState.REFUNDING if is_gone else ChargeState.PAID


def _sum(amounts: Sequence[Money]) -> Money:
    return sum(amounts[1:], amounts[0])
