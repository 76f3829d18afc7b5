"""One event and its orders as a state machine: what may happen to them, beside a small model."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from boxoffice.door.models import DoorList
from boxoffice.door.queries import gate_at
from boxoffice.door.undo import undo
from boxoffice.errors import NotFound, Refused
from boxoffice.events.models import Event, EventState, LatePayment, Tier
from boxoffice.ids import new_code
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.orders.models import OrderState
from boxoffice.orders.rules import STEPS
from boxoffice.payments.call_off import call_off
from boxoffice.payments.late import accept, dismiss
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Charge
from boxoffice.payments.settle import settle
from boxoffice.staff.rules import SYSTEM
from tests.making import NOON, Clock, an_order, shown_at, started, the_order
from tests.orders.books import check_money, check_places
from tests.orders.model import (
    ALIVE,
    ASKED,
    CAPACITY,
    ENDED,
    HOLD,
    LETTERS,
    MEANING,
    PRICE,
    QUOTAS,
    RANKS,
    Model,
    Paying,
    fits,
)


class Life(RuleBasedStateMachine):
    """One event, its orders, and everything that may happen to them."""

    orders = Bundle("orders")

    def __init__(self, office: BoxOffice, clock: Clock) -> None:
        super().__init__()
        self.office, self.clock = office, clock
        self.models: dict[UUID, Model] = {}
        self.seen: dict[UUID, OrderState] = {}
        self.slug = f"noite-{new_code().lower()}"
        self.policy = LatePayment.ACCEPT_IF_SEAT

    @initialize(policy=st.sampled_from([LatePayment.ACCEPT_IF_SEAT, LatePayment.REVIEW]))
    def announce(self, policy: LatePayment) -> None:
        """Put an event of this example's own on sale."""
        self.clock.moment, self.policy = NOON, policy
        event = Event(
            slug=self.slug,
            title="Noite",
            starts_at=NOON + timedelta(days=30),
            capacity=CAPACITY,
            state=EventState.ON_SALE,
            late_payment=policy,
            hold_minutes=HOLD.seconds // 60,
            created_at=NOON,
        )
        with self.office.writing() as session:
            session.add(event)
            session.flush()
            session.add(DoorList(event_id=event.id, name="main"))
            session.add_all(
                Tier(
                    event_id=event.id,
                    name=name,
                    price_minor=PRICE,
                    quota=quota,
                    places_left=quota,
                    turn=turn,
                )
                for turn, (name, quota) in enumerate(QUOTAS.items())
            )

    @rule(target=orders, lines=st.sampled_from(ASKED))
    def place(self, lines: dict[str, int]) -> object:
        """Ask for places: given when there are so many, else nothing happens."""
        if not self.fits(lines):
            with pytest.raises(Refused):
                an_order(self.office, *lines.items(), event=self.slug)
            return multiple()
        placed = an_order(self.office, *lines.items(), event=self.slug)
        paying = Paying(started(self.office, placed.id))
        model = Model(placed.id, placed.code, lines, self.clock.moment, [paying])
        self.models[placed.id] = model
        return model

    @rule(order=orders, which=st.integers(0, 2), said=st.sampled_from(LETTERS))
    def letter(self, order: Model, which: int, said: str) -> None:
        """Read a letter of the gateway: in time, late, twice, or out of turn."""
        paying = order.payments[which % len(order.payments)]
        self.tell(order, paying, said)
        to = "settled" if said == "short" else said
        if (paying.state, to) == ("closed", "waiting"):  # its charge was brought back
            is_asked = any(other.is_open for other in order.payments)
            if order.state is OrderState.PLACED and not is_asked:
                paying.state = to
            return
        if RANKS[to] <= RANKS[paying.state]:
            return
        was_paid, paying.state = paying.state == "paid", to
        if to in {"waiting", "closed"} or was_paid:
            return
        paying.paid = order.total - 1 if said == "short" else order.total
        if said == "short":
            if order.state in ALIVE + ENDED:
                order.state = OrderState.NEEDS_REVIEW
        elif order.state in ALIVE:
            order.pay()
        elif order.state in ENDED:
            is_welcome = self.policy is LatePayment.ACCEPT_IF_SEAT and not order.was_decided
            if is_welcome and self.fits(order.lines):
                order.pay()
            else:
                order.state = OrderState.NEEDS_REVIEW

    @precondition(lambda self: any(model.owes for model in self.models.values()))
    @rule(order=orders, which=st.integers(0, 2))
    def money(self, order: Model, which: int) -> None:
        """Read the letter that matters most, more often than others: all of the money is there."""
        self.letter(order, which, "settled")

    @precondition(lambda self: any(m.may_pay_again for m in self.models.values()))
    @rule(order=orders)
    def another_payment(self, order: Model) -> None:
        """Ask for the money once more, after a charge was closed."""
        if order.may_pay_again:
            order.payments.append(Paying(started(self.office, order.id)))

    @rule(order=orders, verb=st.sampled_from([cancel, call_off]))
    def end(self, order: Model, verb: Callable[..., bool]) -> None:
        """Cancel an order, by either of the two verbs."""
        with self.office.writing() as session:
            now, actor = self.clock.moment, self.office.actor
            if order.state is OrderState.EXPIRED:
                with pytest.raises(Refused):
                    verb(session, actor, order.id, reason="", now=now)
                return
            ended = verb(session, actor, order.id, reason="", now=now)
        assert ended is (order.state is not OrderState.CANCELLED)
        order.end(OrderState.CANCELLED)

    @precondition(lambda self: self.has(OrderState.PLACED))
    @rule(order=orders, minutes=st.sampled_from([0, 29, 31, 31]))
    def begin_to_expire(self, order: Model, minutes: int) -> None:
        """Let time pass, and begin when the order's clock has run out."""
        self.clock.forward(minutes=minutes)
        with self.office.writing() as session:
            is_expiring = begin_expiry(session, order.id, now=self.clock.moment)
        if order.state is OrderState.PLACED and self.clock.moment >= order.placed_at + HOLD:
            order.state = OrderState.EXPIRING
        assert is_expiring is (order.state is OrderState.EXPIRING)

    @precondition(lambda self: self.has(OrderState.EXPIRING))
    @rule(order=orders)
    def finish_to_expire(self, order: Model) -> None:
        """Finish, when it has begun."""
        with self.office.writing() as session:
            expired = finish_expiry(session, SYSTEM, order.id, now=self.clock.moment)
        assert expired is (order.state is OrderState.EXPIRING)
        if expired:
            order.end(OrderState.EXPIRED)

    @precondition(lambda self: self.has(OrderState.NEEDS_REVIEW))
    @rule(order=orders, is_welcome=st.sampled_from([True, True, False]))
    def decide(self, order: Model, is_welcome: bool) -> None:  # noqa: FBT001  (a drawn value)
        """Accept or dismiss what is under review."""
        may = order.state is OrderState.NEEDS_REVIEW
        if is_welcome:
            may = may and (order.has_places or self.fits(order.lines))
        try:
            with self.office.writing() as session:
                now, actor = self.clock.moment, self.office.actor
                if is_welcome:
                    accept(session, actor, order.id, self.office.ticket_key, note="", now=now)
                else:
                    dismiss(session, actor, order.id, note="", now=now)
        except Refused:
            assert not may
            return
        assert may
        order.state = OrderState.PAID if is_welcome else OrderState.CANCELLED
        order.has_places = is_welcome
        order.was_paid = order.was_paid or is_welcome
        order.was_dismissed = order.was_dismissed or not is_welcome

    @precondition(lambda self: any(model.confirmed for model in self.models.values()))
    @rule(order=orders, number=st.integers(1, 6), age=st.integers(-2, -1))
    def scan(self, order: Model, number: int, age: int) -> None:
        """Show the code of a ticket, or one that it had before."""
        number = (number - 1) % order.quantity + 1
        codes = order.codes.setdefault(number, [])
        now = the_order(self.office, order.code).tickets[number - 1].code
        if now is not None and now not in codes:
            codes.append(now)
        code = codes[max(age, -len(codes))] if codes else f"{order.code}-{number}"
        is_good = order.state is OrderState.PAID and code == now and number not in order.inside
        assert shown_at(self.office, code, event=self.slug).verdict.admits is is_good
        if is_good:
            order.inside.add(number)

    @precondition(lambda self: any(model.inside for model in self.models.values()))
    @rule(order=orders, number=st.integers(1, 6))
    def undo_scan(self, order: Model, number: int) -> None:
        """Take an admission back, if there is one."""
        number = (number - 1) % order.quantity + 1
        name = f"{order.code}-{number}"
        with self.office.writing() as session:
            gate = gate_at(session, self.slug, None)
            if number not in order.inside:
                with pytest.raises(NotFound):
                    undo(session, self.office.actor, gate, name, now=self.clock.moment)
                return
            undo(session, self.office.actor, gate, name, now=self.clock.moment)
        order.inside.remove(number)

    @invariant()
    def the_books_agree(self) -> None:
        """Compare the books with the model, and with themselves."""
        with self.office.reading() as session:
            states = check_places(session, self.slug, self.models.values())
            check_money(session, self.models.values())
        for order_id, state in states.items():
            before = self.seen.get(order_id, OrderState.PLACED)
            assert state is before or state in STEPS[before]
        self.seen = states

    def has(self, state: OrderState) -> bool:
        """Say whether an order is in this state."""
        return any(model.state is state for model in self.models.values())

    def fits(self, lines: Mapping[str, int]) -> bool:
        """Say whether so many places are free, by the model."""
        return fits(self.models.values(), lines)

    def tell(self, order: Model, paying: Paying, said: str) -> None:
        """Have the real books read what the gateway says of a charge."""
        paid = {"short": order.total - 1, "paid": order.total, "settled": order.total}.get(said, 0)
        charge = Charge(
            f"pay_{paying.id}",
            str(paying.id),
            MEANING[said],
            Money(order.total),
            Money(paid),
            None,
            None,
            None,
            {},
        )
        with self.office.writing() as session:
            payment = session.get_one(Payment, paying.id, with_for_update=True)
            settle(session, SYSTEM, payment, charge, self.office.ticket_key, now=self.clock.moment)
