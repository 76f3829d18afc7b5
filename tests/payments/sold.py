"""An order that waits for its money."""

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.payments.settle import payment_of, settle
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    LOTE,
    an_order,
    started,
    state_of,
    the_payment,
)


class Sold:
    """An order of two places at R$ 100,00 that waits for its PIX."""

    def __init__(self, office: BoxOffice) -> None:
        self.office = office
        self.order = an_order(office, (LOTE, 2))
        self.payment_id = started(office, self.order.id)

    def charge(self, state: ChargeState, paid: int = 0) -> Charge:
        """Return the charge as the gateway would tell it."""
        return Charge(
            "pay_1",
            str(self.payment_id),
            state,
            Money(20_000),
            Money(paid),
            "000201",
            None,
            None,
            {},
        )

    def told(self, charge: Charge) -> str:
        """Settle the payment by what the gateway says."""
        with self.office.writing() as session:
            payment = payment_of(session, charge, now=self.office.now())
            assert payment is not None
            key, now = self.office.ticket_key, self.office.now()
            return settle(session, SYSTEM, payment, charge, key, now=now).why

    def waits(self) -> None:
        """Let the gateway say that the charge is open."""
        self.told(self.charge(ChargeState.WAITING))

    def is_paid(self, minor: int = 20_000, state: ChargeState = ChargeState.SETTLED) -> str:
        """Let the gateway say that so much came in."""
        return self.told(self.charge(state, minor))

    @property
    def payment(self) -> Payment:
        """The payment as it stands."""
        return the_payment(self.office, self.payment_id)

    @property
    def state(self) -> tuple[OrderState, PaymentState]:
        """Order and payment as they stand."""
        return state_of(self.office, self.order.id), self.payment.state
