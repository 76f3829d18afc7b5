"""Tell in words what the audit has of an order; what we have no words for is told as it stands."""

from collections.abc import Mapping
from typing import Any

from boxoffice.money import Money

_SAID = {
    "order.place": "placed ({channel}), to be paid by {method}: {total}",
    "order.import": "brought in from elsewhere: {quantity} places for {total}",
    "order.confirm": "paid; its tickets are good",
    "order.complete": "all of its money is in; {tickets} more tickets are good",
    "order.swap": "ticket {ticket} moved from {before} to {to}: {difference}, {due} due",
    "order.add": "{quantity} places of {tier} added for {cost}",
    "order.let_go": "{tickets} places that nobody paid for went back",
    "order.change": "the buyer's {fields} corrected",
    "order.note": "a note was written",
    "order.resend": "its tickets were mailed again, copy {copy}",
    "order.transfer": "ticket {ticket} has another holder",
    "order.drop_ticket": "ticket {ticket} cancelled: {reason}",
    "order.refund": "{amount} given back{of_tickets}: {reason}",
    "order.cancel": "cancelled: {reason}",
    "order.event_cancelled": "ended with its event; {asked} asked back, {by_hand} by hand",
    "order.expire": "expired: {why}",
    "order.needs_review": "set aside for a person: {why}",
    "order.paid": "its money stays: {why}",
    "order.partly_refunded": "some of its money went back: {why}",
    "order.refunded": "all of its money went back: {why}",
    "order.disputed": "its money is disputed: {why}",
    "order.charged_back": "its money was taken back: {why}",
    "courtesy.give": "{quantity} places given to a guest",
    "courtesy.redeem": "a guest's code turned into {quantity} places",
    "payment.start": "asked for by {method}",
    "payment.take": "{amount} taken at the counter by {method}",
    "payment.remind": "asked for once more by mail, copy {copy}",
    "payment.waiting": "the charge is open",
    "payment.paid": "{paid} came in",
    "payment.settled": "{paid} came in, and are in the balance",
    "payment.closed": "the charge is closed",
    "payment.failed": "the gateway refused the charge",
    "payment.refunding": "all of a payment is on its way back",
    "payment.refunded": "all of a payment went back",
    "payment.disputed": "the buyer's bank disputes a payment",
    "payment.charged_back": "the buyer's bank took a payment back",
    "payment.accept": "accepted by a person: {reason}",
    "payment.forgive": "{forgiven} that was missing forgiven: {reason}",
    "payment.dismiss": "dismissed by a person, {owed} owed: {reason}",
    "payment.give_again": "{amount} asked back: {why}",
    "refund.requested": "a refund of {amount} is asked for",
    "refund.sent": "a refund of {amount} is on its way",
    "refund.done": "a refund of {amount} is done",
    "refund.failed": "the gateway refused a refund of {amount}",
    "refund.by_hand": "{amount} was given back by hand",
    "ticket.block": "ticket {ticket} blocked: {reason}",
    "ticket.unblock": "ticket {ticket} is good again: {reason}",
    "ticket.reissue": "ticket {ticket} has a new code: {reason}",
}


def told_in_words(verb: str, facts: Mapping[str, Any], currency: str) -> str:
    """Return a sentence for one audit entry. Amounts are shown as money."""
    said = _SAID.get(verb)
    # What a request was asked by is for machines: a digest of 64 letters says nothing.
    plain = " ".join(f"{name}={value}" for name, value in facts.items() if name != "request")
    if said is None:
        return plain
    shown = {name: _shown(name, value, currency) for name, value in facts.items()}
    words = {name.removesuffix("_minor"): value for name, value in shown.items()}
    # A refund of an amount ends no ticket.
    words["of_tickets"] = f", of tickets {shown['tickets']}" if facts.get("tickets") else ""
    try:
        return said.format_map(words)
    except KeyError:  # an older entry, from before a fact was kept
        return plain


def _shown(name: str, value: Any, currency: str) -> str:
    if name.endswith("_minor"):
        return str(Money(value, currency))
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value) or "-"
