"""The port to a payment gateway: what we ask of one, in our words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from boxoffice.money import Money


class Method(StrEnum):
    """How an order is paid."""

    PIX = "pix"
    BOLETO = "boleto"
    CARD = "card"
    CASH = "cash"
    COURTESY = "courtesy"
    EXTERNAL = "external"


class ChargeState(StrEnum):
    """What a charge at the gateway is, as far as our decisions need to know."""

    WAITING = "waiting"  # nobody has paid; it may be overdue and still be payable
    PAID = "paid"  # paid for sure, not yet in the balance
    SETTLED = "settled"  # paid and in the balance
    CLOSED = "closed"  # deleted: nobody can pay it any more
    REFUNDED = "refunded"
    OTHER = "other"  # a state we have no decision for; `raw` has the gateway's own word


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """What to ask of the buyer. `reference` is our own id of this attempt, unique for ever."""

    reference: str
    method: Method
    amount: Money
    due_on: date
    description: str
    buyer_name: str
    buyer_document: str
    buyer_email: str


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as the gateway tells it now."""

    provider_id: str
    reference: str | None
    state: ChargeState
    amount: Money  # what was asked
    paid: Money  # what came in, interest and fine included; zero while nothing did
    pix_payload: str | None
    boleto_line: str | None
    invoice_url: str | None
    raw: dict[str, Any]


class Provider(Protocol):
    """A payment gateway. Every call may take seconds: never make one inside a transaction.

    Each method raises `GatewaySilent` when the outcome is unknown (time-out, broken line, 429,
    5xx), `ChargeRefused` when the gateway gave a definite no, and `Misconfigured` when our key
    or address is wrong.
    """

    name: str

    def open_charge(
        self, request: ChargeRequest, *, before_creating: Callable[[], None] = lambda: None
    ) -> Charge:
        """Create a charge, with what the buyer needs in order to pay it.

        `before_creating` is called just before the one call that must not be made twice.
        """

    def find_charges(self, reference: str) -> list[Charge]:
        """Find the charges carrying our `reference`. Look here before creating again."""

    def look_up(self, provider_id: str) -> Charge | None:
        """Read one charge, or `None` when the gateway has no such id. This is the truth."""

    def close_charge(self, provider_id: str) -> bool:
        """Delete an unpaid charge; `False` when the gateway refuses: it was probably paid."""
