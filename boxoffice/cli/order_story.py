"""Tell in words what the audit has of an order; what we have no words for is told as it stands."""

from collections.abc import Mapping
from typing import Any

from boxoffice.money import Money

_SAID = {
    "order.place": "placed ({channel}), to be paid by {method}: {total}",
    "order.confirm": "paid; its tickets are good",
    "order.complete": "all of its money is in; {tickets} more tickets are good",
    "order.swap": "ticket {ticket} moved from {before} to {to}: {difference}, {due} due",
    "order.add": "{quantity} places of {tier} added for {cost}",
    "order.let_go": "{tickets} places that nobody paid for went back",
    "order.change": "the buyer's {fields} corrected",
    "order.transfer": "ticket {ticket} has another holder",
    "order.drop_ticket": "ticket {ticket} cancelled: {reason}",
    "order.refund": "{amount} given back of tickets {tickets}: {reason}",
    "order.cancel": "cancelled: {reason}",
    "order.expire": "expired: {reason}",
    "order.needs_review": "set aside for a person: {why}",
    "payment.start": "asked for by {method}",
    "payment.take": "{amount} taken at the counter by {method}",
    "payment.waiting": "the charge is open",
    "payment.paid": "{paid} came in",
    "payment.settled": "{paid} came in, and are in the balance",
    "payment.closed": "the charge is closed",
    "payment.failed": "the gateway refused the charge",
    "payment.accept": "accepted by a person: {note}",
    "payment.forgive": "{forgiven} that was missing forgiven: {note}",
    "payment.dismiss": "dismissed by a person, {owed} owed: {note}",
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
