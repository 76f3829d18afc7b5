"""Mails about money: each once, and only while it is true."""

import pytest

from boxoffice.errors import WrongState
from boxoffice.mail import Mail
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import AskPayer, RequestPayment, SendRefund, TellRefund
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.models import Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.payments.remind import remind
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.staff.rules import SYSTEM
from tasks.reconciling import reconcile
from tests.making import NOON, a_sale, an_event, rows
from tests.payments.refunding import refunded
from tests.tasks.charging import called_off, opened
from tests.tasks.working import Carrier, again, ran


@pytest.fixture
def carrier(office: BoxOffice) -> Carrier:
    """The one who carries mail, and remembers it."""
    made = Carrier()
    office.mailer = made
    return made


def paid(office: BoxOffice, sandbox: Sandbox, method: Method) -> Refund:
    """Ask a paid order's money back, and have the gateway asked."""
    payment = opened(office, method)
    sandbox.pay(str(payment.provider_id))
    reconcile(office, SYSTEM, since=NOON.date())
    refunded(office, payment.order_id, proof="")
    (row,) = rows(office, Refund)
    assert ran(office, SendRefund(row.id)) is JobState.DONE
    return rows(office, Refund)[0]


def only(carrier: Carrier) -> Mail:
    (mail,) = carrier.sent
    return mail


def test_tell_refund_twice_is_once(office: BoxOffice, sandbox: Sandbox, carrier: Carrier) -> None:
    job = TellRefund(paid(office, sandbox, Method.PIX).id)
    first = ran(office, job)

    assert (first, again(office, job)) == (JobState.DONE, JobState.DONE)
    assert "R$ 200,00" in only(carrier).text
    assert only(carrier).to_address == "rita@example.com"


def test_a_refund_that_is_stuck_is_not_told_as_done(
    office: BoxOffice, sandbox: Sandbox, carrier: Carrier
) -> None:
    sandbox.board.set(Faults(refund_stuck=1))
    refund = paid(office, sandbox, Method.PIX)

    ran(office, TellRefund(refund.id))

    assert carrier.sent == []


def test_ask_payer_twice_is_once(office: BoxOffice, sandbox: Sandbox, carrier: Carrier) -> None:
    refund = paid(office, sandbox, Method.BOLETO)
    job = AskPayer(refund.id)
    first = ran(office, job)

    assert (first, again(office, job)) == (JobState.DONE, JobState.DONE)
    assert refund.page_url
    assert refund.page_url in only(carrier).text
    assert f'href="{refund.page_url}"' in only(carrier).html


def test_money_that_was_given_back_over_the_counter_is_not_mailed_about(
    office: BoxOffice,
) -> None:
    an_event(office)
    refunded(office, a_sale(office).id)

    assert [row.state for row in rows(office, Refund)] == [RefundState.BY_HAND]
    assert TellRefund.kind not in {job.kind for job in rows(office, Job)}


def test_a_boleto_that_was_given_back_by_hand_is_told_with_its_proof(
    office: BoxOffice, sandbox: Sandbox, carrier: Carrier
) -> None:
    payment = opened(office, Method.BOLETO)
    sandbox.pay(str(payment.provider_id))
    reconcile(office, SYSTEM, since=NOON.date())
    refunded(office, payment.order_id, proof="TED 4711")
    (refund,) = rows(office, Refund)

    assert ran(office, TellRefund(refund.id)) is JobState.DONE
    assert "TED 4711" in only(carrier).text


@pytest.mark.parametrize(
    ("method", "field"),
    [
        (Method.PIX, "pix_payload"),
        (Method.BOLETO, "boleto_line"),
        (Method.CARD, "invoice_url"),
    ],
)
def test_request_payment_twice_is_once(
    office: BoxOffice, sandbox: Sandbox, carrier: Carrier, method: Method, field: str
) -> None:
    del sandbox
    payment = opened(office, method)
    with office.writing() as session:
        mail = remind(session, office.actor, payment.order_id, to=None, now=NOON).mail
    first = ran(office, mail)

    assert (first, again(office, mail)) == (JobState.DONE, JobState.DONE)
    assert getattr(payment, field) in only(carrier).text


def test_a_reminder_may_be_repeated_and_goes_to_the_corrected_address(
    office: BoxOffice, sandbox: Sandbox, carrier: Carrier
) -> None:
    del sandbox
    payment = opened(office)
    for address in (None, "nova@example.com"):
        with office.writing() as session:
            done = remind(session, office.actor, payment.order_id, to=address, now=NOON)
        ran(office, done.mail)

    assert [mail.to_address for mail in carrier.sent] == ["rita@example.com", "nova@example.com"]


def test_an_order_that_ended_is_not_asked_to_pay(
    office: BoxOffice, sandbox: Sandbox, carrier: Carrier
) -> None:
    del sandbox
    payment = opened(office)
    called_off(office, payment.order_id)
    ran(office, RequestPayment(payment.id))

    assert carrier.sent == []
    with office.writing() as session, pytest.raises(WrongState):
        remind(session, office.actor, payment.order_id, to=None, now=NOON)
