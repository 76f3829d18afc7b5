"""Random books: sales as somebody might have kept them on paper, and the same as rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from boxoffice.db import WriteSession
from boxoffice.events.models import Category, Event, EventState, Tier
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order, OrderLine, OrderState
from boxoffice.payments.models import Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.tickets.models import Ticket, TicketState

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
TIERS = (("Lote 1", Category.FULL), ("Meia", Category.HALF), ("Convite", Category.COURTESY))
ZONES = ("America/Sao_Paulo", "America/Noronha", "Pacific/Kiritimati", "Asia/Kathmandu")

WAS_PAID = (
    OrderState.PAID,
    OrderState.PARTLY_REFUNDED,
    OrderState.REFUNDED,
    OrderState.DISPUTED,
    OrderState.CHARGED_BACK,
    OrderState.CANCELLED,
    OrderState.NEEDS_REVIEW,  # cancelled after it was paid, and then paid again
)
NEVER_PAID = (
    OrderState.PLACED,
    OrderState.EXPIRING,
    OrderState.EXPIRED,
    OrderState.CANCELLED,
    OrderState.NEEDS_REVIEW,
)


@dataclass(frozen=True)
class Seat:
    """One ticket on paper."""

    tier: int
    price: int
    discount: int
    fee: int
    state: TicketState
    was_issued: bool


@dataclass(frozen=True)
class Back:
    """One refund on paper."""

    amount: int
    state: RefundState
    asked_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Paid:
    """One payment on paper; without a moment nobody has paid it."""

    method: Method
    provider: str
    paid_at: datetime | None
    amount: int
    backs: tuple[Back, ...]

    @property
    def decided(self) -> int:
        """What was decided to go back."""
        return sum(back.amount for back in self.backs if back.state is not RefundState.FAILED)


@dataclass(frozen=True)
class Sale:
    """One order on paper."""

    state: OrderState
    channel: Channel
    paid_at: datetime | None
    order_fee: int
    seats: tuple[Seat, ...]
    payments: tuple[Paid, ...]

    @property
    def fee(self) -> int:
        """The fee of the whole order."""
        return self.order_fee + sum(seat.fee for seat in self.seats)

    @property
    def total(self) -> int:
        """What the buyer owes."""
        return self.fee + sum(seat.price - seat.discount for seat in self.seats)


moments = st.integers(0, 3 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def seats(draw: st.DrawFn, *, was_paid: bool) -> Seat:
    """Draw a ticket that fits its order."""
    price = draw(st.integers(0, 20_000))
    if was_paid:
        state = draw(st.sampled_from([TicketState.VALID, TicketState.VOID, TicketState.BLOCKED]))
        was_issued = state is not TicketState.VOID or draw(st.booleans())
    else:
        state, was_issued = draw(st.sampled_from([TicketState.HELD, TicketState.VOID])), False
    return Seat(
        draw(st.integers(0, len(TIERS) - 1)),
        price,
        draw(st.integers(0, price)),
        draw(st.integers(0, 900)),
        state,
        was_issued,
    )


@st.composite
def refunds(draw: st.DrawFn, amount: int) -> Back:
    """Draw a refund of so much."""
    state = draw(st.sampled_from(list(RefundState)))
    asked_at = draw(moments)
    is_done = state is RefundState.DONE
    return Back(amount, state, asked_at, draw(moments) if is_done else None)


@st.composite
def payments(draw: st.DrawFn, amount: int, *, is_in: bool, turn: int = 0) -> Paid:
    """Draw a payment of about so much: mostly exact, at times a little more.

    No two turns come in at one moment: which came first must be plain.
    """
    paid = amount + draw(st.sampled_from([0, 0, 0, 150]))
    shares = draw(st.sampled_from([(), (150,), (paid,), (paid // 2, paid // 3)]))
    fits = is_in and sum(shares) <= paid
    backs = tuple(draw(refunds(share)) for share in shares if share) if fits else ()
    paid_at = draw(moments) + timedelta(seconds=turn) if is_in else None
    provider = draw(st.sampled_from(["till", "asaas"]))
    return Paid(draw(st.sampled_from(list(Method))), provider, paid_at, paid, backs)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Draw an order: paid once, twice or never, and then whatever may come."""
    was_paid = draw(st.booleans())
    drawn = Sale(
        draw(st.sampled_from(WAS_PAID if was_paid else NEVER_PAID)),
        draw(st.sampled_from(list(Channel))),
        draw(moments) if was_paid else None,
        draw(st.sampled_from([0, 0, 500])),
        tuple(draw(st.lists(seats(was_paid=was_paid), min_size=1, max_size=3))),
        (),
    )
    ins = draw(st.sampled_from([1, 1, 1, 2] if was_paid else [0, 0, 1]))
    paid = [draw(payments(drawn.total, is_in=True, turn=turn)) for turn in range(ins)]
    if draw(st.booleans()):
        paid.append(draw(payments(drawn.total, is_in=False)))
    return Sale(
        drawn.state, drawn.channel, drawn.paid_at, drawn.order_fee, drawn.seats, tuple(paid)
    )


