"""Orders whose tickets move or grow, and the money that follows."""

from typing import Any
from uuid import UUID

from sqlmodel import select

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.add import Added
from boxoffice.orders.models import Order
from boxoffice.orders.place import Placed, Wanted, place
from boxoffice.orders.swap import Swapped
from boxoffice.payments.collect import Till, pay
from boxoffice.payments.covered import balance_of
from boxoffice.payments.exchange import exchange
from boxoffice.payments.extend import drop_ticket, extend
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.parts import Part, pay_in_parts
from boxoffice.payments.provider import Charge, ChargeState, Method
from boxoffice.payments.settle import settle
from boxoffice.staff.rules import SYSTEM
from tests.making import LOTE, a_request, a_tier, an_event, rows, the_order

VIP = "VIP"


def two_tiers(office: BoxOffice, *more: Any, **event: Any) -> None:
    """Put an event with a cheap tier, a dear one and perhaps `more` on sale."""
    an_event(office, a_tier(quota=3), a_tier(VIP, price="150,00", quota=3), *more, **event)


def till(office: BoxOffice, method: Method | None = None) -> Till:
    return Till(office.ticket_key, method, "asaas")


def exchanged(
    office: BoxOffice,
    ticket_id: UUID,
    tier: str = VIP,
    method: Method | None = Method.CASH,
    **more: Any,
) -> Swapped:
    given: dict[str, Any] = {"keeps_difference": False, "even_if_closed": False, "proof": ""}
    with office.writing() as session:
        how, now = till(office, method), office.now()
        return exchange(session, office.actor, ticket_id, tier, how, now=now, **(given | more))


def extended(
    office: BoxOffice,
    order_id: UUID,
    tier: str = LOTE,
    quantity: int = 1,
    method: Method | None = Method.CASH,
    *,
    even_if_closed: bool = False,
) -> Added:
    with office.writing() as session:
        return extend(
            session,
            office.actor,
            order_id,
            Wanted(tier, quantity),
            till(office, method),
            even_if_closed=even_if_closed,
            now=office.now(),
        )


def paid_by(office: BoxOffice, order_id: UUID, method: Method) -> bool:
    with office.writing() as session:
        return pay(session, office.actor, order_id, till(office, method), now=office.now())


def dropped(office: BoxOffice, ticket_id: UUID) -> bool:
    with office.writing() as session:
        how = till(office)
        return drop_ticket(session, office.actor, ticket_id, how, reason="", now=office.now())


def sold_in_parts(office: BoxOffice, *parts: Part, quantity: int = 1) -> Placed:
    """Sell at the counter, a part of it through the gateway."""
    with office.writing() as session:
        request = a_request((LOTE, quantity), method=Method.PIX)
        order = place(session, office.actor, request, now=office.now(), holds=True)
        how = till(office)
        pay_in_parts(session, office.actor, order.id, parts, how, now=office.now())
    return order


def half_in_cash(office: BoxOffice, cash: int = 4000) -> Placed:
    return sold_in_parts(office, Part(Method.CASH, Money(cash)), Part(Method.PIX))


def open_payment(office: BoxOffice, order_id: UUID) -> Payment:
    """Return the payment of an order that is asked for now."""
    (found,) = [
        payment
        for payment in rows(office, Payment)
        if payment.order_id == order_id
        and payment.state in {PaymentState.OPENING, PaymentState.WAITING}
    ]
    return found


def money_comes(office: BoxOffice, payment: Payment) -> None:
    """Have the gateway say that a payment was paid."""
    with office.writing() as session:
        row = session.get_one(Payment, payment.id, with_for_update=True)
        charge = Charge(
            f"pay_{payment.id}", str(payment.id), ChargeState.SETTLED, payment.amount,
            payment.amount, None, None, None, {},
        )  # fmt: skip
        settle(session, SYSTEM, row, charge, office.ticket_key, now=office.now())


def balance(office: BoxOffice, order_id: UUID) -> int:
    with office.reading() as session:
        order = session.exec(select(Order).where(Order.id == order_id)).one()
        return balance_of(session, order).minor


def told(office: BoxOffice, code: str) -> list[tuple[str, str]]:
    """Return the tier and the state of each ticket of an order."""
    return [(ticket.tier, str(ticket.state)) for ticket in the_order(office, code).tickets]
