"""What came in and went back, by method and provider, and whether it agrees with the orders."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case
from sqlalchemy import select as select_columns
from sqlmodel import col, func

from boxoffice.db import ReadSession
from boxoffice.events.models import Event
from boxoffice.events.queries import event_by_slug
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderState
from boxoffice.payments.models import Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.reports.three_way import ThreeWay, three_way
from boxoffice.reports.window import CHUNK_ROWS, Window, total_of
from boxoffice.tickets.models import Ticket

DIFFERS_MAX = 100  # orders that are named; the rest are counted

_GONE = (RefundState.DONE, RefundState.BY_HAND)
_GOING = (RefundState.REQUESTED, RefundState.SENT)
_WAITING = (OrderState.PLACED, OrderState.EXPIRING)
_OPEN = (PaymentState.OPENING, PaymentState.WAITING)


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """The money of one method at one provider, in one currency."""

    method: str
    provider: str
    payments: int  # that came in; courtesies are payments of nothing
    received: Money
    refunded: Money  # has gone back
    refunding: Money  # is decided, and has not gone yet

    @property
    def balance(self) -> Money:
        """What came in and has not gone back."""
        return self.received - self.refunded


@dataclass(frozen=True, slots=True)
class Sums:
    """All money ever received in one currency, and where it belongs."""

    currency: str
    orders_minor: int  # totals of the orders that became paid
    late_minor: int  # of orders that wait for a person's decision
    returned_minor: int  # beyond the orders, and given back whole
    part_minor: int  # of orders that still wait for the rest of their money
    received_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An order whose money is not its total, or nothing when it never became paid."""

    order: str
    event: str
    state: OrderState
    expected: Money
    received: Money
    refunded: Money


@dataclass(frozen=True, slots=True)
class Books:
    """Whether the orders' totals and the money received agree, order by order."""

    sums: tuple[Sums, ...]
    differs: tuple[Difference, ...]  # the first hundred
    differs_count: int

    @property
    def agree(self) -> bool:
        """Whether every order has the money it should have."""
        return self.differs_count == 0


@dataclass(frozen=True, slots=True)
class MoneyReport:
    """The money of one event or of all, in a window; what waits, and the books, as of now."""

    event: str | None
    window: Window
    rows: tuple[MoneyRow, ...]
    waiting: int  # payments that somebody may still pay
    late: int  # payments whose order waits for a person's decision
    books: Books
    sides: tuple[ThreeWay, ...]  # of all time, from three sides


def money_report(
    session: ReadSession, event: str | None = None, *, window: Window | None = None
) -> MoneyReport:
    """Add up the payments and refunds of a window, and compare all money with all orders.

    The window is of the moment that money came in or went back. What waits, and the comparison,
    are of every order of the event, whatever the window.

    Raises:
        NotFound: there is no such event.
    """
    window = window or Window()
    row = None if event is None else event_by_slug(session, event)
    event_id = None if row is None else row.id
    return MoneyReport(
        event=None if row is None else row.slug,
        window=window,
        rows=tuple(_rows(session, event_id, window)),
        waiting=_count(session, event_id, col(Payment.state).in_(_OPEN)),
        late=_count(
            session,
            event_id,
            col(Order.state) == OrderState.NEEDS_REVIEW,
            col(Payment.paid_at).is_not(None),
        ),
        books=_books(session, event_id),
        sides=three_way(session, event_id),
    )


def agrees(expected_minor: int, received_minor: int, refunded_minor: int) -> bool:
    """Say whether an order's money is what it should be.

    It is when the order's total came in, or when what came in beyond it has gone back whole.
    """
    return expected_minor in {received_minor, received_minor - refunded_minor}


def _rows(session: ReadSession, event_id: UUID | None, window: Window) -> Iterator[MoneyRow]:
    """Yield the methods in our own order, each with its providers."""
    connection = session.connection()
    found: dict[tuple[str, str, str], list[int]] = {}
    for statement in (_received(event_id, window), _refunded(event_id, window)):
        for method, provider, currency, *numbers in connection.execute(statement):
            sums = found.setdefault((method, provider, currency), [0, 0, 0, 0])
            for place, number in enumerate(numbers):
                sums[place] += number
    words = list(Method)
    for key in sorted(found, key=lambda key: (words.index(Method(key[0])), *key[1:])):
        method, provider, currency = key
        payments, *amounts = found[key]
        money = (Money(amount, currency) for amount in amounts)
        yield MoneyRow(str(method), provider, payments, *money)


