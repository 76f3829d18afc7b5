"""The port to a payment gateway: what we ask of one, in our words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Protocol

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
    REVIEWING = "reviewing"  # a card was given, and somebody at the gateway still looks at it
    PAID = "paid"  # paid for sure, not yet in the balance
    SETTLED = "settled"  # paid and in the balance
    IN_CASH = "in_cash"  # somebody marked it as paid outside of the gateway: no balance
    CLOSED = "closed"  # deleted: nobody can pay it any more
    REFUNDING = "refunding"  # all of it is on its way back
    REFUNDED = "refunded"
    DISPUTED = "disputed"  # a card holder wants the money back
    DISPUTE_WON = "dispute_won"  # the money is on its way to us again
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
    instalments: int = 1  # of a card; from 2 on the gateway makes a charge of each part
    boleto_days: int | None = None  # after the due day, until a boleto cannot be paid any more


class GivenBackState(StrEnum):
    """Where a refund is at the gateway. Only `DONE` is money that went back."""

    PENDING = "pending"  # on its way, or waiting for somebody's word
    DONE = "done"
    CANCELLED = "cancelled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One refund of a charge, as the gateway tells it now. It has no id there."""

    amount: Money
    state: GivenBackState
    description: str
    waits_for: str  # the gateway's own word for who has to act, or nothing
    made_at: str  # as the gateway wrote it: its zone is nowhere documented


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
    boleto_bar_code: str | None = None
    boleto_url: str | None = None  # its PDF
    plan: str | None = None  # of instalments: the parts of one plan are charges of their own
    refunds: tuple[GivenBack, ...] = ()
    is_deleted: bool = False  # even when money came in spite of it
    was_disputed: bool = False  # there is, or was, a dispute about it
    net: Money | None = None  # after the gateway's fee
    credited_on: date | None = None  # when the money is, or will be, in the balance
    created_on: date | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which charges to list: those made, or those paid, from one day to another, both included.

    With a `state` of the gateway's own words, only those in it.
    """

    since: date
    until: date
    by: Literal["created", "paid"] = "created"
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """How the gateway is set up to send letters."""

    id: str
    name: str
    url: str
    is_enabled: bool
    is_interrupted: bool  # it has given up after too many failures; letters wait 14 days there
    penalized_count: int  # failed attempts in a row
    events: tuple[str, ...]
    has_token: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How many charges the gateway lets us make in a day; `None` when it sets no limit."""

    daily_max: int | None
    used_count: int
    is_reached: bool


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

    def close_plan(self, plan: str) -> bool:
        """Delete the unpaid parts of a plan of instalments; `False` when the gateway refuses."""

    def restore_charge(self, provider_id: str) -> Charge:
        """Undo `close_charge`: the charge can be paid again."""

    def plan_charges(self, plan: str) -> list[Charge]:
        """Read every part of a plan of instalments."""

    def list_charges(self, window: Window) -> Iterator[Charge]:
        """List the charges of a window, page by page. A charge may come twice: know it by its id.

        Days are the gateway's own: overlap windows by a day on each side.
        """

    def refund(self, provider_id: str, amount: Money, *, description: str) -> Charge:
        """Give part or all of a PIX or card charge back; the answer has the refund in it.

        There is no idempotency key: look at `refunds` of the charge before asking again.
        """

    def boleto_refund_page(self, provider_id: str) -> str:
        """Ask to give a boleto back: the address where its payer must leave a bank account."""

    def receive_in_cash(self, provider_id: str, amount: Money, *, on: date) -> Charge:
        """Tell the gateway that a charge was paid outside of it, so that nobody pays it again."""

    def limits(self) -> Limits:
        """Read how many charges we may still make today."""

    def hooks(self) -> list[Hook]:
        """List how letters are sent to us."""

    def register_hook(self, *, name: str, url: str, email: str, token: str) -> Hook:
        """Have letters sent to `url`; the hook of the same name or address is changed, not doubled.

        `token` travels with each letter, and is shown nowhere again.
        """

    def resume_hook(self, hook_id: str) -> Hook:
        """Make an interrupted hook send again, and skip the wait that its failures earned it."""
