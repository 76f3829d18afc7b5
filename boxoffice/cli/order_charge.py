"""Have the charge of an order opened while its buyer waits, and say how that went."""

from boxoffice.cli import show
from boxoffice.cli.opening import afterwards
from boxoffice.cli.order_answer import read
from boxoffice.errors import ChargeRefused
from boxoffice.office import BoxOffice
from boxoffice.orders.queries import OrderView
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.outbox.queries import last_error_of
from boxoffice.payments.call_off import call_off
from boxoffice.payments.models import PaymentState
from boxoffice.payments.queries import PaymentView


def charged(
    office: BoxOffice, code: str, *, is_part: bool = False
) -> tuple[OrderView, PaymentView | None]:
    """Have the charge opened now, and return the order with what the buyer needs to pay it.

    An order whose charge is all of it is cancelled when the gateway refuses; `is_part` leaves one
    as it is that has other money in it, or is paid for.

    Raises:
        ChargeRefused: the gateway gave a definite no.
    """
    order, payment = read(office, code)
    if payment is not None and payment.state is PaymentState.OPENING:
        afterwards(office, OpenCharge(payment.id), is_awaited=True)
        order, payment = read(office, code)
    if payment is not None and payment.state is PaymentState.FAILED:
        said = f"the gateway refused the charge: {payment.refusal}"
        if is_part:
            hint = f"the rest is due; pay it: boxoffice order pay {order.code} --method cash"
            raise ChargeRefused(said, hint=hint, order=order.code)
        with office.writing() as session:
            call_off(session, office.actor, order.id, reason="charge refused", now=office.now())
        raise ChargeRefused(
            said,
            hint=f"order {order.code} is cancelled and its places are free; place it again",
            order=order.code,
        )
    if payment is not None and payment.state is PaymentState.OPENING:
        with office.reading() as session:
            why = last_error_of(session, OpenCharge(payment.id)) or "a worker is at it"
        show.talk(f"the charge of {order.code} is not open yet, its places are held: {why}")
        show.talk(f"hint: boxoffice job run, then boxoffice payment show {order.code}")
    return order, payment
