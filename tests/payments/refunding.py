"""Refunds, made as the surfaces make them, and the sums they must agree with."""

from uuid import UUID

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.confirm import confirm, hold_for_review
from boxoffice.orders.queries import OrderView
from boxoffice.payments.models import Payment, PaymentState, Refund
from boxoffice.payments.refund import Refunded, RefundRequest, refund
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import TicketState
from tests.making import LOTE, an_order, rows, started, the_order

PROOF = "cash, receipt 17"


def refunded(
    office: BoxOffice,
    order_id: UUID,
    *ticket_ids: UUID,
    amount: int | None = None,
    key: str | None = None,
    keeps_fee: bool = False,
    proof: str = PROOF,
) -> Refunded:
    """Give money back, all that is left unless something else is said, with a proof."""
    money = None if amount is None else Money(amount)
    request = RefundRequest(ticket_ids, money, keeps_fee, reason="ill", proof=proof)
    with office.writing() as session:
        return refund(session, office.actor, order_id, request, now=office.now(), key=key)


def paid_by_pix(office: BoxOffice, minor: int = 20_000) -> UUID:
    """Place two places at R$ 100,00, let so much come in through the gateway, return the order."""
    order = an_order(office, (LOTE, 2))
    payment_id, key, now = started(office, order.id), office.ticket_key, office.now()
    with office.writing() as session:
        payment = session.get_one(Payment, payment_id)
        payment.state, payment.paid_minor = PaymentState.SETTLED, minor
        session.flush()
        if minor < order.total.minor:
            hold_for_review(session, SYSTEM, order.id, why="less than asked", now=now)
        else:
            confirm(session, SYSTEM, order.id, key, now=now)
    return order.id


def states(office: BoxOffice, sale: OrderView) -> list[TicketState]:
    """Return the states of the tickets of a sale, as they are now."""
    return [ticket.state for ticket in the_order(office, sale.code).tickets]


def given_back(office: BoxOffice) -> tuple[int, int]:
    """Return what all payments say was given back, and what all refunds add up to."""
    of_payments = sum(payment.refunded_minor for payment in rows(office, Payment))
    return of_payments, sum(row.amount_minor for row in rows(office, Refund))
