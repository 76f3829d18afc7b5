"""A clerk at a till."""

from dataclasses import dataclass
from uuid import UUID

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel
from boxoffice.orders.place import place
from boxoffice.payments.provider import Method
from boxoffice.payments.start import take
from boxoffice.staff.rules import Actor, Role
from boxoffice.till.close_shift import close_shift
from boxoffice.till.open_shift import open_shift
from boxoffice.till.queries import ShiftView, open_shift_view
from boxoffice.till.record import drop, record_refund
from tests.making import LOTE, a_request

CARLA = Actor("carla", Role.BOX_OFFICE)


@dataclass(frozen=True)
class Clerk:
    """Somebody who sells at R$ 100,00 a place, each act in a transaction of its own."""

    office: BoxOffice
    actor: Actor = CARLA

    def opens(self, start: int = 20_000, currency: str = "BRL") -> ShiftView:
        """Open the till with a float, in centavos."""
        with self.office.writing() as session:
            money, now = Money(start, currency), self.office.now()
            return open_shift(session, self.actor, start=money, now=now)

    def sells(
        self, quantity: int = 1, *, method: Method = Method.CASH, key: str | None = None
    ) -> UUID:
        """Sell so many places, and return the order."""
        channel = Channel.COURTESY if method is Method.COURTESY else Channel.COUNTER
        request = a_request((LOTE, quantity), channel=channel, method=method)
        now = self.office.now()
        with self.office.writing() as session:
            done = place(session, self.actor, request, now=now, holds=False, key=key)
            take(session, self.actor, done.id, method, self.office.ticket_key, now=now)
        return done.id

    def gives_back(self, order_id: UUID, minor: int, *, method: str = "cash") -> bool:
        """Give money back, and say whether it passed a till."""
        with self.office.writing() as session:
            now = self.office.now()
            return record_refund(session, self.actor, order_id, method, Money(minor), now=now)

    def drops(self, minor: int, note: str = "") -> ShiftView:
        """Take cash to the safe."""
        with self.office.writing() as session:
            money, now = Money(minor), self.office.now()
            return drop(session, self.actor, amount=money, note=note, now=now)

    def closes(self, counted: int, note: str = "") -> ShiftView:
        """Close the till with a count."""
        with self.office.writing() as session:
            money, now = Money(counted), self.office.now()
            return close_shift(session, self.actor, counted=money, note=note, now=now)

    @property
    def shift(self) -> ShiftView:
        """The open shift."""
        with self.office.reading() as session:
            return open_shift_view(session, self.actor.name)
