"""Orders charged at the truth in memory, and the pictures of what became of them."""

from collections import Counter
from uuid import UUID

from sqlmodel import col, select

from boxoffice.events.models import Event
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.outbox.models import JobState
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.tickets.models import Ticket
from tasks.payments import looked_up, settled
from tests.making import LOTE, a_tier, an_event, an_order, places_left, rows, started, state_of
from tests.making import the_payment as payment_row
from tests.payments.truth import Truth
from tests.tasks.working import ran


class Charged:
    """An order of two places at R$ 100,00 whose charge is open at the gateway."""

    def __init__(
        self, office: BoxOffice, truth: Truth, method: Method = Method.PIX, **event: str
    ) -> None:
        self.office, self.truth = office, truth
        if not rows(office, Event):
            an_event(office, a_tier(quota=5, price="100"), **event)
        self.order = an_order(office, (LOTE, 2))
        self.payment_id = started(office, self.order.id, method)
        assert ran(office, OpenCharge(self.payment_id)) is JobState.DONE
        self.charge_id = str(self.payment.provider_id)

    @property
    def payment(self) -> Payment:
        """The payment as it stands."""
        return payment_row(self.office, self.payment_id)

    @property
    def state(self) -> OrderState:
        """The state of the order."""
        return state_of(self.office, self.order.id)

    @property
    def refunds(self) -> list[tuple[int, RefundState]]:
        """What goes back, by amount."""
        found = [row for row in rows(self.office, Refund) if row.order_id == self.order.id]
        return sorted((row.amount_minor, row.state) for row in found)

    @property
    def tickets(self) -> Counter[str]:
        """The states of the tickets."""
        found = [row for row in rows(self.office, Ticket) if row.order_id == self.order.id]
        return Counter(str(row.state) for row in found)

    @property
    def left(self) -> int:
        """Places left on sale."""
        return places_left(self.office)[LOTE]

    def told(self, charge_id: str | None = None) -> str:
        """Have our books told what the gateway says now."""
        charge = self.truth.look_up(charge_id or self.charge_id)
        assert charge is not None
        with self.office.writing() as session:
            return settled(self.office, session, charge, looked_at=self.office.now())

    def is_paid(self) -> None:
        """Have the charge paid, and be told."""
        self.truth.pays(self.charge_id)
        self.told()


def payment_ids(office: BoxOffice, order_id: UUID) -> list[UUID]:
    """Return the payments of an order, the oldest first."""
    with office.reading() as session:
        return list(
            session.exec(
                select(Payment.id)
                .where(Payment.order_id == order_id)
                .order_by(col(Payment.created_at), col(Payment.id))
            )
        )


def looked(charged: Charged, charge_id: str) -> str:
    """Look a charge up as a letter makes us, and return what came of it."""
    charge = looked_up(charged.office, charge_id)
    assert charge is not None
    with charged.office.writing() as session:
        return settled(charged.office, session, charge, looked_at=charged.office.now())