def _received(event_id: UUID | None, window: Window) -> Select[*tuple[Any, ...]]:
    """Select what came in: payments, received, nothing refunded, nothing refunding."""
    key = (col(Payment.method), col(Payment.provider), col(Payment.currency))
    nothing = total_of(0 * col(Payment.paid_minor))
    statement = (
        select_columns(*key, func.count(), total_of(col(Payment.paid_minor)), nothing, nothing)
        .where(col(Payment.paid_at).is_not(None), *window.of(col(Payment.paid_at)))
        .group_by(*key)
    )
    return _of_event(statement, event_id)


def _refunded(event_id: UUID | None, window: Window) -> Select[*tuple[Any, ...]]:
    """Select what went back, or will: no payments, nothing received, refunded, refunding."""
    key = (col(Payment.method), col(Payment.provider), col(Refund.currency))
    state, amount = col(Refund.state), col(Refund.amount_minor)
    nothing = total_of(0 * amount)
    statement = (
        select_columns(
            *key,
            nothing,
            nothing,
            total_of(case((state.in_(_GONE), amount), else_=0)),
            total_of(case((state.in_(_GOING), amount), else_=0)),
        )
        .join(Payment, col(Payment.id) == Refund.payment_id)
        .where(*window.of(func.coalesce(col(Refund.done_at), col(Refund.created_at))))
        .group_by(*key)
    )
    return _of_event(statement, event_id)


def _count(session: ReadSession, event_id: UUID | None, *conditions: Any) -> int:
    """Count payments, by conditions on them and their orders."""
    statement = (
        select_columns(func.count(col(Payment.id)))
        .join(Order, col(Order.id) == Payment.order_id)
        .where(*conditions)
    )
    if event_id is not None:
        statement = statement.where(col(Order.event_id) == event_id)
    return session.connection().execute(statement).scalar_one()


def _of_event(
    statement: Select[*tuple[Any, ...]], event_id: UUID | None
) -> Select[*tuple[Any, ...]]:
    """Hold a statement on payments to the orders of one event."""
    if event_id is None:
        return statement
    return statement.join(Order, col(Order.id) == Payment.order_id).where(
        col(Order.event_id) == event_id
    )


def _books(session: ReadSession, event_id: UUID | None) -> Books:
    """Compare order by order, in one statement: a sale made meanwhile is in it whole or not."""
    sums: dict[str, list[int]] = {}
    differs: list[Difference] = []
    count = 0
    for row in session.connection().execute(
        _orders(event_id), execution_options={"yield_per": CHUNK_ROWS}
    ):
        expected = row.total_minor - row.due if row.paid_at is not None else 0
        is_late = row.state is OrderState.NEEDS_REVIEW
        is_waiting = row.paid_at is None and row.state in _WAITING
        is_part = is_waiting and row.received < row.total_minor
        is_right = is_late or is_part or agrees(expected, row.received, row.refunded)
        beyond = row.received - expected if is_right and not is_late and not is_part else 0
        late, part = row.received if is_late else 0, row.received if is_part else 0
        booked = (0 if is_late else expected, late, beyond, part, row.received)
        of_all = sums.setdefault(row.currency, [0] * len(booked))
        for place, number in enumerate(booked):
            of_all[place] += number
        if not is_right:
            count += 1
            if count <= DIFFERS_MAX:
                differs.append(_difference(row, expected))
    return Books(
        sums=tuple(Sums(currency, *sums[currency]) for currency in sorted(sums)),
        differs=tuple(differs),
        differs_count=count,
    )


def _orders(event_id: UUID | None) -> Select[*tuple[Any, ...]]:
    """Select every order with all that came in and went back for it, the oldest first."""
    mine = (
        col(Order.id),
        col(Order.code),
        col(Event.slug),
        col(Order.state),
        col(Order.currency),
        col(Order.total_minor),
        col(Order.placed_at),
        col(Order.paid_at),
    )
    due = (
        select_columns(col(Ticket.order_id), total_of(col(Ticket.due_minor)).label("due"))
        .where(col(Ticket.due_minor) > 0)
        .group_by(col(Ticket.order_id))
        .subquery()
    )
    statement = (
        select_columns(
            *mine,
            func.coalesce(due.c.due, 0).label("due"),
            total_of(col(Payment.paid_minor)).label("received"),
            total_of(col(Payment.refunded_minor)).label("refunded"),
        )
        .join(Event, col(Event.id) == Order.event_id)
        .outerjoin(Payment, col(Payment.order_id) == Order.id)
        .outerjoin(due, due.c.order_id == Order.id)
        .group_by(*mine, due.c.due)
        .order_by(col(Order.placed_at), col(Order.id))
    )
    return statement if event_id is None else statement.where(col(Order.event_id) == event_id)


def _difference(row: Any, expected: int) -> Difference:
    return Difference(
        order=row.code,
        event=row.slug,
        state=row.state,
        expected=Money(expected, row.currency),
        received=Money(row.received, row.currency),
        refunded=Money(row.refunded, row.currency),
    )
