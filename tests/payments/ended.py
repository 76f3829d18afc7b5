"""An order that ended before its money came."""

from dataclasses import replace
from uuid import UUID

from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Charge, ChargeState
from boxoffice.payments.settle import settle
from boxoffice.staff.rules import SYSTEM
from tests.payments.sold import Sold


class Waiting(Sold):
    """An order of two places whose charge has a name of its own, and is known by our reference."""

    def charge(self, state: ChargeState, paid: int = 0) -> Charge:
        """Return the charge as the gateway would tell it."""
        return replace(super().charge(state, paid), provider_id=f"pay_{self.payment_id}")

    def told(self, charge: Charge) -> str:
        """Settle the payment that the charge refers to, by what the gateway says."""
        with self.office.writing() as session:
            ours = UUID(charge.reference or "")
            payment = session.get_one(Payment, ours, with_for_update=True)
            key, now = self.office.ticket_key, self.office.now()
            return settle(session, SYSTEM, payment, charge, key, now=now).why

    def ends(self) -> None:
        """Cancel the order."""
        with self.office.writing() as session:
            now = self.office.now()
            cancel(session, self.office.actor, self.order.id, reason="ill", now=now)


def an_ended_sale(office: BoxOffice) -> Waiting:
    """Make an order whose charge is open, and cancel it."""
    sold = Waiting(office)
    sold.waits()
    sold.ends()
    return sold
