"""What happens to orders by the clock."""

from sqlmodel import col, select

from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, finish_expiry
from boxoffice.outbox.jobs import EndAddition, ExpireOrder
from boxoffice.payments.covered import set_aside_part_paid
from boxoffice.payments.extend import let_go
from boxoffice.payments.models import OPEN, Payment
from boxoffice.payments.settle import close_unanswered, settle
from boxoffice.staff.rules import SYSTEM
from tasks.payments import closed_charge
from tasks.registry import Claim, works


@works(ExpireOrder)
def expire_order(office: BoxOffice, job: ExpireOrder, claim: Claim) -> None:
    """Expire an order: its places stay taken until nobody can pay its charge any more."""
    with office.writing() as session:
        is_expiring = begin_expiry(session, job.order_id, now=office.now())
        before = session.exec(
            select(Payment).where(
                Payment.order_id == job.order_id,
                col(Payment.state).in_(OPEN),
            )
        ).first()
    charge = closed_charge(office, before) if is_expiring and before else None
    with claim.finishing() as session:
        now = office.now()
        if before is not None and charge is not None:
            payment = session.get_one(Payment, before.id, with_for_update=True)
            settle(session, SYSTEM, payment, charge, office.ticket_key, now=now)
        elif is_expiring and before is not None:
            close_unanswered(session, SYSTEM, before, now=now)
        finish_expiry(session, SYSTEM, job.order_id, now=now)
        set_aside_part_paid(session, SYSTEM, job.order_id, now=now)


@works(EndAddition)
def end_addition(office: BoxOffice, job: EndAddition, claim: Claim) -> None:
    """Give up what was added to a paid order: first nobody can pay its charge any more."""
    with office.reading() as session:
        before = session.get_one(Payment, job.payment_id)
    is_open = before.state in OPEN
    charge = closed_charge(office, before) if is_open else None
    with claim.finishing() as session:
        now = office.now()
        if charge is not None:
            payment = session.get_one(Payment, before.id, with_for_update=True)
            settle(session, SYSTEM, payment, charge, office.ticket_key, now=now)
        elif is_open:
            close_unanswered(session, SYSTEM, before, now=now)
        session.flush()
        let_go(session, SYSTEM, before.order_id, now=now)
