"""Orders that move, grow and are paid in parts, in any order: what must be true after each step."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import Invalid, Refused
from boxoffice.events.models import Event, EventState, FeePer, Tier
from boxoffice.ids import new_code
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, finish_expiry
from boxoffice.orders.change import PAID_FOR
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.place import place
from boxoffice.payments.call_off import call_off
from boxoffice.payments.collect import Till, pay
from boxoffice.payments.covered import set_aside_part_paid
from boxoffice.payments.exchange import exchange
from boxoffice.payments.extend import drop_ticket, let_go
from boxoffice.payments.models import OPEN, Payment, PaymentState, Refund
from boxoffice.payments.parts import Part, pay_in_parts
from boxoffice.payments.provider import Method
from boxoffice.payments.refund import RefundRequest, refund
from boxoffice.payments.start import start
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import Ticket, TicketState
from tests.making import LOTE, NOON, Clock, a_request
from tests.payments.changing import extended, money_comes

PRICES = {LOTE: 10_000, "VIP": 15_000, "Livre": 0}
QUOTAS = {LOTE: 4, "VIP": 2, "Livre": 2}
CAPACITY = 6
FEE = 700
METHODS = st.sampled_from([None, Method.CASH, Method.PIX])
NUMBERS = st.integers(0, 7)


class Changes(RuleBasedStateMachine):
    """One event whose orders change, with the money that came in and went back."""

    def __init__(self, office: BoxOffice, clock: Clock) -> None:
        super().__init__()
        self.office, self.clock = office, clock
        self.event_id = UUID(int=0)
        self.fee = 0  # of an order that costs something
        self.slug = f"noite-{new_code().lower()}"
        self.orders: list[UUID] = []
        self.came = 0  # minor units that the gateway told of
        self.said = 0  # refusals: each must have left everything as it was

    @initialize(fee=st.sampled_from([0, FEE]))
    def announce(self, fee: int) -> None:
        """Put an event of this example's own on sale."""
        self.clock.moment = NOON
        event = Event(
            slug=self.slug,
            title="Noite",
            starts_at=NOON + timedelta(days=30),
            capacity=CAPACITY,
            state=EventState.ON_SALE,
            fee_fixed_minor=fee,
            fee_per=FeePer.ORDER,
            created_at=NOON,
        )
        self.event_id, self.fee = event.id, fee
        with self.office.writing() as session:
            session.add(event)
            session.flush()
            session.add_all(
                Tier(
                    event_id=event.id,
                    name=name,
                    price_minor=price,
                    quota=QUOTAS[name],
                    places_left=QUOTAS[name],
                    turn=turn,
                )
                for turn, (name, price) in enumerate(PRICES.items())
            )

    @rule(tier=st.sampled_from([LOTE, "VIP"]), count=st.integers(1, 2), cash=st.booleans())
    def place_one(self, tier: str, count: int, cash: bool) -> None:  # noqa: FBT001  (drawn)
        """Place an order by PIX, or sell one that is paid in part in cash."""
        request = a_request((tier, count), event=self.slug, channel=Channel.ONLINE, method="pix")
        try:
            with self.office.writing() as session:
                actor, now = self.office.actor, self.clock.moment
                made = place(session, actor, request, now=now, holds=True)
                if cash:
                    parts = [Part(Method.CASH, Money(4000)), Part(Method.PIX)]
                    pay_in_parts(session, actor, made.id, parts, self.till(), now=now)
                else:
                    start(session, actor, made.id, Method.PIX, "asaas", now=now)
        except Refused:
            return
        self.orders.append(made.id)

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS, tier=st.sampled_from(list(PRICES)), method=METHODS, keeps=st.booleans())
    def swap(self, which: int, tier: str, method: Method | None, keeps: bool) -> None:  # noqa: FBT001  (drawn)
        """Move a ticket to another tier."""
        ticket = self.ticket(which)
        self.tries(
            lambda session: exchange(
                session,
                self.office.actor,
                ticket,
                tier,
                self.till(method),
                proof="receipt",
                keeps_difference=keeps,
                even_if_closed=False,
                now=self.clock.moment,
            )
        )

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS, tier=st.sampled_from(list(PRICES)), method=METHODS)
    def add(self, which: int, tier: str, method: Method | None) -> None:
        """Add a place to an order."""
        try:
            extended(self.office, self.order(which), tier, method=method)
        except (Refused, Invalid):
            self.said += 1

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS, method=st.sampled_from([Method.CASH, Method.PIX]))
    def pay_due(self, which: int, method: Method) -> None:
        """Pay what is due, or ask for it."""
        order, till = self.order(which), self.till(method)
        self.tries(lambda s: pay(s, self.office.actor, order, till, now=self.clock.moment))

    @precondition(lambda self: self.asked())
    @rule(which=NUMBERS)
    def money(self, which: int) -> None:
        """Have the gateway tell that a charge was paid: an open one, or one closed too late."""
        asked = self.asked()
        payment = asked[which % len(asked)]
        money_comes(self.office, payment)
        self.came += payment.amount_minor

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS)
    def drop_one(self, which: int) -> None:
        """Cancel one ticket."""
        ticket, now = self.ticket(which), self.clock.moment
        self.tries(
            lambda s: drop_ticket(s, self.office.actor, ticket, self.till(), reason="", now=now)
        )

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS, is_all=st.booleans())
    def give_back(self, which: int, is_all: bool) -> None:  # noqa: FBT001  (drawn)
        """Refund one ticket, or all that is left."""
        ticket = self.ticket(which)
        with self.office.reading() as session:
            order = session.get_one(Ticket, ticket).order_id
        request = RefundRequest(() if is_all else (ticket,), proof="receipt")
        self.tries(lambda s: refund(s, self.office.actor, order, request, now=self.clock.moment))

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS)
    def end(self, which: int) -> None:
        """Cancel an order."""
        order, now = self.order(which), self.clock.moment
        self.tries(lambda s: call_off(s, self.office.actor, order, reason="", now=now))

    @precondition(lambda self: self.orders)
    @rule(which=NUMBERS)
    def clock_runs_out(self, which: int) -> None:
        """Let the time of an order and of its additions be over, as its jobs do."""
        order = self.order(which)
        self.clock.forward(minutes=31)
        with self.office.writing() as session:
            now = self.clock.moment
            if not begin_expiry(session, order, now=now):
                for payment in self.payments(session, order):
                    if payment.state in OPEN:
                        payment.state = PaymentState.CLOSED
                session.flush()
                let_go(session, SYSTEM, order, now=now)
                return
            for payment in self.payments(session, order):
                if payment.state in OPEN:
                    payment.state = PaymentState.CLOSED
            session.flush()
            finish_expiry(session, SYSTEM, order, now=now)
            set_aside_part_paid(session, SYSTEM, order, now=now)

    @invariant()
    def places_agree(self) -> None:
        """Each place is free or held by one ticket."""
        with self.office.reading() as session:
            tickets = session.exec(select(Ticket).where(Ticket.event_id == self.event_id)).all()
            tiers = session.exec(select(Tier).where(Tier.event_id == self.event_id)).all()
            event = session.get(Event, self.event_id)
        held = [ticket.tier_id for ticket in tickets if ticket.holds_place]
        for tier in tiers:
            assert held.count(tier.id) + tier.places_left == tier.quota
        assert event is None or event.places_taken == len(held)

    @invariant()
    def money_agrees(self) -> None:
        """What came in is booked, and nobody is let in who has not paid."""
        with self.office.reading() as session:
            for order_id in self.orders:
                order = session.get_one(Order, order_id)
                payments = self.payments(session, order_id)
                tickets = session.exec(select(Ticket).where(Ticket.order_id == order_id)).all()
                refunds = session.exec(select(Refund).where(Refund.order_id == order_id)).all()
                came = sum(payment.paid_minor for payment in payments)
                gone = sum(payment.refunded_minor for payment in payments)
                assert gone == sum(row.amount_minor for row in refunds)
                self.order_agrees(order, list(tickets), came, gone)
            told = session.exec(
                select(Payment.paid_minor).where(
                    col(Payment.order_id).in_(self.orders), Payment.provider == "asaas"
                )
            ).all()
        assert sum(told) == self.came

    def order_agrees(self, order: Order, tickets: list[Ticket], came: int, gone: int) -> None:
        """Compare an order with its tickets and its money."""
        assert order.total_minor == order.subtotal_minor - order.discount_minor + order.fee_minor
        if order.state is OrderState.PLACED:
            worth = sum(ticket.price_minor - ticket.discount_minor for ticket in tickets)
            assert order.total_minor == worth + (self.fee if worth else 0)
        good = [ticket for ticket in tickets if ticket.state is TicketState.VALID]
        if order.state not in PAID_FOR:
            assert good == []
            assert sum(ticket.due_minor for ticket in tickets) == 0
            return
        assert came - gone >= sum(ticket.price_minor - ticket.discount_minor for ticket in good)
        assert not [x for x in tickets if x.state is TicketState.HELD and not x.due_minor]
        due = sum(ticket.due_minor for ticket in tickets)
        assert came + due >= order.total_minor
        assert order.state is OrderState.PAID or gone

    def tries(self, act: Callable[[WriteSession], object]) -> None:
        """Do something that the rules may refuse; then nothing has happened."""
        try:
            with self.office.writing() as session:
                act(session)
        except (Refused, Invalid):
            self.said += 1

    def till(self, method: Method | None = None) -> Till:
        """Say how money is collected."""
        return Till(self.office.ticket_key, method, "asaas")

    def order(self, which: int) -> UUID:
        """Return one of the orders."""
        return self.orders[which % len(self.orders)]

    def ticket(self, which: int) -> UUID:
        """Return one of the tickets."""
        with self.office.reading() as session:
            found = session.exec(
                select(Ticket.id)
                .where(Ticket.event_id == self.event_id)
                .order_by(col(Ticket.order_id), col(Ticket.number))
            ).all()
        return found[which % len(found)]

    def asked(self) -> list[Payment]:
        """Return what a buyer can pay, or could until a moment ago."""
        states = [*OPEN, PaymentState.CLOSED]
        with self.office.reading() as session:
            return list(
                session.exec(
                    select(Payment)
                    .where(col(Payment.order_id).in_(self.orders), col(Payment.state).in_(states))
                    .order_by(col(Payment.id))
                ).all()
            )

    def payments(self, session: ReadSession, order_id: UUID) -> list[Payment]:
        """Return the payments of an order."""
        return list(session.exec(select(Payment).where(Payment.order_id == order_id)).all())