def booked(
    office: BoxOffice, kept: list[Sale], *, zone: str = ZONES[0], capacity: int | None = None
) -> tuple[str, list[str]]:
    """Write an event with these sales, and return its slug and the codes of its orders."""
    event = Event(
        id=new_id(),
        slug=f"e-{new_id().hex}",
        title="Noite",
        timezone=zone,
        starts_at=START,
        capacity=capacity,
        state=EventState.ON_SALE,
        created_at=START,
    )
    with office.writing() as session:
        session.add(event)
        session.flush()
        tiers = [
            Tier(
                id=new_id(), event_id=event.id, name=name, category=category,
                price_minor=0, quota=100, places_left=100 - turn, turn=turn,
            )
            for turn, (name, category) in enumerate(TIERS)
        ]  # fmt: skip
        session.add_all(tiers)
        session.flush()
        codes = [_book(session, event, tiers, sale) for sale in kept]
    return event.slug, codes


def _book(session: WriteSession, event: Event, tiers: list[Tier], sale: Sale) -> str:
    order = Order(
        id=new_id(),
        code=new_id().hex[-12:].upper(),
        event_id=event.id,
        channel=sale.channel,
        state=sale.state,
        subtotal_minor=sum(seat.price for seat in sale.seats),
        discount_minor=sum(seat.discount for seat in sale.seats),
        fee_minor=sale.fee,
        total_minor=sale.total,
        placed_at=START,
        paid_at=sale.paid_at,
    )
    session.add(order)
    session.flush()
    line = OrderLine(id=new_id(), order_id=order.id, tier_id=tiers[0].id, quantity=1, price_minor=0)
    session.add(line)
    session.flush()
    for number, seat in enumerate(sale.seats, start=1):
        ids: dict[str, Any] = {"event_id": event.id, "order_id": order.id, "line_id": line.id}
        session.add(
            Ticket(
                tier_id=tiers[seat.tier].id,
                number=number,
                price_minor=seat.price,
                discount_minor=seat.discount,
                fee_minor=seat.fee,
                state=seat.state,
                holds_place=seat.state is not TicketState.VOID,
                code_digest=new_id().hex if seat.was_issued else None,
                **ids,
            )
        )
    for paid in sale.payments:
        _pay(session, order, paid)
    return order.code


def _pay(session: WriteSession, order: Order, paid: Paid) -> None:
    payment = Payment(
        id=new_id(),
        order_id=order.id,
        method=paid.method,
        provider=paid.provider,
        state=PaymentState.WAITING if paid.paid_at is None else PaymentState.SETTLED,
        amount_minor=paid.amount,
        paid_minor=0 if paid.paid_at is None else paid.amount,
        refunded_minor=paid.decided,
        created_at=START,
        paid_at=paid.paid_at,
    )
    session.add(payment)
    session.flush()
    for back in paid.backs:
        session.add(
            Refund(
                payment_id=payment.id,
                order_id=order.id,
                amount_minor=back.amount,
                state=back.state,
                created_at=back.asked_at,
                done_at=back.done_at,
            )
        )
