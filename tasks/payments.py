"""Money from outside, done by workers: charges opened and closed, letters read."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlmodel import select

from boxoffice.db import WriteSession
from boxoffice.errors import Busy, ChargeRefused, GatewaySilent
from boxoffice.events.models import Event
from boxoffice.office import BoxOffice
from boxoffice.orders.change import PAID_FOR
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CloseCharge, OpenCharge, ReadLetter
from boxoffice.payments.letters import charge_named, close_letter
from boxoffice.payments.models import MONEY, OPEN, Letter, Payment, PaymentState
from boxoffice.payments.provider import Charge, ChargeRequest, ChargeState, Method
from boxoffice.payments.rules import whole
from boxoffice.payments.settle import close_unanswered, fail, payment_of, settle
from boxoffice.payments.stray import keep_stray
from boxoffice.staff.rules import SYSTEM
from boxoffice.times import local_day, parse_zone
from tasks.registry import Claim, works

_BODY = select(Letter.body).where(Letter.id == bindparam("letter_id"))


@works(OpenCharge)
def open_charge(office: BoxOffice, job: OpenCharge, claim: Claim) -> None:
    """Open the charge of a payment. From the second attempt on, look for it first."""
    request = _request(office, job.payment_id)
    if request is None:
        _close(office, job.payment_id, claim)  # an earlier attempt may have opened it after all
        return
    found = office.provider.find_charges(request.reference) if claim.attempt > 1 else []
    try:
        charge = _adopted(office, found) or office.provider.open_charge(
            request, before_creating=claim.renew
        )
    except ChargeRefused as error:
        with claim.finishing() as session:
            fail(session, SYSTEM, job.payment_id, error.message, now=office.now())
        return
    with claim.finishing() as session:
        payment = session.get_one(Payment, job.payment_id, with_for_update=True)
        settle(session, SYSTEM, payment, charge, office.ticket_key, now=office.now())
        # Race: the order ended while the gateway was asked. The next attempt closes the charge.
        if payment.state is PaymentState.CLOSED and charge.state is ChargeState.WAITING:
            raise Busy("the order ended while its charge was being opened.")


@works(CloseCharge)
def close_charge(office: BoxOffice, job: CloseCharge, claim: Claim) -> None:
    """Close the charge of an order that ended. When it was paid first, the money counts."""
    _close(office, job.payment_id, claim)


@works(ReadLetter)
def read_letter(office: BoxOffice, job: ReadLetter, claim: Claim) -> None:
    """Read a letter: it only says where to look; the gateway says what is so."""
    with office.reading() as session:
        charge_id = charge_named(session.exec(_BODY, params={"letter_id": job.letter_id}).one())
    looked_at = office.now()
    charge = looked_up(office, charge_id) if charge_id else None
    with claim.finishing() as session:
        outcome = "names no charge" if charge_id is None else "the gateway has no such charge"
        if charge is not None:
            outcome = settled(office, session, charge, looked_at=looked_at)
        close_letter(session, job.letter_id, outcome, now=office.now())


def closed_charge(office: BoxOffice, payment: Payment) -> Charge | None:
    """Close a payment's charge at the gateway and return it as it is now; `None` if it has none.

    Raises:
        GatewaySilent: nobody knows; try again later.
    """
    if payment.state in MONEY:
        return None
    try:
        # A slow call of an earlier attempt may have opened a second one: none is left payable.
        found = _adopted(office, office.provider.find_charges(str(payment.id)))
        provider_id = payment.provider_id or (found.provider_id if found else None)
        if provider_id is None:
            return None
        if found is not None and found.provider_id != provider_id:
            office.provider.close_charge(found.provider_id)
        plan = payment.plan or (found.plan if found else None)
        if plan is None:
            office.provider.close_charge(provider_id)
        else:
            office.provider.close_plan(plan)
        charge = looked_up(office, provider_id)
    except ChargeRefused as error:
        # The order waits for an answer: a passing no must not leave its places taken for ever.
        raise GatewaySilent(f"the gateway refuses to tell: {error.message}") from error
    if charge is not None and charge.state in {ChargeState.WAITING, ChargeState.REVIEWING}:
        raise GatewaySilent("the gateway neither closed the charge nor says that it was paid.")
    return charge


def looked_up(office: BoxOffice, charge_id: str) -> Charge | None:
    """Return a charge as the gateway tells it now, a part of a plan as the whole plan.

    Raises:
        GatewaySilent: nobody knows; try again later.
    """
    try:
        charge = office.provider.look_up(charge_id)
        if charge is None or charge.plan is None:
            return charge
        return whole(office.provider.plan_charges(charge.plan) or [charge], charge_id)
    except ChargeRefused as error:
        raise GatewaySilent(f"the gateway refuses to tell: {error.message}") from error


def settled(
    office: BoxOffice, session: WriteSession, charge: Charge, *, looked_at: datetime
) -> str:
    """Do what a charge means, and return it in a few words. What is not ours is kept as a stray."""
    now = office.now()
    payment = payment_of(session, charge, now=now)
    if payment is None:
        return keep_stray(session, SYSTEM, office.provider.name, charge, now=now)
    return settle(
        session, SYSTEM, payment, charge, office.ticket_key, now=now, looked_at=looked_at
    ).why


def _close(office: BoxOffice, payment_id: UUID, claim: Claim) -> None:
    with office.reading() as session:
        before = session.get_one(Payment, payment_id)
    charge = closed_charge(office, before)
    with claim.finishing() as session:
        if charge is None:
            close_unanswered(session, SYSTEM, before, now=office.now())
            return
        payment = session.get_one(Payment, payment_id, with_for_update=True)
        settle(session, SYSTEM, payment, charge, office.ticket_key, now=office.now())


def _request(office: BoxOffice, payment_id: UUID) -> ChargeRequest | None:
    """Return what to ask of the buyer, or `None` when nothing is to be asked any more."""
    with office.reading() as session:
        payment, order, event = session.exec(
            select(Payment, Order, Event)
            .where(Payment.id == payment_id)
            .where(Order.id == Payment.order_id, Event.id == Order.event_id)
        ).one()
    # A letter may have told us of the charge before the call that opened it was answered.
    wants_money = order.state is OrderState.PLACED or order.state in PAID_FOR
    if payment.state not in OPEN or not wants_money:
        return None
    return ChargeRequest(
        reference=str(payment.id),
        method=payment.method,
        amount=payment.amount,
        due_on=_due_on(payment.method, order, parse_zone(event.timezone), office.now()),
        description=f"{event.title} - {order.code}",
        buyer_name=order.buyer_name,
        buyer_document=order.buyer_document,
        buyer_email=order.buyer_email,
        instalments=payment.instalments,
    )


def _due_on(method: Method, order: Order, zone: ZoneInfo, now: datetime) -> date:
    if method is not Method.BOLETO:
        return local_day(max(order.expires_at or now, now), zone)
    from boxoffice.orders.holds import boleto_due_on  # noqa: PLC0415  (100 ms, only for a boleto)

    return max(boleto_due_on(order.placed_at, zone), local_day(now, zone))


def _adopted(office: BoxOffice, found: list[Charge]) -> Charge | None:
    """Choose the charge to keep: paid, else the first listed; other unpaid ones are closed.

    The parts of one plan of instalments are one charge.
    """
    alive = [charge for charge in found if charge.state is not ChargeState.CLOSED]
    if not alive:
        return None
    kept = next((charge for charge in alive if charge.state is not ChargeState.WAITING), alive[0])
    parts = [charge for charge in alive if kept.plan is not None and charge.plan == kept.plan]
    for charge in alive:
        is_other = charge is not kept and charge not in parts
        if is_other and charge.state is ChargeState.WAITING:
            office.provider.close_charge(charge.provider_id)
    return whole(parts, kept.provider_id) if parts else kept
