"""Money on its way back, done by workers: the gateway is asked once, and looked at first."""

from datetime import datetime

from boxoffice.errors import ChargeRefused, GatewaySilent
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import SendRefund
from boxoffice.payments.booking import refuse
from boxoffice.payments.given import entry_of, label_of, shares_of
from boxoffice.payments.models import Payment, Refund
from boxoffice.payments.provider import Charge, Method
from boxoffice.payments.send import ToSend, to_send, was_sent
from boxoffice.payments.settle import settle
from boxoffice.staff.rules import SYSTEM
from tasks.payments import looked_up
from tasks.registry import Claim, works


@works(SendRefund)
def send_refund(office: BoxOffice, job: SendRefund, claim: Claim) -> None:
    """Ask the gateway to give money back. A second run finds it listed there, and asks no more.

    There is no key that makes the call safe to repeat: its description names our refund, and we
    look for that name before every call.
    """
    with office.reading() as session:
        refund = to_send(session, job.refund_id)
    if refund is None:
        with claim.finishing():
            return
    if refund.method is Method.BOLETO:
        _ask_payer(office, refund, claim)
        return
    looked_at = office.now()
    charge = looked_up(office, refund.provider_id)
    if charge is None:
        raise GatewaySilent("the gateway does not know the charge of this refund.")
    if charge.plan is not None:
        looked_at, charge = _give_parts(office, refund, charge, charge.plan, claim)
    elif entry_of(charge, refund.id) is None:
        claim.renew()
        try:
            looked_at = office.now()
            charge = office.provider.refund(
                refund.provider_id, refund.amount, description=label_of(refund.id)
            )
        except ChargeRefused as error:
            _refused(office, refund, error.message, claim)
            return
    with claim.finishing() as session:
        now = office.now()
        payment = session.get_one(
            Payment, refund.payment_id, with_for_update=True, populate_existing=True
        )
        was_sent(session, SYSTEM, refund.id, now=now)
        settle(session, SYSTEM, payment, charge, office.ticket_key, now=now, looked_at=looked_at)


def _give_parts(
    office: BoxOffice, refund: ToSend, charge: Charge, plan: str, claim: Claim
) -> tuple[datetime, Charge]:
    """Ask each part of a plan of instalments for its share. Who comes back asks only the others.

    Raises:
        GatewaySilent: it is not known of each part whether it was asked; or one said no.
    """
    parts = office.provider.plan_charges(plan)
    for provider_id, share in shares_of(parts, refund.id, refund.amount):
        claim.renew()
        try:
            office.provider.refund(provider_id, share, description=label_of(refund.id))
        except ChargeRefused as error:
            # Other parts may have gone back already: that is no refusal of the whole.
            raise GatewaySilent(f"a part of the plan is refused: {error.message}") from error
    looked_at = office.now()
    return looked_at, looked_up(office, refund.provider_id) or charge


def _ask_payer(office: BoxOffice, refund: ToSend, claim: Claim) -> None:
    """Open the page on which the payer of a boleto leaves a bank account. Twice is one page."""
    claim.renew()
    try:
        page_url = refund.page_url or office.provider.boleto_refund_page(refund.provider_id)
    except ChargeRefused as error:
        _refused(office, refund, error.message, claim)
        return
    with claim.finishing() as session:
        was_sent(session, SYSTEM, refund.id, now=office.now(), page_url=page_url)


def _refused(office: BoxOffice, refund: ToSend, why: str, claim: Claim) -> None:
    """Write down the gateway's definite no. The money is the order's again, and a person is told.

    The payment is held first, as everybody does.
    """
    with claim.finishing() as session:
        session.get_one(Payment, refund.payment_id, with_for_update=True, populate_existing=True)
        row = session.get_one(Refund, refund.id, with_for_update=True, populate_existing=True)
        refuse(session, SYSTEM, row, why, now=office.now())
