"""A box office and its gateway, each behind a socket of its own, on one clock."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from boxoffice.adapters.asaas import Asaas
from boxoffice.listener.app import create_app as create_listener
from boxoffice.mail import Mail
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.models import Letter, Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from boxoffice.tickets.models import Ticket
from tasks.reconciling import Reconciled, reconcile
from tasks.relay import run_until_empty
from tests.commands import TOKEN
from tests.making import (
    LOTE,
    Clock,
    a_request,
    a_tier,
    an_event,
    an_office,
    placed,
    places_left,
    rows,
    started,
    state_of,
)
from tests.payments.refunding import refunded
from tests.services.switch import switch
from tests.tasks.working import Carrier

PATIENCE_SECONDS = 2.0  # a busy machine is slow, and a direct call is not made twice
QUOTA = 10


@dataclass(frozen=True)
class Sale:
    """An order of two places at R$ 100,00 that is paid through the gateway."""

    wired: "Wired"
    id: UUID
    code: str
    payment_id: UUID
    charge_id: str

    @property
    def state(self) -> OrderState:
        """The state of the order."""
        return state_of(self.wired.office, self.id)

    @property
    def payments(self) -> list[tuple[PaymentState, int, int]]:
        """Each payment: its state, what came, and what goes back."""
        found = [row for row in rows(self.wired.office, Payment) if row.order_id == self.id]
        return [
            (row.state, row.paid_minor, row.refunded_minor)
            for row in sorted(found, key=lambda row: row.id)
        ]

    @property
    def refunds(self) -> list[tuple[int, RefundState]]:
        """What goes back, by amount."""
        found = [row for row in rows(self.wired.office, Refund) if row.order_id == self.id]
        return sorted((row.amount_minor, row.state) for row in found)

    @property
    def tickets(self) -> dict[str, int]:
        """The states of the tickets."""
        found = [row for row in rows(self.wired.office, Ticket) if row.order_id == self.id]
        return dict(Counter(str(row.state) for row in found))

    def refund(self, amount: int | None = None) -> None:
        """Ask for money back, and let the workers send it."""
        refunded(self.wired.office, self.id, amount=amount, proof="")
        self.wired.news()


@dataclass(frozen=True)
class Wired:
    """The office, its gateway, and the clock they share."""

    office: BoxOffice
    sandbox: Sandbox
    clock: Clock
    carrier: Carrier

    def event(self, **event: Any) -> None:
        """Put an event on sale."""
        tier = a_tier(quota=event.pop("quota", QUOTA), price=event.pop("price", "100"))
        an_event(self.office, tier, **({"starts_at": "2027-06-01T20:00"} | event))

    def sale(self, method: Method = Method.PIX, *, instalments: int = 1) -> Sale:
        """Place an order, and have its charge opened."""
        order = placed(self.office, a_request((LOTE, 2), channel="online", method=method))
        payment_id = started(self.office, order.id, method, instalments=instalments)
        self.news()
        with self.office.reading() as session:
            charge_id = session.get_one(Payment, payment_id).provider_id
        assert charge_id is not None
        return Sale(self, order.id, order.code, payment_id, charge_id)

    def paid(self, method: Method = Method.PIX) -> Sale:
        """Place an order that is paid at once."""
        sale = self.sale(method)
        self.sandbox.pay(sale.charge_id)
        self.news()
        return sale

    def news(self) -> None:
        """Let every letter arrive, and all work be done that is due; twice: work makes letters."""
        for _ in range(2):
            self.sandbox.flush()
            run_until_empty(self.office)

    def later(self, **length: float) -> None:
        """Let time pass, and what is due by then be done."""
        self.clock.forward(**length)
        self.news()

    def reconciled(self, days: int = 2) -> Reconciled:
        """Compare the gateway with the books, of some days back."""
        since = (self.office.now() - timedelta(days=days)).date()
        return reconcile(self.office, self.office.actor, since=since)

    def left_for_people(self) -> list[Kind]:
        """Return what reconciling leaves for people; running it twice must say the same."""
        first, again = self.reconciled(), self.reconciled()
        assert again.mended == ()
        assert [one.kind for one in first.exceptions] == [one.kind for one in again.exceptions]
        assert all(one.mend for one in again.exceptions)
        return [one.kind for one in again.exceptions]

    @property
    def outcomes(self) -> list[str]:
        """What came of each letter, in the order of their numbers."""
        found = sorted(rows(self.office, Letter), key=lambda row: row.event_key[-9:])
        return [row.outcome or "" for row in found]

    @property
    def left(self) -> int:
        """Places left on sale."""
        return places_left(self.office)[LOTE]

    @property
    def agree(self) -> bool:
        """Whether the three sides of the money report agree."""
        with self.office.reading() as session:
            return money_report(session).books.agree

    @property
    def mails(self) -> list[Mail]:
        """The mails that went out."""
        return self.carrier.sent

    def charges(self, **query: str) -> list[dict[str, Any]]:
        """Return the gateway's charges, the oldest first."""
        found: list[dict[str, Any]] = self.sandbox.charges({"limit": "100", **query})["data"]
        return found[::-1]

    def given_back(self, charge_id: str) -> list[tuple[Decimal, str]]:
        """Return the refunds of a charge as the gateway lists them."""
        listed = self.sandbox.refunds(charge_id, {})["data"]
        return [(row["value"], row["status"]) for row in listed]


@contextmanager
def wired(database_url: str, home: Path, clock: Clock) -> Iterator[Wired]:
    """Serve a gateway and a listener, and open an office between them."""
    with switch() as gateway, switch() as listener:
        url = f"{gateway.url}/v3"
        more = {"asaas_url": url, "asaas_api_key": API_KEY, "asaas_webhook_token": TOKEN}
        with (
            closing(an_office(database_url, home, clock, **more)) as office,
            closing(Sandbox(clock=clock, retry_scale=0.001)) as sandbox,
        ):
            office.provider = Asaas(url, API_KEY, timeout_seconds=PATIENCE_SECONDS)
            carrier = Carrier()
            office.mailer = carrier
            gateway.app = create_app(sandbox)
            listener.app = create_listener(office, after_keeping=lambda: None)
            address = f"{listener.url}/webhooks/asaas"
            office.provider.register_hook(
                name="boxoffice", url=address, email="me@example.com", token=TOKEN
            )
            yield Wired(office, sandbox, clock, carrier)
