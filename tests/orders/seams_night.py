"""A night with every kind of order, and what one needs to drive it by chance."""

from collections.abc import Callable
from random import Random
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import Busy, Invalid, Refused
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.ids import new_code
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, finish_expiry
from boxoffice.orders.change import PAID_FOR
from boxoffice.orders.importing import ImportedOrder, Sale, bring_in
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.place import Wanted
from boxoffice.payments.collect import Till
from boxoffice.payments.covered import set_aside_part_paid
from boxoffice.payments.end_order import end_order
from boxoffice.payments.extend import let_go
from boxoffice.payments.models import OPEN, Payment, PaymentState
from boxoffice.payments.provider import Charge, ChargeState, Method
from boxoffice.payments.settle import settle
from boxoffice.people import Person
from boxoffice.promos.campaign import CampaignTerms, Guest, add_guest, give_code, open_campaign
from boxoffice.promos.models import CampaignMode
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import Ticket
from tests.making import LOTE, RITA, Clock, a_tier, an_event
from tests.promos.codes import a_promo

PROMO = "AMIGOS"
USES = 6
GUESTS = {1: Person("Ana", "ana@example.com"), 2: Person("Bia", "bia@example.com")}
TIERS = (LOTE, "VIP", "Meia", "Cortesia")
FINISHED = frozenset(
    {OrderState.EXPIRED, OrderState.CANCELLED, OrderState.REFUNDED, OrderState.CHARGED_BACK}
)


class Night:
    """One event with every kind of order, driven by chance."""

    def __init__(self, office: BoxOffice, clock: Clock, seed: int) -> None:
        self.office, self.clock, self.luck = office, clock, Random(seed)  # noqa: S311  (a walk)
        self.slug = f"noite-{new_code().lower()}"
        self.done: list[str] = []
        self.accepted: set[str] = set()  # with what came, whatever it was
        event = an_event(
            office,
            a_tier(quota=8),
            a_tier("VIP", price="150,00", quota=4),
            a_tier("Meia", price="50,00", quota=4, category="half"),
            a_tier("Cortesia", price="0", quota=4, category="courtesy"),
            slug=self.slug,
            capacity=16,
            fee_percent=10,
            fee_refundable=self.luck.random() < 0.5,
            half_cap_percent=20,
            starts_at="2027-03-01T20:00",
        )
        self.event_id = event.id
        self.tiers = {tier.name: tier.id for tier in event.tiers}
        a_promo(office, event=self.slug, code=PROMO, value=2000, uses_max=USES, per_person_max=4)
        self.codes = self._campaign()
        self.imported = 0

    def _campaign(self) -> list[str]:
        """Send two guests a code for the VIP tier."""
        found = []
        with self.office.writing() as session:
            terms = CampaignTerms("imprensa", CampaignMode.CODES)
            actor, now = self.office.actor, self.clock()
            campaign = open_campaign(
                session, actor, self.event_id, self.tiers["VIP"], terms, now=now
            )
            self.campaign_id = campaign.id
            event = session.get_one(Event, self.event_id)
            for line in (1, 2):
                row = add_guest(session, campaign.id, Guest(line, GUESTS[line], 1), now=now)
                assert row is not None
                found.append(give_code(session, actor, campaign, event, row, now=now))
        return found

    def imports(self) -> None:
        def act(session: WriteSession) -> None:
            self.imported += 1
            tiers = {n: session.get_one(Tier, i) for n, i in self.tiers.items()}
            sale = Sale(self.event_id, tiers, self.office.ticket_key)
            lines = (Wanted(self.luck.choice([LOTE, "Meia"]), 1),)
            order = ImportedOrder(f"x{self.imported}", RITA, lines)
            (made,) = bring_in(session, self.office.actor, [order], sale, now=self.clock())
            session.add(
                Payment(
                    order_id=made.id,
                    method=Method.EXTERNAL,
                    state=PaymentState.SETTLED,
                    provider="import",
                    amount_minor=made.total.minor,
                    paid_minor=made.total.minor,
                    created_at=self.clock(),
                    paid_at=self.clock(),
                )
            )

        self.tries(act)

    def runs_out(self) -> None:
        order = self.an_order()
        if order is None:
            return
        self.clock.forward(minutes=31)
        with self.office.writing() as session:
            now = self.clock()
            is_expiring = begin_expiry(session, order, now=now)
            if is_expiring or session.get_one(Order, order).state in PAID_FOR:
                for payment in self.payments(session, order):
                    if payment.state in OPEN:
                        payment.state = PaymentState.CLOSED
            session.flush()
            if is_expiring:
                finish_expiry(session, SYSTEM, order, now=now)
                set_aside_part_paid(session, SYSTEM, order, now=now)
            else:
                let_go(session, SYSTEM, order, now=now)

    def event_ends(self) -> None:
        """Cancel the event, and end its orders one by one."""
        self.done.append("event_ends")
        with self.office.writing() as session:
            session.get_one(Event, self.event_id).state = EventState.CANCELLED
        with self.office.reading() as session:
            orders = session.exec(
                select(Order.id).where(Order.event_id == self.event_id).order_by(col(Order.id))
            ).all()
        for order in orders:
            with self.office.writing() as session:
                end_order(session, self.office.actor, order, now=self.clock())

    def till(self, method: Method | None = None) -> Till:
        return Till(self.office.ticket_key, method, "asaas")

    def tries(self, act: Callable[[WriteSession], object]) -> None:
        try:
            with self.office.writing() as session:
                act(session)
        except (Refused, Invalid, Busy) as error:
            self.done.append(f"({error.case})")

    def told(self, payment: Payment, state: ChargeState) -> None:
        """Have the books read what the gateway says of a charge."""
        with self.office.writing() as session:
            row = session.get_one(Payment, payment.id, with_for_update=True)
            charge = Charge(
                f"pay_{payment.id}",
                str(payment.id),
                state,
                payment.amount,
                payment.amount,
                None,
                None,
                None,
                {},
            )
            settle(session, SYSTEM, row, charge, self.office.ticket_key, now=self.clock())

    def payments(self, session: ReadSession, order_id: UUID) -> list[Payment]:
        return list(session.exec(select(Payment).where(Payment.order_id == order_id)).all())

    def an_order(self) -> UUID | None:
        with self.office.reading() as session:
            found = session.exec(
                select(Order.id).where(Order.event_id == self.event_id).order_by(col(Order.id))
            ).all()
        return self.luck.choice(list(found)) if found else None

    def a_ticket(self) -> UUID | None:
        with self.office.reading() as session:
            found = session.exec(
                select(Ticket.id)
                .where(Ticket.event_id == self.event_id)
                .order_by(col(Ticket.order_id), col(Ticket.number))
            ).all()
        return self.luck.choice(list(found)) if found else None

    def a_payment(self, is_it: Callable[[Payment], bool]) -> Payment | None:
        with self.office.reading() as session:
            found = [
                payment
                for payment in session.exec(
                    select(Payment)
                    .join(Order, col(Order.id) == Payment.order_id)
                    .where(Order.event_id == self.event_id)
                    .order_by(col(Payment.created_at), col(Payment.id))
                )
                if is_it(payment)
            ]
        return self.luck.choice(found) if found else None
